"""Which months are overdue: due and not delivered, or delivered and not opened for 3 days (DESIGN, 5)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import DateTimeField, Exists, F, OuterRef, Q, Value

from journeys.enums import JourneyState
from journeys.models import JourneyMonth
from journeys.queries.local_days import LocalDay
from journeys.rules.states import UNOPENED_DAYS


def overdue_months(now: datetime, *, days: int = 0) -> Q:
    """This will give the condition on months that are overdue by more than so many days; 0: at all.

    A month that a hold keeps back is not: its date moves when the hold ends.
    """
    there = LocalDay(Value(now - timedelta(days=days), output_field=DateTimeField()), F("journey__zone"))
    since = timedelta(days=max(days, UNOPENED_DAYS))
    late = Q(due_date__lt=there) & (Q(deliverable=None) | Q(deliverable__delivered_at=None))
    unopened = Q(deliverable__delivered_at__lte=now - since, deliverable__opened_at=None)
    return Q(skipped_at=None, journey__state=JourneyState.ACTIVE, journey__held_since=None) & (late | unopened)


def has_overdue_month(now: datetime, *, days: int = 0) -> Exists:
    """This will give the condition on journeys that have such a month."""
    return Exists(JourneyMonth.objects.filter(overdue_months(now, days=days), journey=OuterRef("pk")))
