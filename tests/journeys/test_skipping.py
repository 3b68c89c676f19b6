"""Months left out and months forced."""

from datetime import UTC, date, datetime, timedelta

import pytest

from customers.models import Customer, User
from journeys.enums import AutomationStatus, JourneyKind, JourneyState
from journeys.models import AutomationSchedule, Deliverable, Journey, JourneyMonth
from journeys.services.changing import NotAllowed, Refused
from journeys.services.clock import tick
from journeys.services.forcing import force_month, preview_force
from journeys.services.skipping import preview_skip, skip_month
from journeys.services.undoing import undo_change
from tests.journeys.ground import approve_plan, begin, deliver, row
from tests.journeys.test_adjusting import months, state

pytestmark = pytest.mark.django_db
FIRST_DAY = datetime(2026, 3, 9, 13, 0, tzinfo=UTC)


@pytest.fixture
def journey(customer: Customer, csm: User, now: datetime) -> Journey:
    return begin(customer, now=now, by=csm)


def test_skip_ends_the_months_automations_and_no_others(journey: Journey, csm: User, now: datetime) -> None:
    skip_month(journey, 3, reason="They have one.", now=now, by=csm)

    skipped = AutomationSchedule.objects.filter(status=AutomationStatus.SKIPPED)
    assert {(r.occurrence, r.reason) for r in skipped} == {("month-3", "M3 skipped: They have one.")}
    assert skipped.count() == 4
    month = JourneyMonth.objects.get(number=3)
    assert (month.skipped_by, month.skip_reason) == (csm, "They have one.")


def test_skip_twice_is_refused(journey: Journey, csm: User, now: datetime) -> None:
    skip_month(journey, 3, now=now, by=csm)

    with pytest.raises(Refused, match="skipped already"):
        skip_month(journey, 3, now=now, by=csm)


def test_skip_of_a_delivered_month_is_refused(journey: Journey, csm: User) -> None:
    deliver(journey, 1, now=FIRST_DAY)

    with pytest.raises(Refused, match="delivered"):
        skip_month(journey, 1, now=FIRST_DAY, by=csm)


def test_skip_of_the_last_month_while_it_is_current_goes_back_to_the_one_before(journey: Journey, csm: User) -> None:
    """A month delivered out of turn had made it the current one."""
    deliver(journey, 7, now=FIRST_DAY)
    tick(now=FIRST_DAY)
    journey.refresh_from_db()
    assert journey.current_month == 8

    later = FIRST_DAY + timedelta(hours=1)
    change = skip_month(journey, 8, now=later, by=csm)

    journey.refresh_from_db()
    assert (journey.state, journey.current_month) == (JourneyState.ACTIVE, 7)
    undo_change(change, now=later, by=csm)
    journey.refresh_from_db()
    assert journey.current_month == 8


def test_skip_releases_the_month_that_waited_for_it(journey: Journey, csm: User) -> None:
    deliver(journey, 1, now=FIRST_DAY)
    late = FIRST_DAY + timedelta(days=65)
    waiting = row(journey, JourneyKind.GENERATE, 3)
    AutomationSchedule.objects.filter(pk=waiting.pk).update(trigger_at=late + timedelta(hours=20), reason="M2 …")

    skip_month(journey, 2, now=late, by=csm)
    tick(now=late)

    assert Deliverable.objects.filter(month__number=3).count() == 1
    journey.refresh_from_db()
    assert journey.current_month == 1  # its status row has not run


def test_skip_of_the_current_month_moves_on(journey: Journey, csm: User, now: datetime) -> None:
    skip_month(journey, 1, now=now, by=csm)

    journey.refresh_from_db()
    assert journey.current_month == 2


def test_skip_of_the_last_open_month_completes_the_journey(journey: Journey, csm: User) -> None:
    for number in range(1, 8):
        deliver(journey, number, now=FIRST_DAY + timedelta(days=number))

    change = skip_month(journey, 8, now=FIRST_DAY + timedelta(days=8), by=csm)

    journey.refresh_from_db()
    assert journey.state == JourneyState.COMPLETED
    assert row(journey, JourneyKind.COMPLETED, 7).status == AutomationStatus.SCHEDULED
    undo_change(change, now=FIRST_DAY + timedelta(days=8), by=csm)
    deliver(journey, 8, now=FIRST_DAY + timedelta(days=9))
    assert row(journey, JourneyKind.COMPLETED, 7).status == AutomationStatus.CANCELLED
    assert row(journey, JourneyKind.COMPLETED, 8).status == AutomationStatus.SCHEDULED


def test_skip_taken_back_and_done_again_congratulates(journey: Journey, csm: User) -> None:
    for number in range(1, 8):
        deliver(journey, number, now=FIRST_DAY + timedelta(days=number))
    at = FIRST_DAY + timedelta(days=8)

    undo_change(skip_month(journey, 8, now=at, by=csm), now=at, by=csm)
    skip_month(journey, 8, now=at + timedelta(hours=1), by=csm)

    assert row(journey, JourneyKind.COMPLETED, 7).status == AutomationStatus.SCHEDULED


def test_only_month_left_is_not_skipped(journey: Journey, csm: User, now: datetime) -> None:
    for number in range(1, 8):
        skip_month(journey, number, now=now, by=csm)

    with pytest.raises(Refused, match="only month left"):
        skip_month(journey, 8, now=now, by=csm)


@pytest.mark.parametrize("number", [1, 2, 5, 8])
def test_preview_is_what_happens_and_undo_is_what_was(journey: Journey, csm: User, number: int) -> None:
    approve_plan(journey.customer, now=FIRST_DAY)
    late = FIRST_DAY + timedelta(days=65)
    for waits in (1, 2, 3):
        waiting = row(journey, JourneyKind.GENERATE, waits)
        AutomationSchedule.objects.filter(pk=waiting.pk).update(trigger_at=late + timedelta(hours=20))
    before, months_before = state(journey), months(journey)
    plan = preview_skip(journey, number, reason="x", now=late, by=csm)

    change = skip_month(journey, number, reason="x", now=late, by=csm)

    shown = {(one.kind, one.occurrence): (one.status, one.trigger_at, one.local_date) for one in plan.automations}
    assert state(journey) == shown
    undo_change(change, now=late, by=csm)
    assert (state(journey), months(journey)) == (before, months_before)
    journey.refresh_from_db()
    assert journey.current_month == 1


def test_force_writes_a_month_whose_turn_it_is_not(journey: Journey, lead: User, now: datetime) -> None:
    plan = preview_force(journey, 4, now=now, by=lead)

    force_month(journey, 4, now=now, by=lead)
    tick(now=now)

    assert [(change.automation.month, change.new) for change in plan.changes] == [(4, now)]
    assert Deliverable.objects.get().month.number == 4
    assert row(journey, JourneyKind.GENERATE, 4).payload == {"month": 4, "force": True}


def test_csm_may_not_force(journey: Journey, csm: User, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        force_month(journey, 4, now=now, by=csm)


def test_force_twice_is_refused_once_it_is_written(journey: Journey, lead: User, now: datetime) -> None:
    force_month(journey, 4, now=now, by=lead)
    tick(now=now)

    with pytest.raises(Refused, match="there already"):
        force_month(journey, 4, now=now, by=lead)


def test_force_undone_waits_for_its_day(journey: Journey, lead: User, now: datetime) -> None:
    before = state(journey)

    undo_change(force_month(journey, 4, now=now, by=lead), now=now, by=lead)

    assert state(journey) == before
    assert row(journey, JourneyKind.GENERATE, 4).payload == {"month": 4}
    assert JourneyMonth.objects.get(number=4).due_date == date(2026, 6, 7)
