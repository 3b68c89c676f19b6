"""Mails that Outreach.io sent, taken in: kept, told on the accounts' records, and what follows from a reply.

Read in any order and as often as one likes: a mail only moves forward, and nothing of it is told twice. Opens and
clicks are shown and decide nothing; of an open at the moment of delivery nobody is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from customers.base import lock_customer
from customers.models.workspace import ONLY_ID
from customers.services.activity import line, record_many
from customers.services.holds import set_brake
from outreach.enums import EnrollmentState
from outreach.models import Enrollment, EnrollmentDesk, OutreachMail, ProspectLink
from outreach.rules.enrollment import mails as rules
from outreach.rules.outreach_io.resources import Mailing
from outreach.services.enrollment_states import Change, apply_changes, weigh_news
from outreach.services.prospects import hear_opt_out

BRAKE_SOURCE = "outreach_mail"
WRITTEN = (
    "enrollment",
    "word",
    "subject",
    "to_email",
    "from_email",
    "sent_at",
    *rules.MOMENTS,
    "seen_at",
    "updated_at",
)
TOLD = {
    "sent": "was sent",
    "opened": "opened",
    "clicked": "clicked in",
    "bounced": "was not reached by",
}
"""A reply and an opt-out are told by what follows from them, a bounce within a sequence of ours by where it ends."""


@dataclass(frozen=True)
class Owner:
    """Whose mail it is. enrollment: None for a sequence that is none of ours."""

    stakeholder_id: UUID
    customer_id: UUID
    name: str
    email: str
    enrollment: Enrollment | None = None


@dataclass(frozen=True)
class Taken:
    """One mail as it is to be written, and what is new of it."""

    row: OutreachMail
    owner: Owner
    happened: Sequence[tuple[str, datetime]]


def take_in_mails(page: Iterable[Mailing], *, now: datetime) -> int:
    """This will keep those of our people and do what follows; gives how many are new or say something new.

    A fixed number of statements for a page, and for each reply and opt-out a few more.
    """
    listed = {one.mailing_id: one for one in page if rules.has_left(one)}
    owners = _owners(listed.values())
    if not owners:
        return 0
    taken = _keep(listed, owners, now=now)
    for one in taken:
        _follow_opt_out(one, now=now)
    apply_changes(_changes_of_enrollments(taken, now=now), now=now)
    for one in taken:
        _stop_for_reply(one, now=now)
    return len(taken)


def _owners(mailings: Iterable[Mailing]) -> dict[int, Owner]:
    """Whose each mail is, by the enrollment or else by who the person there is here; in two statements."""
    listed = list(mailings)
    rows = Enrollment.objects.filter(state_id__in={one.state_id for one in listed if one.state_id})
    by_state = {row.state_id: row for row in rows.select_related("customer", "stakeholder")}
    others = {one.prospect_id for one in listed if one.state_id not in by_state and one.prospect_id}
    links = ProspectLink.objects.filter(prospect_id__in=others).select_related("stakeholder").order_by("-created_at")
    by_prospect = {link.prospect_id: link for link in links} if others else {}
    found = {}
    for one in listed:
        row = by_state.get(one.state_id) if one.state_id else None
        link = by_prospect.get(one.prospect_id) if one.prospect_id else None
        if row is not None:
            found[one.mailing_id] = Owner(
                row.stakeholder_id, row.customer_id, row.stakeholder.name, row.stakeholder.email, row
            )
        elif link is not None:
            found[one.mailing_id] = Owner(link.stakeholder_id, link.customer_id, link.stakeholder.name, link.email)
    return found


def _weigh(mailing: Mailing, row: OutreachMail | None, owner: Owner) -> Taken | None:
    """What it says that is not known yet; None where it says nothing."""
    before = rules.Seen()
    if row is not None:
        before = rules.Seen(row.sent_at, {name: getattr(row, name) for name in rules.MOMENTS})
    after = rules.merge(before, mailing)
    row = row or OutreachMail(
        mailing_id=mailing.mailing_id,
        customer_id=owner.customer_id,
        stakeholder_id=owner.stakeholder_id,
        to_email=owner.email.strip().lower(),
    )
    values = after | {
        # News tells only what changed: what it leaves out stands.
        "word": mailing.state[:60] if _is_latest(mailing, row) and mailing.state else row.word,
        "subject": mailing.subject[:300] or row.subject,
        "from_email": mailing.mailbox_email or row.from_email,
        "enrollment": owner.enrollment if row.enrollment_id is None else row.enrollment,
        "seen_at": max((at for at in (mailing.updated_at, row.seen_at) if at is not None), default=None),
    }
    if before.sent_at is not None and all(getattr(row, name) == value for name, value in values.items()):
        return None
    for name, value in values.items():
        setattr(row, name, value)
    return Taken(row, owner, rules.happened(before, after))


def _is_latest(mailing: Mailing, row: OutreachMail) -> bool:
    return row.seen_at is None or mailing.updated_at is None or mailing.updated_at >= row.seen_at


def _keep(listed: Mapping[int, Mailing], owners: Mapping[int, Owner], *, now: datetime) -> list[Taken]:
    """Write what is new, one reader after the other: a webhook and a look may tell the same mail at the same time."""
    with transaction.atomic():
        EnrollmentDesk.objects.select_for_update().filter(pk=ONLY_ID).values_list("pk").first()
        known = {row.mailing_id: row for row in OutreachMail.objects.filter(mailing_id__in=list(owners))}
        weighed = (_weigh(listed[number], known.get(number), owner) for number, owner in owners.items())
        taken = [one for one in weighed if one is not None]
        OutreachMail.objects.bulk_create([one.row for one in taken if one.row._state.adding], batch_size=200)
        old = [one.row for one in taken if one.row.mailing_id in known]
        for row in old:
            row.updated_at = now
        OutreachMail.objects.bulk_update(old, WRITTEN, batch_size=200)
        record_many(
            [_line(one, name, at, now=now) for one in taken for name, at in one.happened if _is_told(one, name)]
        )
    return taken


def _is_told(one: Taken, name: str) -> bool:
    return name in TOLD and not (name == "bounced" and one.owner.enrollment is not None)


def _line(one: Taken, name: str, at: datetime, *, now: datetime) -> dict[str, Any]:
    title = f"“{one.row.subject}”" if one.row.subject else "a mail"
    of = f" of “{one.owner.enrollment.sequence_name}”" if one.owner.enrollment else ""
    # The enrollment's own row is what the record of mails hangs on, where there is one: pages find them together.
    subject = one.owner.enrollment or one.row
    return line(
        f"enrollment.mail_{name}",
        f"{one.owner.name} {TOLD[name]} {title}{of} at Outreach.io",
        customer=one.owner.customer_id,
        by=None,
        now=min(at, now),
        subject=subject,
        actor_name="Outreach.io",
        mailing=one.row.mailing_id,
    )


def _changes_of_enrollments(taken: Sequence[Taken], *, now: datetime) -> list[Change]:
    """What the mails say of people's ways through sequences: one change for each enrollment."""
    said: dict[UUID, dict[str, Any]] = defaultdict(dict)
    rows: dict[UUID, Enrollment] = {}
    for one in taken:
        row = one.owner.enrollment
        if row is None or row.state != EnrollmentState.ENROLLED:
            continue
        rows[row.pk] = row
        told = dict(one.happened)
        said[row.pk] |= {name: True for name in ("opened", "clicked") if name in told}
        if "replied" in told:
            said[row.pk]["replied_at"] = max(told["replied"], said[row.pk].get("replied_at", told["replied"]))
    weighed = (weigh_news(rows[pk], words, at=now) for pk, words in said.items() if words)
    return [change for change in weighed if change is not None]


def _follow_opt_out(one: Taken, *, now: datetime) -> None:
    if "unsubscribed" in _names(one.happened):
        customer = one.owner.enrollment.customer if one.owner.enrollment else None
        hear_opt_out(one.owner.email, opted_out=True, now=now, customer=customer)


def _stop_for_reply(one: Taken, *, now: datetime) -> None:
    """A reply in a sequence of which we know nothing stops the account too, unless it is history (promise 6)."""
    told: Mapping[str, datetime] = dict(one.happened)
    is_followed = one.owner.enrollment is not None and one.owner.enrollment.state == EnrollmentState.ENROLLED
    if "replied" not in told or is_followed or told["replied"] < now - rules.OLD_REPLY:
        return
    reason = f"{one.owner.name} replied to “{one.row}” at Outreach.io"
    with transaction.atomic():
        lock_customer(one.owner.customer_id)
        set_brake(one.row.customer, reason=reason, now=now, by=None, source_kind=BRAKE_SOURCE, source_id=one.row.pk)
        record_many(
            [
                line(
                    "enrollment.replied",
                    reason,
                    customer=one.owner.customer_id,
                    by=None,
                    now=min(told["replied"], now),
                    subject=one.row,
                    actor_name="Outreach.io",
                )
            ]
        )


def _names(happened: Iterable[tuple[str, datetime]]) -> set[str]:
    return {name for name, _ in happened}
