"""Two people at the same moment, on connections of their own: each change of a journey happens once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connections, transaction

from customers.base import lock_customer
from customers.models import Customer, Hold, User
from journeys.enums import AutomationStatus, DeliverableState, JourneyKind
from journeys.models import AutomationSchedule, Deliverable, Journey, JourneyChange, JourneyMonth
from journeys.services.changing import Refused
from journeys.services.clock import tick
from journeys.services.delivering import deliver_month
from journeys.services.journeys import cancel_journey, start_journey
from journeys.services.pausing import pause_journey, resume_journey
from journeys.services.skipping import skip_month
from journeys.services.undoing import undo_change
from tests.journeys.ground import START, approve_plan, begin, default_version, deliver, row

pytestmark = pytest.mark.django_db(transaction=True)
FIRST_DAY = datetime(2026, 3, 9, 13, 0, tzinfo=UTC)
AT_ONCE = 4


def race(act: Callable[[], object]) -> list[str]:
    """What became of each of several at once: "done", or why not."""
    ends: list[str] = []
    barrier = threading.Barrier(AT_ONCE)

    def run() -> None:
        try:
            barrier.wait()
            act()
            ends.append("done")
        except Refused as refusal:
            ends.append(str(refusal))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends, key=lambda end: end != "done")


@pytest.fixture
def journey(customer: Customer, csm: User, now: datetime) -> Journey:
    return begin(customer, now=now, by=csm, version=default_version())


def test_starts_at_once_start_one_journey(customer: Customer, csm: User, now: datetime) -> None:
    version = default_version()

    ends = race(lambda: start_journey(customer, start_date=START, version=version, now=now, by=csm))

    assert ends == ["done", *["This client is on a journey already."] * (AT_ONCE - 1)]
    assert Journey.objects.count() == 1
    assert AutomationSchedule.objects.count() == 32


def test_skips_at_once_skip_once(journey: Journey, csm: User, now: datetime) -> None:
    ends = race(lambda: skip_month(journey, 3, now=now, by=csm))

    assert ends == ["done", *["M3 is skipped already."] * (AT_ONCE - 1)]
    assert JourneyChange.objects.filter(action="skipped").count() == 1


def test_pauses_at_once_pause_once(journey: Journey, csm: User, now: datetime) -> None:
    ends = race(lambda: pause_journey(journey, reason="", now=now, by=csm))

    assert ends[0] == "done"
    assert len([end for end in ends if end != "done"]) == AT_ONCE - 1
    assert Hold.objects.count() == 1
    assert AutomationSchedule.objects.filter(kind=JourneyKind.PAUSED).count() == 1


def test_resumes_at_once_move_the_dates_once(journey: Journey, csm: User, now: datetime) -> None:
    pause_journey(journey, reason="", now=now, by=csm)

    ends = race(lambda: resume_journey(journey, now=now + timedelta(days=9), by=csm))

    assert ends == ["done", *["The journey is not paused."] * (AT_ONCE - 1)]
    assert JourneyMonth.objects.get(number=1).due_date == START + timedelta(days=9)
    assert row(journey, JourneyKind.GENERATE, 1).local_date == date(2026, 3, 18)


def test_undos_at_once_undo_once(journey: Journey, csm: User, now: datetime) -> None:
    change = skip_month(journey, 3, now=now, by=csm)

    ends = race(lambda: undo_change(change, now=now, by=csm))

    assert ends == ["done", *["It was taken back already."] * (AT_ONCE - 1)]


def test_cancels_at_once_cancel_once(journey: Journey, csm: User, now: datetime) -> None:
    ends = race(lambda: cancel_journey(journey, reason="They left", now=now, by=csm))

    assert ends == ["done", *["The journey is not under way."] * (AT_ONCE - 1)]
    assert set(AutomationSchedule.objects.values_list("status", flat=True)) == {AutomationStatus.CANCELLED}


def test_ticks_and_deliveries_at_once_write_and_tell_once(journey: Journey, csm: User) -> None:
    approve_plan(journey.customer, now=FIRST_DAY)

    race(lambda: tick(now=FIRST_DAY))

    assert Deliverable.objects.count() == 1
    deliverable = deliver(journey, 1, now=FIRST_DAY)

    def tell_again() -> None:
        with transaction.atomic():
            lock_customer(journey.customer_id)
            deliver_month(deliverable, now=FIRST_DAY, by=csm)

    race(tell_again)
    assert AutomationSchedule.objects.filter(kind=JourneyKind.READY).count() == 1
    assert Deliverable.objects.get().state == DeliverableState.DELIVERED


@pytest.fixture(autouse=True)
def _programme(transactional_db: None) -> Iterator[None]:
    """A test that commits finds the delivered programme flushed."""
    default_version()
    yield
