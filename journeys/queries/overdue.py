"""Which journeys are overdue: a month due and not delivered, or delivered and not opened for 3 days (DESIGN, 5)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from journeys.enums import JourneyState
from journeys.queries.local_days import is_before_day
from journeys.rules.states import UNOPENED_DAYS


def is_overdue(now: datetime, *, days: int = 0) -> Q:
    """This will give the condition on journeys that are overdue by more than so many days; 0: at all.

    One that a hold keeps back is not: its dates move when the hold ends. The first open month says it for all of them.
    """
    late = is_due_late(now - timedelta(days=days))
    unopened = Q(unopened_since__lte=now - timedelta(days=max(days, UNOPENED_DAYS)))
    return Q(state=JourneyState.ACTIVE, held_since=None) & (late | unopened)


def is_due_late(now: datetime) -> Q:
    """This will give the condition on journeys of which a month was due before today and is not delivered."""
    return is_before_day("open_due_date", "zone", now)
