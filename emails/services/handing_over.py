"""Letters of accounts that get another owner: signed anew, their approvals void, in a few statements for many.

What has left, or may have, stays in the name it left in. A letter that a rule approved, not a person, keeps that
approval: the text is the template's, and the name in it the new sender's.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce

from customers.models import User
from customers.queries.many import many
from customers.registry.handovers import Carried, Counts, Handing, register_carried
from customers.services.activity import line, record_many
from customers.services.arrays import insert_objects, moment, update_rows
from emails.enums import EDITABLE_STATES, LEFT_STATES, WAITING_STATES
from emails.models import Attachment, Draft, DraftVersion, Reply
from emails.queries.briefs import sender_of
from emails.queries.ground_facts import our_people
from emails.rules.letters import Sender
from emails.rules.signing import copied_to, rename_over, sign_over
from emails.services.files import PROPOSAL_KIND, attach_proposal
from emails.services.signing import OUR_PEOPLE
from emails.services.waiting import NO_APPROVAL
from emails.writing.proposal import NoLockedPrice

WRITTEN = ("id", "version", "sender", "body", "cc", "brief", "facts", "updated_at")
READ = (
    "customer__owner",
    "customer__account_executive",
    "customer__executive",
    "sender",
    "stakeholder",
)


def register() -> None:
    """Name what of letters goes along in a handover; called at start-up."""
    register_carried(
        Carried(
            "drafts",
            ("letter not sent yet", "letters not sent yet"),
            rows=held,
            person="holder_id",
            move=sign_letters,
            place=10,
        ),
        Carried(
            "approvals",
            ("approval to be given again", "approvals to be given again"),
            rows=approved_by_a_person,
            person="holder_id",
            move=count_approvals,
            place=9,
        ),
        Carried(
            "threads",
            ("sent letter whose thread goes on", "sent letters whose threads go on"),
            rows=sent,
            person="speaker_id",
            move=go_on_with_threads,
            place=12,
        ),
        Carried("replies", ("reply to see to", "replies to see to"), rows=open_replies),
    )


def unsent() -> QuerySet[Draft]:
    rows: QuerySet[Draft] = Draft.objects.filter(state__in=sorted(EDITABLE_STATES))
    return rows


def held() -> Any:
    """Unsent letters, with whose they are: of who is away, though a delegate signs meanwhile."""
    return unsent().annotate(holder_id=Coalesce("signed_for_id", "sender_id"))


def approved_by_a_person() -> Any:
    return held().filter(state__in=sorted(WAITING_STATES), approval_rule="")


def count_approvals(handing: Handing) -> Counts:
    """This will count what `sign_letters` makes void."""
    if handing.old is None:
        return {}
    rows = approved_by_a_person().filter(customer__in=many(handing.customer_ids), holder_id=handing.old.pk)
    return dict(rows.order_by().values_list("customer_id").annotate(n=Count("pk")))


def open_replies() -> QuerySet[Reply]:
    rows: QuerySet[Reply] = Reply.objects.filter(handled_at=None)
    return rows


def sent() -> Any:
    """Letters that have left, with who goes on with their thread."""
    return Draft.objects.filter(state__in=sorted(LEFT_STATES)).annotate(
        speaker_id=Coalesce("successor_id", "sender_id")
    )


@dataclass(frozen=True)
class Signed:
    """A letter as it is to be. named: the sender as letters name them. voids: the approval is over."""

    draft: Draft
    sender: User | None
    named: Sender
    body: str
    cc: list[str]
    voids: bool

    @property
    def is_taken_over(self) -> bool:
        return bool(self.sender and self.sender.pk != self.draft.sender_id)


def sign_letters(handing: Handing) -> Counts:
    """This will put the unsent letters of the old person into the new one's name, and void what the old one approved.

    Must be called inside the transaction that locked the accounts.
    """
    if handing.old is None:
        return {}
    rows = unsent().filter(customer__in=many(handing.customer_ids)).select_related(*READ)
    locked = rows.order_by("pk").select_for_update(of=("self",), no_key=True)
    changed = _decide(locked, old=handing.old, new=handing.new)
    taken = [one.draft.pk for one in changed if one.draft.signed_for_id == handing.old.pk]
    if taken:
        Draft.objects.filter(pk__in=many(taken)).update(signed_for=None)
    write_signed(changed, now=handing.now, by=handing.by, reason=f"In the name of {handing.new.display_name}")
    return Counter(one.draft.customer_id for one in changed if one.is_taken_over)


def go_on_with_threads(handing: Handing) -> Counts:
    """This will have the new person go on where the old one wrote; the letters keep who sent them."""
    if handing.old is None:
        return {}
    rows = sent().filter(customer__in=many(handing.customer_ids), speaker_id=handing.old.pk)
    counts = dict(rows.order_by().values_list("customer_id").annotate(n=Count("pk")))
    if counts:
        rows.update(successor=handing.new)
    return counts


def _decide(drafts: Iterable[Draft], *, old: User, new: User) -> list[Signed]:
    before, after = sender_of(old), sender_of(new)
    decided = [_one(draft, old, new, before, after) for draft in drafts]
    return [one for one in decided if one is not None]


def _one(draft: Draft, old: User, new: User, before: Sender, after: Sender) -> Signed | None:
    """What becomes of one letter; None where it has nothing to do with the old person."""
    signs = (draft.signed_for_id or draft.sender_id) == old.pk
    if draft.signed_for_id == old.pk and draft.sender:
        before = sender_of(draft.sender)
    copies = copied_to(draft.cc, old=old.email, new=new.email, signs=signs)
    approved = draft.is_waiting and draft.approved_by_id == old.pk and not draft.approval_rule
    if not signs and copies == draft.cc and not approved:
        return None
    over = rename_over if draft.approval_rule else sign_over
    body = over(draft.body, old=before, new=after) if signs else draft.body
    return Signed(draft, new if signs else draft.sender, after, body, copies, voids=not draft.approval_rule)


def write_signed(signed: Sequence[Signed], *, now: datetime, by: User | None, reason: str) -> None:
    """This will write the letters as decided, each with a new version, its text kept and a line on record."""
    if not signed:
        return
    ids = [one.draft.pk for one in signed]
    void = [one.draft.pk for one in signed if one.voids and one.draft.is_waiting]
    if void:
        Draft.objects.filter(pk__in=many(void)).update(**NO_APPROVAL)
    update_rows(Draft, WRITTEN, [_row(one, now=now) for one in signed], matched=2)
    Draft.objects.filter(pk__in=many(ids)).update(version=F("version") + 1)
    insert_objects([_version(one, now=now, by=by, reason=reason) for one in signed], differing=VERSIONED)
    record_many([_line(one, now=now, by=by) for one in signed])
    _renew_proposals([one.draft.pk for one in signed if one.is_taken_over])
    _approve_again([one.draft.pk for one in signed if not one.voids])


FILES = Prefetch("attachments", queryset=Attachment.objects.defer("content"))
VERSIONED = ("id", "draft", "version", "subject", "body", "writer")


def _row(one: Signed, *, now: datetime) -> list[Any]:
    draft, sender = one.draft, one.sender
    taken = one.is_taken_over and sender is not None
    brief = _brief(draft, one.named) if taken else draft.brief
    facts = _facts(draft, sender) if taken else draft.facts
    return [
        draft.pk.hex,
        draft.version,
        sender.pk.hex if sender else None,
        one.body,
        json.dumps(one.cc),
        json.dumps(brief),
        json.dumps(facts),
        moment(now),
    ]


def _approve_again(ids: Sequence[uuid.UUID]) -> None:
    """What a rule approves is what stands there now, files included."""
    if not ids:
        return
    rows = Draft.objects.filter(pk__in=many(ids)).select_related("sender").prefetch_related(FILES)
    hashes = [
        [one.pk.hex, one.content_hash(to_email=one.to_email, sender_email=one.sender.email if one.sender else "")]
        for one in rows
    ]
    update_rows(Draft, ("id", "approval_hash"), hashes)


def _brief(draft: Draft, sender: Sender) -> dict[str, object]:
    if not draft.brief:
        return {}
    return {**draft.brief, "letter": {**draft.brief["letter"], "sender": dict(sender.__dict__)}}


def _facts(draft: Draft, sender: User | None) -> list[dict[str, object]]:
    kept = [row for row in draft.facts if not row["key"].startswith(OUR_PEOPLE)]
    return [*kept, *(fact.as_json() for fact in our_people(draft.customer, sender=sender))]


def _version(one: Signed, *, now: datetime, by: User | None, reason: str) -> DraftVersion:
    return DraftVersion(
        draft=one.draft,
        version=one.draft.version + 1,
        subject=one.draft.subject,
        body=one.body,
        writer=one.draft.writer,
        by=by,
        reason=reason[:300],
        saved_at=now,
    )


def _line(one: Signed, *, now: datetime, by: User | None) -> dict[str, Any]:
    draft = one.draft
    signs = f" leaves in the name of {one.sender.display_name}" if one.is_taken_over and one.sender else " stands anew"
    void = "; its approval is void" if one.voids and draft.is_waiting else ""
    summary = f"“{draft}” to {draft.to_name}{signs}{void}"
    return line("draft.signed", summary, customer=draft.customer_id, by=by, now=now, subject=draft)


def _renew_proposals(ids: Sequence[uuid.UUID]) -> None:
    """A proposal says who prepared it: made anew, one by one, where one goes along."""
    rows = Draft.objects.filter(Q(pk__in=many(ids)), attachments__kind=PROPOSAL_KIND).select_related(*READ).distinct()
    for draft in rows:
        with suppress(NoLockedPrice):
            attach_proposal(draft)
