"""Another start date moves what hangs on it; the preview shows it first, and it can be taken back."""

from datetime import UTC, date, datetime, timedelta

import pytest

from customers.models import Customer, User
from journeys.enums import AutomationStatus, JourneyKind
from journeys.models import AutomationSchedule, Journey, JourneyChange, JourneyMonth
from journeys.services.adjusting import adjust_journey, preview_adjust
from journeys.services.changing import Refused
from journeys.services.journeys import trigger_row
from journeys.services.pausing import pause_journey
from journeys.services.undoing import undo_change
from tests.journeys.ground import START, begin, deliver, open_dates, row

pytestmark = pytest.mark.django_db
FIRST_DAY = datetime(2026, 3, 9, 13, 0, tzinfo=UTC)  # 09:00 in New York
DAY_70 = FIRST_DAY + timedelta(days=70, hours=2)


@pytest.fixture
def journey(customer: Customer, csm: User, now: datetime) -> Journey:
    return begin(customer, now=now, by=csm)


def state(journey: Journey) -> dict[tuple[str, str], tuple[object, ...]]:
    rows = AutomationSchedule.objects.filter(subject_id=journey.pk)
    return {(r.kind, r.occurrence): (r.status, r.trigger_at, r.local_date) for r in rows}


def months(journey: Journey) -> dict[int, tuple[date, bool]]:
    return {m.number: (m.due_date, m.is_skipped) for m in JourneyMonth.objects.filter(journey=journey)}


def test_later_start_moves_everything_later(journey: Journey, csm: User, now: datetime) -> None:
    before = open_dates(journey)

    adjust_journey(journey, start_date=START + timedelta(days=12), now=now, by=csm)

    assert open_dates(journey) == {key: day + timedelta(days=12) for key, day in before.items()}
    journey.refresh_from_db()
    assert journey.start_date == Customer.objects.get().programme_start_date == date(2026, 3, 21)
    assert row(journey, JourneyKind.GENERATE, 1).trigger_at == datetime(2026, 3, 21, 13, 0, tzinfo=UTC)


def test_hour_stays_across_the_change_of_clocks(customer: Customer, csm: User) -> None:
    january = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)
    journey = begin(customer, now=january, start=date(2026, 2, 20))

    adjust_journey(journey, start_date=date(2026, 3, 12), now=january, by=csm)

    assert row(journey, JourneyKind.GENERATE, 1).trigger_at == datetime(2026, 3, 12, 13, 0, tzinfo=UTC)
    assert row(journey, JourneyKind.UPCOMING, 1).trigger_at == datetime(2026, 3, 9, 13, 0, tzinfo=UTC)
    assert row(journey, JourneyKind.GENERATE, 8).trigger_at == datetime(2026, 10, 8, 13, 0, tzinfo=UTC)
    assert row(journey, JourneyKind.ESCALATE, 8).local_date == date(2026, 10, 15)


def test_earlier_start_skips_what_it_puts_into_the_past(journey: Journey, csm: User) -> None:
    at = FIRST_DAY + timedelta(days=20)

    adjust_journey(journey, start_date=START - timedelta(days=15), now=at, by=csm)

    # M1 was due before and stays open; M2 was due on 8 Apr and would have been on 24 Mar.
    assert months(journey)[1] == (date(2026, 2, 22), False)
    assert months(journey)[2] == (date(2026, 4, 8), True)
    assert JourneyMonth.objects.get(number=2).skip_reason == "Its new date, 24 Mar 2026, is in the past."
    assert row(journey, JourneyKind.GENERATE, 2).status == AutomationStatus.SKIPPED
    assert months(journey)[3] == (date(2026, 4, 23), False)


def test_earlier_start_with_the_past_included_is_due_now(journey: Journey, csm: User) -> None:
    at = FIRST_DAY + timedelta(days=20)

    adjust_journey(journey, start_date=START - timedelta(days=15), now=at, by=csm, include_past=True)

    assert months(journey)[2] == (date(2026, 3, 24), False)
    assert row(journey, JourneyKind.GENERATE, 2).trigger_at == at


def test_reminder_alone_in_the_past_is_skipped_with_its_reason(journey: Journey, csm: User) -> None:
    at = FIRST_DAY - timedelta(days=3, hours=1)

    adjust_journey(journey, start_date=START - timedelta(days=2), now=at, by=csm)

    upcoming = row(journey, JourneyKind.UPCOMING, 1)
    assert (upcoming.status, upcoming.reason) == ("SKIPPED", "Its new date, 04 Mar 2026, is in the past.")
    assert row(journey, JourneyKind.GENERATE, 1).local_date == date(2026, 3, 7)


def test_start_so_early_that_nothing_is_left_is_refused(journey: Journey, csm: User, now: datetime) -> None:
    for change in (adjust_journey, preview_adjust):
        with pytest.raises(Refused, match="in the past"):
            change(journey, start_date=START - timedelta(days=400), now=now, by=csm)


def test_same_start_is_refused(journey: Journey, csm: User, now: datetime) -> None:
    with pytest.raises(Refused, match="already"):
        adjust_journey(journey, start_date=START, now=now, by=csm)


def test_what_counts_from_a_delivery_stays(journey: Journey, csm: User) -> None:
    deliver(journey, 1, now=FIRST_DAY)

    adjust_journey(journey, start_date=START + timedelta(days=5), now=FIRST_DAY + timedelta(hours=1), by=csm)

    assert row(journey, JourneyKind.OVERDUE, 1).local_date == date(2026, 3, 12)
    assert months(journey)[1] == (date(2026, 3, 9), False)
    assert row(journey, JourneyKind.GENERATE, 2).local_date == date(2026, 4, 13)


def test_waiting_month_waits_for_its_new_day(journey: Journey, csm: User) -> None:
    waiting = row(journey, JourneyKind.GENERATE, 2)
    AutomationSchedule.objects.filter(pk=waiting.pk).update(trigger_at=DAY_70 + timedelta(hours=22), reason="Waits.")

    adjust_journey(journey, start_date=START + timedelta(days=60), now=DAY_70, by=csm)

    moved = row(journey, JourneyKind.GENERATE, 2)
    assert (moved.local_date, moved.trigger_at) == (date(2026, 6, 7), datetime(2026, 6, 7, 13, 0, tzinfo=UTC))


def test_late_month_that_moves_a_little_goes_on_waiting(journey: Journey, csm: User) -> None:
    tomorrow = DAY_70 + timedelta(hours=22)
    for kind in (JourneyKind.GENERATE, JourneyKind.OVERDUE):
        AutomationSchedule.objects.filter(pk=row(journey, kind, 2).pk).update(trigger_at=tomorrow, reason="Waits.")

    adjust_journey(journey, start_date=START + timedelta(days=3), now=DAY_70, by=csm)

    assert months(journey)[2] == (date(2026, 4, 11), False)
    assert row(journey, JourneyKind.GENERATE, 2).trigger_at == tomorrow
    assert row(journey, JourneyKind.OVERDUE, 2).trigger_at == tomorrow


def test_what_a_person_triggered_stays_due(journey: Journey, csm: User, now: datetime) -> None:
    trigger_row(row(journey, JourneyKind.GENERATE, 4), now=now, by=csm)

    adjust_journey(journey, start_date=START + timedelta(days=3), now=now, by=csm)

    assert row(journey, JourneyKind.GENERATE, 4).trigger_at == now


def test_adjust_during_a_hold_counts_from_where_the_journey_stands(journey: Journey, csm: User) -> None:
    held = FIRST_DAY + timedelta(days=20)
    pause_journey(journey, reason="", now=held, by=csm)

    # M2 was due on 8 Apr; on 4 Apr the journey still stands at 29 March.
    adjust_journey(journey, start_date=START - timedelta(days=9), now=held + timedelta(days=6), by=csm)

    assert months(journey)[2] == (date(2026, 3, 30), False)


@pytest.mark.parametrize("days", [-95, -31, -15, -3, -1, 1, 8, 40, 200])
@pytest.mark.parametrize("include_past", [False, True])
def test_preview_is_what_happens_and_undo_is_what_was(
    journey: Journey, csm: User, days: int, include_past: bool
) -> None:
    deliver(journey, 1, now=FIRST_DAY)
    for kind in (JourneyKind.GENERATE, JourneyKind.OVERDUE):
        waiting = row(journey, kind, 2)
        AutomationSchedule.objects.filter(pk=waiting.pk).update(trigger_at=DAY_70 + timedelta(hours=22))
    before, months_before = state(journey), months(journey)
    start = START + timedelta(days=days)
    plan = preview_adjust(journey, start_date=start, now=DAY_70, by=csm, include_past=include_past)
    assert state(journey) == before

    change = adjust_journey(journey, start_date=start, now=DAY_70, by=csm, include_past=include_past)

    shown = {(one.kind, one.occurrence): (one.status, one.trigger_at, one.local_date) for one in plan.automations}
    assert state(journey) == shown
    assert months(journey) == {month.number: (month.due_date, month.is_skipped) for month in plan.months}
    assert state(journey) != before

    undo_change(change, now=DAY_70 + timedelta(minutes=1), by=csm)

    assert (state(journey), months(journey)) == (before, months_before)
    journey.refresh_from_db()
    assert journey.start_date == Customer.objects.get().programme_start_date == START
    assert JourneyChange.objects.get(pk=change.pk).undone_by == csm


def test_undo_leaves_what_a_person_had_triggered(journey: Journey, csm: User, now: datetime) -> None:
    trigger_row(row(journey, JourneyKind.UPCOMING, 5), now=now, by=csm)
    before = state(journey)

    undo_change(adjust_journey(journey, start_date=START - timedelta(days=3), now=now, by=csm), now=now, by=csm)

    assert state(journey) == before
