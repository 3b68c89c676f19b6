"""Conversations with people of an account: planned, recorded, held, cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.enums import MeetingState
from customers.models import Customer, Meeting, Stakeholder, User
from customers.services.activity import record
from customers.services.changes import check
from customers.services.holds import set_brake
from customers.services.todos import add_todo
from customers.signals import meeting_changed, send_after_commit

BRAKE_SOURCE = "meeting"
ACTION_TODO = "meeting.action"
MOST_ACTIONS = 20


def record_meeting(
    customer: Customer,
    *,
    title: str,
    starts_at: datetime,
    stakeholders: Sequence[Stakeholder],
    notes: str = "",
    now: datetime,
    by: User | None,
) -> Meeting:
    """This will write down a meeting; one that lies in the past counts as held. Raises ValidationError.

    One that is ahead stops every planned touch to the account, as a reply does (promise 6).
    """
    is_held = starts_at <= now
    meeting = Meeting(
        customer=customer,
        title=title.strip(),
        starts_at=starts_at,
        notes=notes,
        recorded_by=by,
        state=MeetingState.HELD if is_held else MeetingState.SCHEDULED,
        held_at=starts_at if is_held else None,
    )
    check(meeting)
    _check_people(customer, stakeholders)
    with transaction.atomic():
        meeting.save(force_insert=True)
        meeting.stakeholders.set(stakeholders)
        record(
            "meeting.held" if is_held else "meeting.scheduled",
            f"{'Meeting held' if is_held else 'Meeting planned'}: {meeting.title}",
            customer=customer,
            by=by,
            now=now,
            subject=meeting,
        )
        if not is_held:
            set_brake(
                customer,
                reason=f"A meeting is booked: {meeting.title}",
                source_kind=BRAKE_SOURCE,
                source_id=meeting.pk,
                now=now,
                by=by,
            )
        _tell(meeting)
    return meeting


def update_meeting(
    meeting: Meeting,
    *,
    title: str,
    starts_at: datetime,
    stakeholders: Sequence[Stakeholder],
    notes: str,
    now: datetime,
    by: User | None,
) -> None:
    """This will change a meeting's words, people and moment. Raises ValidationError."""
    is_moved = meeting.starts_at != starts_at
    meeting.title, meeting.starts_at, meeting.notes = title.strip(), starts_at, notes
    check(meeting)
    _check_people(meeting.customer, stakeholders)
    with transaction.atomic():
        meeting.save(update_fields=["title", "starts_at", "notes", "updated_at"])
        meeting.stakeholders.set(stakeholders)
        record(
            "meeting.moved" if is_moved else "meeting.changed",
            f"{'Meeting moved' if is_moved else 'Meeting changed'}: {meeting.title}",
            customer=meeting.customer_id,
            by=by,
            now=now,
            subject=meeting,
        )
        _tell(meeting)


def mark_held(
    meeting: Meeting, *, notes: str = "", actions: Sequence[str] = (), now: datetime, by: User | None
) -> bool:
    """This will say that the meeting took place, with what was said; False when it was not waiting for that.

    actions: what was agreed to be done; each becomes a task.
    """
    with transaction.atomic():
        closed = _close(meeting, MeetingState.HELD, "Meeting held", notes=notes, now=now, by=by)
        if closed:
            _add_actions(meeting, actions, now=now, by=by)
    return closed


def cancel_meeting(meeting: Meeting, *, now: datetime, by: User | None) -> bool:
    """This will say that the meeting does not take place; False when it was not waiting for that."""
    return _close(meeting, MeetingState.CANCELLED, "Meeting cancelled", notes="", now=now, by=by)


def _close(meeting: Meeting, state: MeetingState, words: str, *, notes: str, now: datetime, by: User | None) -> bool:
    fields = {"notes": notes} if notes else {}
    held_at = min(meeting.starts_at, now) if state == MeetingState.HELD else None
    with transaction.atomic():
        closed = Meeting.objects.filter(pk=meeting.pk, state=MeetingState.SCHEDULED).update(
            state=state, held_at=held_at, updated_at=now, **fields
        )
        if closed:
            record(
                f"meeting.{state}",
                f"{words}: {meeting.title}",
                customer=meeting.customer_id,
                by=by,
                now=now,
                subject=meeting,
            )
            _tell(meeting)
    return bool(closed)


def _add_actions(meeting: Meeting, actions: Sequence[str], *, now: datetime, by: User | None) -> None:
    for place, title in enumerate([title.strip() for title in actions if title.strip()][:MOST_ACTIONS]):
        add_todo(
            title,
            customer=meeting.customer_id,
            now=now,
            by=by,
            owner=by,
            kind=ACTION_TODO,
            detail=f"Agreed in “{meeting.title}”.",
            source_kind=BRAKE_SOURCE,
            source_id=meeting.pk,
            key=f"meeting:{meeting.pk}:{place}",
        )


def _tell(meeting: Meeting) -> None:
    send_after_commit(meeting_changed, customer_id=meeting.customer_id, meeting_id=meeting.pk)


def _check_people(customer: Customer, stakeholders: Sequence[Stakeholder]) -> None:
    if any(person.customer_id != customer.pk for person in stakeholders):
        raise ValidationError({"stakeholders": "Somebody here belongs to another account."})
