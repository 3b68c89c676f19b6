"""A person's word on a deliverable: approved, it is delivered; rejected, it is revised and looked at again."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet

from customers.base import lock_customer
from customers.enums import TodoState
from customers.models import Todo, User
from customers.services.activity import record
from customers.services.todos import add_todo, finish_todo
from emails.rules.rendering import clean_text
from journeys.enums import AutomationStatus, DeliverableState, JourneyKind
from journeys.models import AutomationSchedule, Deliverable, Journey
from journeys.queries.deliverables import judge_text
from journeys.queries.rows import SUBJECT
from journeys.rules.timeline import TYPES, payload_of
from journeys.services.changing import Refused
from journeys.services.delivering import deliver_month
from journeys.services.scheduling import LocalMoment, NewAutomation, end_rows, schedule_automations
from journeys.services.texts import refused, reload

REVIEW_TODO = "deliverable_review"
REVISION_DAYS = 3
"""Source: the journey spec: if a deliverable is rejected, send a revision reminder after 3 days."""

MOST_NOTE = 2_000


class OpenClaims(Exception):
    """Raised when the text states what no record supports, or says nothing. claims: in the text's own words."""

    def __init__(self, claims: list[str]) -> None:
        named = ", ".join(f"“{claim[:80]}”" for claim in claims[:5])
        super().__init__(
            f"Remove or confirm what is not on record: {named}." if claims else "There is no text to deliver yet."
        )
        self.claims = claims


class NotAllowed(PermissionError):
    """Raised when the person's role may read, not decide."""


def ask_for_review(deliverable: Deliverable, *, now: datetime) -> None:
    """Give the account's owner the to-do; must be called in the transaction that made it their turn."""
    add_todo(
        f"Review M{deliverable.month.number} {deliverable.title}",
        customer=deliverable.customer_id,
        now=now,
        by=None,
        owner=deliverable.customer.owner,
        kind=REVIEW_TODO,
        detail="Approve it, and the client gets it; or reject it with a note.",
        source_kind="deliverable",
        source_id=deliverable.pk,
        key=f"{REVIEW_TODO}:{deliverable.pk}:{deliverable.version}",
    )


def close_todos(deliverable: Deliverable, *, now: datetime, by: User | None) -> None:
    """Close what was to be done about it."""
    for todo in Todo.objects.filter(source_kind="deliverable", source_id=deliverable.pk, state=TodoState.OPEN):
        finish_todo(todo, now=now, by=by)


def approve_deliverable(deliverable: Deliverable, *, version: int, now: datetime, by: User) -> Deliverable:
    """Deliver exactly this version: its month is completed, and the next one is released.

    Raises NotAllowed, OpenClaims, StaleText, NotOpen, and Refused for a month that is skipped.
    """
    _check_decides(by)
    with transaction.atomic():
        lock_customer(deliverable.customer_id)
        current = _in_review(deliverable, version=version)
        claims = list(dict.fromkeys(span.text for span in judge_text(current).open_spans))
        if claims or not (current.title.strip() and current.body.strip()):
            raise OpenClaims(claims)
        moved = _waiting(current, version=version).update(
            state=DeliverableState.DELIVERED,
            delivered_at=now,
            approved_by=by,
            review_since=None,
            updated_at=now,
        )
        if not moved:
            raise refused(reload(current), version=version)
        delivered = reload(current)
        close_todos(delivered, now=now, by=by)
        record(
            "deliverable.approved",
            f"Approved “{delivered}” (M{delivered.month.number}): delivered",
            customer=delivered.customer_id,
            by=by,
            now=now,
            subject=delivered,
            version=version,
        )
        deliver_month(delivered, now=now, by=by)
    return delivered


def reject_deliverable(deliverable: Deliverable, *, note: str, version: int, now: datetime, by: User) -> Deliverable:
    """Send it back with a note; a reminder of the revision comes three days later.

    Raises NotAllowed, ValidationError beside the note, StaleText, NotOpen.
    """
    _check_decides(by)
    note = clean_text(note).strip()
    if not note:
        raise ValidationError({"note": "Say what is to be revised."})
    if len(note) > MOST_NOTE:
        raise ValidationError({"note": f"At most {MOST_NOTE:,} characters; these are {len(note):,}."})
    with transaction.atomic():
        lock_customer(deliverable.customer_id)
        moved = _waiting(deliverable, version=version).update(
            state=DeliverableState.REJECTED,
            rejected_at=now,
            rejected_by=by,
            rejection_note=note,
            review_since=None,
            version=F("version") + 1,
            updated_at=now,
        )
        current = reload(deliverable)
        if not moved:
            raise refused(current, version=version)
        close_todos(current, now=now, by=by)
        _remind_of_revision(current, now=now)
        summary = f"Rejected “{current}” (M{current.month.number}): {note}"
        record("deliverable.rejected", summary[:500], customer=current.customer_id, by=by, now=now, subject=current)
    return current


def submit_revision(deliverable: Deliverable, *, version: int, now: datetime, by: User) -> Deliverable:
    """Put a revised deliverable up for review again. Raises NotAllowed, StaleText, NotOpen."""
    _check_role(by)
    with transaction.atomic():
        moved = Deliverable.objects.filter(pk=deliverable.pk, version=version, state=DeliverableState.REJECTED).update(
            state=DeliverableState.PENDING_REVIEW, review_since=now, version=F("version") + 1, updated_at=now
        )
        current = reload(deliverable)
        if not moved:
            raise refused(current, version=version)
        forget_revision(current, now=now)
        summary = f"Revised “{current}” (M{current.month.number})"
        record("deliverable.revised", summary, customer=current.customer_id, by=by, now=now, subject=current)
        ask_for_review(current, now=now)
    return current


def forget_revision(deliverable: Deliverable, *, now: datetime) -> None:
    """End the reminders of a revision that has been made."""
    end_rows(_reminders(deliverable), status=AutomationStatus.SKIPPED, reason="It has been revised.", now=now)


def _in_review(deliverable: Deliverable, *, version: int) -> Deliverable:
    current = reload(deliverable)
    if current.version != version or current.state != DeliverableState.PENDING_REVIEW:
        raise refused(current, version=version)
    if current.month.is_skipped:
        raise Refused("This month is skipped.")
    return current


def _waiting(deliverable: Deliverable, *, version: int) -> QuerySet[Deliverable]:
    rows: QuerySet[Deliverable] = Deliverable.objects.filter(
        pk=deliverable.pk, version=version, state=DeliverableState.PENDING_REVIEW
    )
    return rows


def _remind_of_revision(deliverable: Deliverable, *, now: datetime) -> None:
    """The row is made once and never again: the second rejection of a month is another occurrence."""
    journey: Journey = deliverable.journey
    number = deliverable.month.number
    earlier = _reminders(deliverable).count()
    day = now.astimezone(ZoneInfo(journey.zone)).date() + timedelta(days=REVISION_DAYS)
    schedule_automations(
        [
            NewAutomation(
                type=TYPES[JourneyKind.REVISION],
                kind=JourneyKind.REVISION,
                customer_id=deliverable.customer_id,
                subject_kind=SUBJECT,
                subject_id=journey.pk,
                at=LocalMoment(day, journey.local_time, journey.zone),
                occurrence=f"month-{number}" if not earlier else f"month-{number}-again-{earlier + 1}",
                payload=payload_of(JourneyKind.REVISION, number),
            )
        ]
    )


def _reminders(deliverable: Deliverable) -> QuerySet[AutomationSchedule]:
    rows: QuerySet[AutomationSchedule] = AutomationSchedule.objects.filter(
        subject_kind=SUBJECT,
        subject_id=deliverable.journey_id,
        kind=JourneyKind.REVISION,
        payload__month=deliverable.month.number,
    )
    return rows


def _check_decides(by: User) -> None:
    _check_role(by)
    if not by.is_worker:
        raise NotAllowed("An integration decides nothing: a person must.")


def _check_role(by: User) -> None:
    if not by.is_writer:
        raise NotAllowed("Your role may read, not decide.")
