"""Somebody is out of office: what is planned for them, and for nobody else, moves to their return."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime, time

from django.db import transaction
from django.db.models import QuerySet

from customers.base import lock_customer
from customers.models import Customer, Stakeholder
from customers.queries.calendars import local_date
from customers.queries.sending import sending_rules
from customers.queries.workspace import get_settings
from customers.rules.windows import Window
from customers.services.activity import record
from emails.enums import DraftState
from emails.models import Draft, Reply
from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule
from journeys.rules.moments import moment_of
from journeys.services.scheduling import LocalMoment
from outreach.enums import CHASERS, LIVE_PLAN_STATES, CauseKind, TouchKind, TouchState
from outreach.models import Touch
from outreach.rules.slots import spread_slots
from outreach.services.cadence import LETTER
from outreach.services.changes import Cause, change_row, move_fields, restore


def note_absence(reply_id: uuid.UUID, *, return_date: date, now: datetime) -> int:
    """Move the person's contacts that would fall into the absence, and count them. Safe to repeat.

    return_date: their first day back; the next working day there from then on is taken.
    """
    reply = Reply.objects.select_related("customer", "stakeholder").filter(pk=reply_id, is_verified=True).first()
    if reply is None or reply.customer is None or reply.stakeholder is None:
        return 0
    with transaction.atomic():
        lock_customer(reply.customer.pk)
        moved = sum(_move_all(reply.customer, reply.stakeholder, reply, return_date, now=now))
        if moved:
            back = f"{return_date:%-d %b %Y}"
            summary = f"{reply.stakeholder.name} is away until {back}: {moved} planned contacts moved"
            record("cadence.shifted", summary, customer=reply.customer, by=None, now=now, subject=reply)
    return moved


def take_absence_back(reply_id: uuid.UUID, *, now: datetime) -> int:
    """Put everything back that this absence had moved, and count it."""
    return restore(Cause(CauseKind.REPLY, reply_id), now=now)


def _move_all(
    customer: Customer, person: Stakeholder, reply: Reply, return_date: date, *, now: datetime
) -> Iterator[int]:
    window = sending_rules(customer, get_settings(), around=now).window
    cause = Cause(CauseKind.REPLY, reply.pk)
    reason = f"{person.name} is away until {return_date:%-d %b %Y}."
    yield _move_chasers(customer, person, return_date, window, cause, reason, now=now)
    back = window.calendar.next_open(return_date)
    yield _move_first_touch(customer, person, back, cause, reason, now=now)
    yield _move_letters(customer, person, moment_of(back, window.start, customer.timezone), cause, now=now)


def _move_chasers(
    customer: Customer,
    person: Stakeholder,
    return_date: date,
    window: Window,
    cause: Cause,
    reason: str,
    *,
    now: datetime,
) -> int:
    rows = list(_chasers_of(customer, person))
    days = tuple(local_date(row.trigger_at, customer.timezone) for row in rows)
    moved = 0
    for row, day, new in zip(
        rows, days, spread_slots(days, not_before=return_date, calendar=window.calendar), strict=True
    ):
        if new != day:
            fields = _moment(new, window.start, customer.timezone)
            moved += change_row(row, cause=cause, customer_id=customer.pk, now=now, **fields, reason=reason)
    return moved


def _chasers_of(customer: Customer, person: Stakeholder) -> QuerySet[AutomationSchedule]:
    """What goes after this person's answer: after letters to them, and after what they said."""
    letters = Draft.objects.filter(customer=customer, stakeholder=person).values("pk")
    replies = Reply.objects.filter(customer=customer, stakeholder=person).values("pk")
    scheduled = AutomationSchedule.objects.filter(
        customer=customer, kind__in=sorted(CHASERS), status=AutomationStatus.SCHEDULED
    )
    mine = scheduled.filter(subject_kind=LETTER, subject_id__in=letters) | scheduled.filter(
        subject_kind="reply", subject_id__in=replies
    )
    return mine.order_by("trigger_at", "pk")


def _move_first_touch(
    customer: Customer, person: Stakeholder, back: date, cause: Cause, reason: str, *, now: datetime
) -> int:
    """A first letter that waits to be sent has its day in the plan alone."""
    touches = Touch.objects.filter(
        plan__customer=customer,
        plan__state__in=sorted(LIVE_PLAN_STATES),
        stakeholder=person,
        kind=TouchKind.EMAIL,
        state=TouchState.PLANNED,
        due_date__lt=back,
    )
    moved = 0
    for touch in touches:
        fields = {"due_date": back, "moved_reason": reason, "fixed_date": back, "fixed_reason": reason}
        moved += change_row(touch, cause=cause, customer_id=customer.pk, now=now, **fields)
    return moved


def _move_letters(customer: Customer, person: Stakeholder, back_at: datetime, cause: Cause, *, now: datetime) -> int:
    """Letters that were approved for a moment within the absence leave after it; their approval is not prolonged."""
    letters = Draft.objects.filter(customer=customer, stakeholder=person)
    moved = 0
    for letter in letters.filter(state=DraftState.SCHEDULED, scheduled_send_date__lt=back_at):
        moved += change_row(letter, cause=cause, customer_id=customer.pk, now=now, scheduled_send_date=back_at)
    for letter in letters.filter(state=DraftState.QUEUED):
        moved += change_row(letter, cause=cause, customer_id=customer.pk, now=now, not_before=back_at)
    return moved


def _moment(day: date, hour: time, zone: str) -> dict[str, object]:
    return move_fields(LocalMoment(day, hour, zone), moment_of(day, hour, zone))
