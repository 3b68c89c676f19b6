"""Letters that wait for a person's yes, as the approvals queue lists and shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from customers.models import Customer, User
from customers.queries.calendars import local_date, zone
from customers.queries.memo import kept_each
from customers.queries.workspace import get_settings
from customers.registry.approvals import Approval, WholeApproval, as_waiting
from emails.enums import DraftState, Writer
from emails.models import Draft
from emails.queries.cards import draw_card
from emails.queries.checks import Judgement, judge_many
from emails.queries.senders import waits_for_sender
from emails.registry import planned_days
from emails.rules.approvals import why_single

KIND = "email"
FREED_BY_PEOPLE = ("approval", "facts")
"""A letter that the gate stopped for these goes nowhere until somebody approves it anew."""

WAITS = Q(state=DraftState.DRAFT) | Q(state=DraftState.BLOCKED, blocked_by__in=FREED_BY_PEOPLE)


@dataclass(frozen=True)
class _Letter:
    """One letter of the queue. leaves_at: when a yes lets it go, where that is not at once."""

    judgement: Judgement
    leaves_at: datetime | None

    @property
    def draft(self) -> Draft:
        return self.judgement.draft


def list_waiting(user: User, *, mine: bool) -> Any:
    """This will give the letters with a text that wait for somebody, as far as the reader may see them.

    mine: those of the reader's own accounts, and those that leave in their name.
    """
    rows = Draft.objects.visible_to(user).filter(WAITS).exclude(subject="").exclude(body="")
    return rows.filter(Q(customer__owner__in=user.desk) | Q(sender__in=user.desk)) if mine else rows


def find_waiting(user: User, *, mine: bool) -> Any:
    """This will give where the letters stand in the queue."""
    return as_waiting(list_waiting(user, mine=mine), kind=KIND, key="updated_at")


def read_approvals(ids: Collection[UUID], *, user: User, now: datetime) -> Mapping[UUID, Approval]:
    """This will read the letters of a page together: as many queries for one as for fifty."""
    letters = _read_letters(ids, user=user, now=now)
    return {pk: _approval(letter, reader=user) for pk, letter in letters.items()}


def show_approval(draft_id: UUID, *, user: User, now: datetime) -> WholeApproval | None:
    """This will show one letter whole, beside the machine's last version of it."""
    letter = _read_letters([draft_id], user=user, now=now).get(draft_id)
    if letter is None:
        return None
    draft = letter.draft
    return WholeApproval(
        approval=_approval(letter, reader=user),
        subject=draft.subject,
        body=draft.body,
        machine=_machine_text(draft),
        template="emails/_approval.html",
        context={"card": draw_card(letter.judgement, reader=user), "draft": draft},
    )


def _read_letters(ids: Collection[UUID], *, user: User, now: datetime) -> Mapping[UUID, _Letter]:
    """The letters as they wait now; a page that lists one and shows it whole reads it once."""
    return kept_each(("letters", user.pk, now), ids, lambda unknown: _load_letters(unknown, user=user, now=now))


def _load_letters(ids: Collection[UUID], *, user: User, now: datetime) -> dict[UUID, _Letter]:
    drafts = list(list_waiting(user, mine=False).filter(pk__in=ids).with_people_of_waiting().order_by())
    judged = judge_many(drafts)
    moments = leaving_moments(drafts, now=now)
    return {draft.pk: _Letter(judged[draft.pk], moments.get(draft.pk)) for draft in drafts}


def leaving_moments(drafts: Iterable[Draft], *, now: datetime) -> dict[UUID, datetime]:
    """This will say when a yes lets each letter go: as its planned day opens, if that day is still to come."""
    rows = list(drafts)
    by_origin: dict[str, list[UUID]] = defaultdict(list)
    for draft in rows:
        by_origin[draft.origin_kind].append(draft.pk)
    days = planned_days(by_origin)
    if not days:
        return {}
    opens_at = get_settings().window_start
    return {
        draft.pk: _moment(day, opens_at, draft.customer)
        for draft in rows
        if (day := days.get(draft.pk)) and day > local_date(now, draft.customer.timezone)
    }


def _moment(day: date, at: time, customer: Customer) -> datetime:
    return datetime.combine(day, at, tzinfo=zone(customer.timezone))


def _approval(letter: _Letter, *, reader: User) -> Approval:
    draft, judgement = letter.draft, letter.judgement
    return Approval(
        kind=KIND,
        kind_label=draft.get_purpose_display(),
        id=draft.pk,
        version=draft.version,
        title=draft.subject,
        recipient=draft.to_name,
        customer_id=draft.customer_id,
        customer_name=draft.customer.name,
        url=reverse("emails:draft", args=[draft.pk]),
        waits_since=draft.updated_at,
        leaves_at=letter.leaves_at,
        written_by=_written_by(draft),
        warnings=_warnings(judgement),
        single=why_single(
            states_price=judgement.states_price,
            lead_reasons=judgement.lead_reasons,
            open_claims=[span.text for span in judgement.open_spans],
        ),
        refusal=_refusal(draft, judgement, reader),
    )


def _warnings(judgement: Judgement) -> tuple[str, ...]:
    claims = [f"“{span.text}” is not on record." for span in judgement.open_spans if span.fact is None]
    changed = [f"{fact.label} has changed since." for fact in judgement.changed]
    breaches = [breach.reason for breach in judgement.breaches]
    return tuple(dict.fromkeys([*claims, *changed, *breaches]))


def _refusal(draft: Draft, judgement: Judgement, reader: User) -> str:
    if not reader.is_worker:
        return "Your role may read, not approve."
    if waits_for_sender(draft, by=reader):
        name = draft.sender.display_name if draft.sender else "somebody else"
        return f"It leaves in the name of {name}, who approves it in person."
    if judgement.lead_reasons and not reader.is_leader:
        return "A lead approves this one. " + " ".join(judgement.lead_reasons)
    return ""


def _written_by(draft: Draft) -> str:
    if draft.writer == Writer.PERSON:
        return draft.written_by.display_name if draft.written_by else "A person"
    return str(Writer(draft.writer).label)


def _machine_text(draft: Draft) -> tuple[str, str] | None:
    last = draft.versions.exclude(writer=Writer.PERSON).filter(is_aside=False).order_by("-version").first()
    return (last.subject, last.body) if last else None
