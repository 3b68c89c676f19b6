"""What changes the same journeys at once, each in its own order, never waits in a ring (PostgreSQL).

The triggers that keep a journey's lateness lock it after its months; every service locks the customers before either.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

import pytest
from django.db import connections, transaction

from customers.models import Customer, User
from journeys.enums import AutomationStatus, JourneyKind
from journeys.models import AutomationSchedule, Deliverable, Journey, JourneyMonth
from journeys.services.bulk import adjust_journeys, pause_journeys, resume_journeys
from journeys.services.clock import tick_as_of
from tests import factories
from tests.journeys.ground import approve_plan, begin, deliver, open_month

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
CLIENTS, ROUNDS = 4, 6


@pytest.fixture
def journeys(csm: User, now: datetime) -> list[Journey]:
    made = []
    for _ in range(CLIENTS):
        customer = factories.CustomerFactory.create(owner=csm, timezone="UTC")
        made.append(begin(customer, now=now, by=csm, start=date(2026, 3, 9)))
        approve_plan(customer, now=now)
    return made


def race(*works: Callable[[int], object]) -> list[BaseException]:
    """Have each do its rounds at the same time as the others, on connections of their own; gives what went wrong."""
    failed: list[BaseException] = []
    start = threading.Barrier(len(works))

    def run(work: Callable[[int], object]) -> None:
        try:
            start.wait()
            for place in range(ROUNDS):
                work(place)
        except BaseException as error:  # what it is decides the test
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return failed


def customers_of(journeys: Sequence[Journey]) -> list[Customer]:
    return [journey.customer for journey in journeys]


def test_holds_and_deliveries_at_once(journeys: list[Journey], csm: User, now: datetime) -> None:
    def hold(place: int) -> None:
        at = now + timedelta(minutes=place)
        pause_journeys(customers_of(journeys), now=at, by=csm)
        resume_journeys(customers_of(journeys), now=at + timedelta(seconds=30), by=csm)

    def hand_over(place: int) -> None:
        for journey in reversed(journeys):
            deliver(journey, place + 1, now=now + timedelta(minutes=place), by=csm)
            open_month(journey, place + 1, now=now + timedelta(minutes=place))

    assert race(hold, hand_over) == []
    assert Deliverable.objects.filter(delivered_at__isnull=False).count() == CLIENTS * ROUNDS
    assert_lateness_is_right(journeys)


def test_ticks_and_adjusting_at_once(journeys: list[Journey], csm: User, now: datetime) -> None:
    """Within a lease: a tick of a later day would take the rows of a slower one for abandoned."""
    waiting = AutomationSchedule.objects.filter(kind__in=(JourneyKind.GENERATE, JourneyKind.UPCOMING))
    for place, pk in enumerate(waiting.order_by("pk").values_list("pk", flat=True)):
        waiting.filter(pk=pk).update(trigger_at=now + timedelta(seconds=place % ROUNDS))

    def ring(place: int) -> None:
        tick_as_of(now=now + timedelta(seconds=place))

    def adjust(place: int) -> None:
        days = 3 if place % 2 else -3
        adjust_journeys(customers_of(journeys)[:: days // 3], days=days, now=now, by=csm, include_past=True)

    assert race(ring, ring, adjust, adjust) == []
    assert AutomationSchedule.objects.filter(status=AutomationStatus.COMPLETED).exists()
    assert not AutomationSchedule.objects.filter(status=AutomationStatus.RUNNING).exists()
    assert not AutomationSchedule.objects.filter(retry_count__gt=0).exists()
    assert_lateness_is_right(journeys)


def test_statements_that_meet_the_months_in_opposite_orders(journeys: list[Journey]) -> None:
    """Without a lock on the customer: only the order in which the triggers lock keeps them apart."""
    ids = [journey.pk for journey in journeys]

    def shift(order: str) -> Callable[[int], None]:
        def work(place: int) -> None:
            numbers = (1, 2) if order == "up" else (3, 4)
            months = JourneyMonth.objects.filter(journey__in=ids, number__in=numbers)
            with transaction.atomic():
                months.update(due_date=date(2026, 4, 1) + timedelta(days=place))

        return work

    assert race(shift("up"), shift("down"), shift("up")) == []
    assert_lateness_is_right(journeys)


def assert_lateness_is_right(journeys: Sequence[Journey]) -> None:
    for journey in journeys:
        journey.refresh_from_db()
        delivered = Deliverable.objects.filter(journey=journey, delivered_at__isnull=False).values("month")
        open_months = journey.months.filter(skipped_at=None).exclude(pk__in=delivered)
        open_dates = open_months.values_list("due_date", flat=True)
        assert journey.open_due_date == min(open_dates, default=None)
