"""A hold and the journey: rows wait, clients are told, and what is still to come moves by the days really held."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from customers.enums import HoldScope
from customers.models import Customer, Hold, User
from customers.services.holds import end_due_holds, end_hold, hold_customer
from journeys.enums import AutomationStatus, JourneyKind
from journeys.models import AutomationSchedule, Journey, JourneyChange, JourneyMonth
from journeys.services.changing import Refused
from journeys.services.journeys import trigger_row
from journeys.services.pausing import pause_journey, preview_pause, preview_resume, resume_journey
from tests.journeys.ground import begin, deliver, open_dates, row

pytestmark = pytest.mark.django_db
FIRST_DAY = datetime(2026, 3, 9, 13, 0, tzinfo=UTC)  # 09:00 in New York
TEN = FIRST_DAY + timedelta(days=10, hours=1)


@pytest.fixture
def journey(customer: Customer, csm: User, now: datetime) -> Journey:
    return begin(customer, now=now, by=csm)


def due(journey: Journey) -> dict[int, date]:
    return dict(JourneyMonth.objects.filter(journey=journey).values_list("number", "due_date"))


def notices(journey: Journey) -> list[tuple[str, str, date]]:
    kinds = (JourneyKind.PAUSED, JourneyKind.RESUMES_SOON, JourneyKind.WELCOME_BACK)
    rows = AutomationSchedule.objects.filter(subject_id=journey.pk, kind__in=kinds).order_by("trigger_at", "created_at")
    return [(r.kind.removeprefix("journey."), r.status, r.trigger_at.date()) for r in rows]


def ran(journey: Journey, kind: JourneyKind, at: datetime) -> None:
    AutomationSchedule.objects.filter(subject_id=journey.pk, kind=kind).update(status="COMPLETED", executed_at=at)


def test_fourteen_days_resumed_on_day_nine_move_every_open_date_by_nine(journey: Journey, csm: User) -> None:
    before, months = open_dates(journey), due(journey)
    pause_journey(journey, days=14, reason="A break", now=TEN, by=csm)
    nine_later = TEN + timedelta(days=9)

    resume_journey(journey, now=nine_later, by=csm)

    assert {k: v for k, v in open_dates(journey).items() if k in before} == {
        key: day + timedelta(days=9) for key, day in before.items()
    }
    assert due(journey) == {number: day + timedelta(days=9) for number, day in months.items()}


def test_shifted_rows_keep_their_hour_across_the_change_of_clocks(customer: Customer, csm: User) -> None:
    long_before = datetime(2026, 2, 2, 15, 0, tzinfo=UTC)
    journey = begin(customer, now=long_before, start=date(2026, 2, 20))
    pause_journey(journey, reason="", now=long_before, by=csm)

    resume_journey(journey, now=long_before + timedelta(days=20), by=csm)

    first = row(journey, JourneyKind.GENERATE, 1)
    assert first.trigger_at == datetime(2026, 3, 12, 13, 0, tzinfo=UTC)  # was 14:00 UTC before 8 March
    assert row(journey, JourneyKind.UPCOMING, 1).trigger_at == datetime(2026, 3, 9, 13, 0, tzinfo=UTC)
    assert row(journey, JourneyKind.GENERATE, 8).local_time == time(9, 0)


def test_pause_plans_its_mails(journey: Journey, csm: User) -> None:
    pause_journey(journey, days=14, reason="", now=TEN, by=csm)

    assert notices(journey) == [
        ("paused", "SCHEDULED", date(2026, 3, 19)),
        ("resumes_soon", "SCHEDULED", date(2026, 3, 30)),
    ]
    hold = Hold.objects.get()
    assert hold.until == datetime(2026, 4, 2, 4, 0, tzinfo=UTC)
    assert AutomationSchedule.objects.get(kind=JourneyKind.PAUSED).occurrence == f"hold-{hold.pk}"


def test_pause_of_two_days_sends_no_reminder_of_its_end(journey: Journey, csm: User) -> None:
    pause_journey(journey, days=2, reason="", now=TEN, by=csm)

    assert [kind for kind, *_ in notices(journey)] == ["paused"]


def test_open_ended_pause_shows_what_waits_and_has_no_reminder(journey: Journey, csm: User) -> None:
    plan = preview_pause(journey, now=TEN, by=csm)
    pause_journey(journey, reason="", now=TEN, by=csm)

    assert len(plan.changes) == 32
    assert {change.new for change in plan.changes} == {None}
    assert [kind for kind, *_ in notices(journey)] == ["paused"]


def test_resume_welcomes_back_who_was_told(journey: Journey, csm: User) -> None:
    pause_journey(journey, days=14, reason="", now=TEN, by=csm)
    ran(journey, JourneyKind.PAUSED, TEN)

    resume_journey(journey, now=TEN + timedelta(days=9), by=csm)

    assert notices(journey) == [
        ("paused", "COMPLETED", date(2026, 3, 19)),
        ("welcome_back", "SCHEDULED", date(2026, 3, 28)),
        ("resumes_soon", "CANCELLED", date(2026, 3, 30)),
    ]


def test_pause_taken_back_before_the_mail_left_tells_nobody(journey: Journey, csm: User) -> None:
    pause_journey(journey, days=14, reason="", now=TEN, by=csm)

    resume_journey(journey, now=TEN + timedelta(seconds=5), by=csm)

    assert [status for _, status, _ in notices(journey)] == ["CANCELLED", "CANCELLED"]


def test_hold_of_the_account_moves_the_journey_and_mails_nobody(journey: Journey, csm: User) -> None:
    before = open_dates(journey)
    hold = hold_customer(journey.customer, scope=HoldScope.ACCOUNT, until=None, reason="", now=TEN, by=csm)

    end_hold(hold, now=TEN + timedelta(days=5), by=csm)

    assert notices(journey) == []
    assert open_dates(journey) == {key: day + timedelta(days=5) for key, day in before.items()}


def test_two_holds_move_by_the_time_from_the_first_start_to_the_last_end(journey: Journey, csm: User) -> None:
    before = due(journey)
    pause_journey(journey, reason="", now=TEN, by=csm)
    account = hold_customer(
        journey.customer, scope=HoldScope.ACCOUNT, until=None, reason="", now=TEN + timedelta(days=2), by=csm
    )

    assert resume_journey(journey, now=TEN + timedelta(days=3), by=csm) is None
    assert due(journey) == before
    end_hold(account, now=TEN + timedelta(days=6), by=csm)

    assert due(journey) == {number: day + timedelta(days=6) for number, day in before.items()}


def test_clock_ends_the_hold_on_its_date(journey: Journey, csm: User) -> None:
    before = due(journey)
    pause_journey(journey, days=14, reason="", now=TEN, by=csm)

    end_due_holds(now=Hold.objects.get().until + timedelta(seconds=20))

    assert due(journey) == {number: day + timedelta(days=14) for number, day in before.items()}
    assert JourneyChange.objects.get(action="resumed").by is None


def test_resume_twice_moves_once(journey: Journey, csm: User) -> None:
    pause_journey(journey, reason="", now=TEN, by=csm)
    resume_journey(journey, now=TEN + timedelta(days=9), by=csm)
    after = open_dates(journey)

    with pytest.raises(Refused, match="not paused"):
        resume_journey(journey, now=TEN + timedelta(days=20), by=csm)
    assert not end_hold(Hold.objects.get(), now=TEN + timedelta(days=20), by=csm)

    assert open_dates(journey) == after


def test_pause_twice_is_refused(journey: Journey, csm: User) -> None:
    pause_journey(journey, reason="", now=TEN, by=csm)

    with pytest.raises(Refused, match="on hold already"):
        pause_journey(journey, reason="", now=TEN, by=csm)


def test_delivered_month_keeps_its_date_and_its_reminders_move(journey: Journey, csm: User) -> None:
    deliver(journey, 1, now=FIRST_DAY + timedelta(days=9))
    pause_journey(journey, reason="", now=TEN, by=csm)

    resume_journey(journey, now=TEN + timedelta(days=9), by=csm)

    assert due(journey)[1] == date(2026, 3, 9)
    assert row(journey, JourneyKind.OVERDUE, 1).local_date == date(2026, 3, 30)


def test_news_of_a_delivery_during_the_hold_is_due_when_it_ends(journey: Journey, csm: User) -> None:
    pause_journey(journey, reason="", now=TEN, by=csm)
    deliver(journey, 1, now=TEN + timedelta(days=5))
    end = TEN + timedelta(days=9, hours=3)

    resume_journey(journey, now=end, by=csm)

    assert row(journey, JourneyKind.READY, 1).trigger_at == end
    assert row(journey, JourneyKind.OVERDUE, 1).local_date == date(2026, 3, 31)  # three days after it is told


def test_triggered_during_the_hold_runs_when_it_ends(journey: Journey, csm: User) -> None:
    pause_journey(journey, reason="", now=TEN, by=csm)
    trigger_row(row(journey, JourneyKind.GENERATE, 5), now=TEN + timedelta(days=3), by=csm)
    end = TEN + timedelta(days=9)

    resume_journey(journey, now=end, by=csm)

    assert row(journey, JourneyKind.GENERATE, 5).trigger_at == end


def test_row_that_waits_is_looked_at_again_when_the_hold_ends(journey: Journey, csm: User) -> None:
    waiting = row(journey, JourneyKind.OVERDUE, 1)
    AutomationSchedule.objects.filter(pk=waiting.pk).update(trigger_at=TEN + timedelta(hours=22), reason="Waits.")
    pause_journey(journey, reason="", now=TEN, by=csm)
    end = TEN + timedelta(days=30)

    resume_journey(journey, now=end, by=csm)

    assert row(journey, JourneyKind.OVERDUE, 1).trigger_at == end  # and is not dropped for being late


def test_preview_of_the_pause_is_what_its_end_brings(journey: Journey, csm: User) -> None:
    plan = preview_pause(journey, days=14, now=TEN, by=csm)

    pause_journey(journey, days=14, reason="", now=TEN, by=csm)
    end_due_holds(now=Hold.objects.get().until)

    shown = {(one.kind, one.occurrence): (one.status, one.trigger_at, one.local_date) for one in plan.automations}
    rows = AutomationSchedule.objects.filter(subject_id=journey.pk, occurrence__startswith="month-")
    assert shown == {(r.kind, r.occurrence): (r.status, r.trigger_at, r.local_date) for r in rows}
    assert {month.number: month.due_date for month in plan.months} == due(journey)


def test_preview_of_the_end_is_what_it_brings(journey: Journey, csm: User) -> None:
    pause_journey(journey, reason="", now=TEN, by=csm)
    ran(journey, JourneyKind.PAUSED, TEN)
    end = TEN + timedelta(days=11)
    plan = preview_resume(Journey.objects.get(), now=end, by=csm)

    resume_journey(journey, now=end, by=csm)

    assert {month.number: month.due_date for month in plan.months} == due(journey)
    assert {(c.automation.kind, c.automation.month): c.new for c in plan.changes} == {
        (r.kind, r.payload["month"]): r.trigger_at
        for r in AutomationSchedule.objects.filter(status=AutomationStatus.SCHEDULED).exclude(
            kind=JourneyKind.WELCOME_BACK
        )
    }
