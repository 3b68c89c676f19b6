"""Scheduling an automation of a journey by hand: beside the rows that the journey has of itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.models import Customer, User
from customers.services.activity import record
from journeys.enums import AutomationType, DeliverableState
from journeys.models import AutomationSchedule, Journey, JourneyMonth
from journeys.queries.journeys import get_open_journey
from journeys.queries.rows import SUBJECT
from journeys.rules.by_hand import MonthState, Wish, find_errors
from journeys.rules.moments import moment_of
from journeys.rules.naming import name_automation
from journeys.services.journeys import trigger_row
from journeys.services.scheduling import trigger_automation


class NoJourney(Exception):
    """Raised when the customer has no journey under way."""


class AlreadyScheduled(Exception):
    """Raised when the same stands at the same moment already."""


def prepare_by_hand(
    customer: Customer, *, type: str, at: datetime | date, payload: Mapping[str, Any], now: datetime
) -> AutomationSchedule:
    """This will check the wish and give the row, unsaved; for previews.

    at: a moment, or a day of the customer's, which stands for the journey's hour. Raises NoJourney, AlreadyScheduled,
    ValidationError by field (type, trigger_date, payload).
    """
    journey = get_open_journey(customer)
    if journey is None:
        raise NoJourney("This account has no journey under way.")
    moment = at if isinstance(at, datetime) else moment_of(at, journey.local_time, journey.zone)
    wish = Wish(type, moment, payload)
    if errors := find_errors(wish, _read_months(journey), now=now):
        raise ValidationError({name: [text] for name, text in errors.items()})
    row = _row(journey, wish)
    same = AutomationSchedule.objects.filter(
        subject_kind=SUBJECT, subject_id=journey.pk, kind=row.kind, occurrence=row.occurrence
    )
    if same.exists():
        raise AlreadyScheduled("The same is scheduled for this moment already.")
    return row


def schedule_by_hand(
    customer: Customer, *, type: str, at: datetime | date, payload: Mapping[str, Any], now: datetime, by: User
) -> AutomationSchedule:
    """This will write the row and put it on record. Raises as `prepare_by_hand`."""
    with transaction.atomic():
        row = prepare_by_hand(customer, type=type, at=at, payload=payload, now=now)
        row.save(force_insert=True)
        words = f"Scheduled by hand: {name_automation(row.kind, row.occurrence)}"
        record("automation.scheduled", words, customer=customer, by=by, now=now, subject=row, payload=row.payload)
    return row


def _read_months(journey: Journey) -> dict[int, MonthState]:
    months = JourneyMonth.objects.filter(journey=journey).select_related("deliverable").order_by("number")
    return {month.number: _state(month, journey) for month in months}


def _state(month: JourneyMonth, journey: Journey) -> MonthState:
    deliverable = getattr(month, "deliverable", None)
    return MonthState(
        due_at=moment_of(month.due_date, journey.local_time, journey.zone),
        is_skipped=month.is_skipped,
        has_deliverable=deliverable is not None,
        is_delivered=deliverable is not None and deliverable.state == DeliverableState.DELIVERED,
        is_opened=deliverable is not None and deliverable.opened_at is not None,
    )


def _row(journey: Journey, wish: Wish) -> AutomationSchedule:
    """The local hour stands beside the moment, so that a shift of the journey moves this row too."""
    there = wish.trigger_at.astimezone(ZoneInfo(journey.zone))
    return AutomationSchedule(
        customer_id=journey.customer_id,
        type=AutomationType(wish.type),
        kind=wish.kind or "",
        subject_kind=SUBJECT,
        subject_id=journey.pk,
        occurrence=f"month-{wish.month}-by-hand-{wish.trigger_at:%Y%m%dT%H%M%S}",
        payload=dict(wish.payload),
        trigger_at=wish.trigger_at,
        local_date=there.date(),
        local_time=there.time(),
        zone=journey.zone,
    )


def trigger_by_hand(automation: AutomationSchedule, *, now: datetime, by: User, reason: str = "") -> None:
    """This will make the row due now; one of a journey as a change that can be taken back. Raises NotScheduled."""
    if automation.subject_kind == SUBJECT:
        trigger_row(automation, now=now, by=by, reason=reason)
    else:
        trigger_automation(automation, now=now, by=by, reason=reason)
