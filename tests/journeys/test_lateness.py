"""From when a journey is late, as the triggers keep it: always what its months say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection

from customers.models import User
from journeys.enums import DeliverableState
from journeys.models import Deliverable, Journey, JourneyMonth
from journeys.queries.overdue import is_overdue
from journeys.services.lateness import drop_triggers, keep_lateness
from journeys.services.pausing import pause_journey
from tests import factories
from tests.journeys.ground import begin, deliver, open_month

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]


@pytest.fixture
def journey(csm: User) -> Journey:
    return start(csm, "Europe/Berlin")


def start(csm: User, zone: str) -> Journey:
    customer = factories.CustomerFactory.create(owner=csm, timezone=zone)
    return begin(customer, now=NOW - timedelta(days=3), by=csm, start=date(2026, 3, 4))


def is_late(journey: Journey, now: datetime) -> bool:
    """The definition, month by month, from the rows themselves."""
    journey.refresh_from_db()
    today = now.astimezone(ZoneInfo(journey.zone)).date()
    if not journey.is_active or journey.held_since:
        return False
    for month in journey.months.filter(skipped_at=None):
        paper = Deliverable.objects.filter(month=month).first()
        if paper is None or paper.delivered_at is None:
            if month.due_date < today:
                return True
        elif paper.opened_at is None and paper.delivered_at <= now - timedelta(days=3):
            return True
    return False


def check(journey: Journey) -> list[bool]:
    """Whether it is late, hour by hour where days turn and letters grow old; each is what the months say."""
    moments = [NOW + timedelta(days=days, hours=hours) for days in (*range(6), 29, 31, 70) for hours in (0, 8, 9, 20)]
    stored = [Journey.objects.filter(is_overdue(now), pk=journey.pk).exists() for now in moments]
    assert stored == [is_late(journey, now) for now in moments]
    return stored


def undo_delivery(journey: Journey, _: User) -> None:
    Deliverable.objects.filter(journey=journey).update(
        state=DeliverableState.PENDING_REVIEW, delivered_at=None, opened_at=None
    )


CHANGES: dict[str, Callable[[Journey, User], Any]] = {
    "delivered": lambda journey, csm: deliver(journey, 1, now=NOW, by=csm),
    "opened": lambda journey, csm: open_month(journey, 1, now=NOW),
    "taken back": undo_delivery,
    "removed": lambda journey, csm: Deliverable.objects.filter(journey=journey).delete(),
    "moved": lambda journey, csm: JourneyMonth.objects.filter(journey=journey, number=1).update(
        due_date=date(2026, 3, 6)
    ),
    "skipped": lambda journey, csm: JourneyMonth.objects.filter(journey=journey, number=1).update(skipped_at=NOW),
    "put back": lambda journey, csm: JourneyMonth.objects.filter(journey=journey).update(skipped_at=None),
    "paused": lambda journey, csm: pause_journey(journey, days=3, reason="", now=NOW, by=csm),
}


def test_lateness_after_each_change_is_what_the_months_say(journey: Journey, csm: User) -> None:
    seen = [tuple(check(journey))]
    for change in CHANGES.values():
        change(journey, csm)
        seen.append(tuple(check(journey)))

    assert len(set(seen)) >= 5


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kolkata", "America/New_York", "UTC"])
def test_day_turns_where_the_customer_lives(csm: User, zone: str) -> None:
    journey = start(csm, zone)
    turn = datetime.combine(journey.months.get(number=1).due_date + timedelta(days=1), time(0), ZoneInfo(zone))

    late = [Journey.objects.filter(is_overdue(turn + timedelta(seconds=s)), pk=journey.pk).exists() for s in (-1, 0)]

    assert late == [False, True]
    check(journey)


@pytest.mark.parametrize("days", [2, 3, 14])
def test_long_overdue_counts_the_days_beyond(journey: Journey, days: int) -> None:
    turn = datetime(2026, 3, 5, tzinfo=ZoneInfo("Europe/Berlin")) + timedelta(days=days)

    late = [
        Journey.objects.filter(is_overdue(turn + timedelta(seconds=s), days=days), pk=journey.pk).exists()
        for s in (-1, 0)
    ]

    assert late == [False, True]


def test_migrating_fills_what_was_written_without_triggers(journey: Journey, csm: User) -> None:
    drop_triggers(connection)
    JourneyMonth.objects.filter(journey=journey, number=1).update(skipped_at=NOW)
    journey.refresh_from_db()
    assert journey.open_due_date == date(2026, 3, 4)

    keep_lateness(connection)

    journey.refresh_from_db()
    assert journey.open_due_date == journey.months.get(number=2).due_date


def test_triggers_stand_after_a_migration(journey: Journey) -> None:
    call_command("migrate", "journeys", verbosity=0)

    deliver(journey, 1, now=NOW)

    check(journey)
