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
    """This will write down a meeting; one that lies in the past counts as held. Raises ValidationError."""
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


def mark_held(meeting: Meeting, *, notes: str = "", now: datetime, by: User | None) -> bool:
    """This will say that the meeting took place, with what was said; False when it was not waiting for that."""
    return _close(meeting, MeetingState.HELD, "Meeting held", notes=notes, now=now, by=by)


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
    return bool(closed)


def _check_people(customer: Customer, stakeholders: Sequence[Stakeholder]) -> None:
    if any(person.customer_id != customer.pk for person in stakeholders):
        raise ValidationError({"stakeholders": "Somebody here belongs to another account."})
