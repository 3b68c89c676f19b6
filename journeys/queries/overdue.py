"""Which journeys are overdue: a month due and not delivered, or delivered and not opened for 3 days (DESIGN, 5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import DateTimeField, F, Q, Value

from journeys.enums import JourneyState
from journeys.queries.local_days import LocalDay
from journeys.rules.states import UNOPENED_DAYS

WEST, EAST = timedelta(hours=12), timedelta(hours=14)
"""How far the days of the world are behind UTC and ahead of it."""


def is_overdue(now: datetime, *, days: int = 0) -> Q:
    """This will give the condition on journeys that are overdue by more than so many days; 0: at all.

    One that a hold keeps back is not: its dates move when the hold ends. The zone is asked only where the day of UTC
    does not settle it. The first open month says it for all of them.
    """
    since = (now - timedelta(days=days)).astimezone(UTC)
    there = LocalDay(Value(since, output_field=DateTimeField()), F("zone"))
    near = Q(open_due_date__range=((since - WEST).date(), (since + EAST).date()))
    late = Q(open_due_date__lt=(since - WEST).date()) | (near & Q(open_due_date__lt=there))
    unopened = Q(unopened_since__lte=now - timedelta(days=max(days, UNOPENED_DAYS)))
    return Q(state=JourneyState.ACTIVE, held_since=None) & (late | unopened)
