"""The journey of the spec, from start to end on a frozen clock: exact dates, exactly the mails, each once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from customers.models import Customer, Todo, User
from journeys.enums import AutomationStatus, JourneyState
from journeys.models import AutomationSchedule, Deliverable, Journey, JourneyMonth
from journeys.services.pausing import pause_journey, resume_journey
from tests import factories
from tests.journeys.ground import approve_plan, begin, open_dates
from tests.journeys.walking import Walk, mailbox

pytestmark = pytest.mark.django_db

FIRST_TWO_MONTHS = [
    ("Fri 06 Mar 10:00", "Your Business plan deliverable is coming soon!"),
    ("Mon 09 Mar 10:01", "🎉 Your Business plan deliverable is ready!"),
    # A Sunday and its Monday: mail leaves on working days alone.
    ("Mon 06 Apr 09:00", "Your Brand identity deliverable is coming soon!"),
    ("Wed 08 Apr 10:01", "🎉 Your Brand identity deliverable is ready!"),
]


@pytest.fixture
def journey(customer: Customer, csm: User, now: datetime) -> Journey:
    factories.StakeholderFactory.create(customer=customer, name="Sarah Lee", email="sarah@acme.example", primary=True)
    approve_plan(customer, now=now)
    return begin(customer, now=now, by=csm)


def delivered(journey: Journey) -> dict[int, date]:
    rows = Deliverable.objects.filter(journey=journey).values_list("month__number", "delivered_at")
    return {number: moment.date() for number, moment in rows}


def test_eight_months_as_planned(journey: Journey) -> None:
    Walk(journey).walk(date(2026, 3, 5), date(2026, 10, 20))

    assert mailbox() == [
        *FIRST_TWO_MONTHS,
        ("Tue 05 May 10:00", "Your Market entry deliverable is coming soon!"),
        ("Fri 08 May 10:01", "🎉 Your Market entry deliverable is ready!"),
        ("Thu 04 Jun 10:00", "Your Sales engine deliverable is coming soon!"),
        ("Mon 08 Jun 09:00", "🌟 You're halfway there!"),
        ("Mon 06 Jul 09:00", "Your Audience growth deliverable is coming soon!"),
        ("Tue 07 Jul 10:01", "🎉 Your Audience growth deliverable is ready!"),
        ("Mon 03 Aug 10:00", "Your Operations deliverable is coming soon!"),
        ("Thu 06 Aug 10:01", "🎉 Your Operations deliverable is ready!"),
        ("Wed 02 Sep 10:00", "Your Revenue deliverable is coming soon!"),
        # Saturday's, after Labor Day.
        ("Tue 08 Sep 09:00", "🎉 Your Revenue deliverable is ready!"),
        ("Fri 02 Oct 10:00", "Your Launch and beyond deliverable is coming soon!"),
        ("Mon 05 Oct 10:01", "🎊 CONGRATULATIONS! You completed the Evergreen program!"),
    ]
    assert delivered(journey) == {
        number: date(2026, 3, 9) + timedelta(days=30 * (number - 1)) for number in range(1, 9)
    }
    journey.refresh_from_db()
    assert (journey.state, journey.current_month) == (JourneyState.COMPLETED, 8)
    rows = AutomationSchedule.objects.filter(subject_id=journey.pk)
    assert not rows.filter(status=AutomationStatus.SCHEDULED).exists()
    assert not rows.filter(status__in=(AutomationStatus.FAILED, AutomationStatus.EXPIRED)).exists()
    assert (
        rows.count() == 32 + 8 + 7
    )  # the months', one piece of news for each, the current month after each but the last


def test_eight_months_with_a_hold_of_fourteen_days_resumed_on_the_ninth(journey: Journey, csm: User) -> None:
    seen: dict[str, dict[tuple[str, str], date]] = {}

    def pause(now: datetime) -> None:
        seen["before"] = open_dates(journey)
        pause_journey(journey, days=14, reason="They asked for a break", now=now, by=csm)

    def resume(now: datetime) -> None:
        resume_journey(journey, now=now, by=csm)
        seen["after"] = {key: day for key, day in open_dates(journey).items() if key in seen["before"]}

    plans = {date(2026, 4, 20): pause, date(2026, 4, 29): resume}
    Walk(journey, plans=plans).walk(date(2026, 3, 5), date(2026, 10, 31))

    assert len(seen["before"]) == 24
    assert seen["after"] == {key: day + timedelta(days=9) for key, day in seen["before"].items()}
    assert mailbox() == [
        *FIRST_TWO_MONTHS,
        ("Mon 20 Apr 12:01", "Your Evergreen program is paused"),
        ("Wed 29 Apr 12:01", "Welcome back to Evergreen!"),
        ("Thu 14 May 10:00", "Your Market entry deliverable is coming soon!"),
        ("Mon 18 May 09:00", "🎉 Your Market entry deliverable is ready!"),
        ("Mon 15 Jun 09:00", "Your Sales engine deliverable is coming soon!"),
        ("Tue 16 Jun 10:01", "🌟 You're halfway there!"),
        ("Mon 13 Jul 10:00", "Your Audience growth deliverable is coming soon!"),
        ("Thu 16 Jul 10:01", "🎉 Your Audience growth deliverable is ready!"),
        ("Wed 12 Aug 10:00", "Your Operations deliverable is coming soon!"),
        ("Mon 17 Aug 09:00", "🎉 Your Operations deliverable is ready!"),
        ("Fri 11 Sep 10:00", "Your Revenue deliverable is coming soon!"),
        ("Mon 14 Sep 10:01", "🎉 Your Revenue deliverable is ready!"),
        # A Sunday's, after Columbus Day.
        ("Tue 13 Oct 09:00", "Your Launch and beyond deliverable is coming soon!"),
        ("Wed 14 Oct 10:01", "🎊 CONGRATULATIONS! You completed the Evergreen program!"),
    ]
    assert JourneyMonth.objects.get(number=8).due_date == date(2026, 10, 14)


def test_hold_that_runs_to_its_end_reminds_three_days_before(journey: Journey, csm: User) -> None:
    def pause(now: datetime) -> None:
        pause_journey(journey, days=14, reason="", now=now, by=csm)

    Walk(journey, plans={date(2026, 4, 20): pause}).walk(date(2026, 3, 5), date(2026, 5, 12))

    assert mailbox()[4:] == [
        ("Mon 20 Apr 12:01", "Your Evergreen program is paused"),
        ("Fri 01 May 10:00", "Your Evergreen program resumes on 4 May 2026"),
        ("Mon 04 May 10:00", "Welcome back to Evergreen!"),
    ]
    assert JourneyMonth.objects.get(number=3).due_date == date(2026, 5, 22)


def test_client_who_opens_nothing_is_reminded_once_and_staff_are_told_once(journey: Journey) -> None:
    Walk(journey, is_opened=False).walk(date(2026, 3, 5), date(2026, 4, 7))

    assert mailbox() == [
        *FIRST_TWO_MONTHS[:2],
        # Due on Thursday; a third mail within seven days waits until the first is a week old.
        ("Fri 13 Mar 16:00", "Need help with Business plan?"),
        FIRST_TWO_MONTHS[2],
    ]
    told = Todo.objects.filter(kind="journey_news")
    assert [(todo.title, todo.waits_since.date()) for todo in told] == [
        ("M1 Business plan is not opened after 7 days: offer help", date(2026, 3, 16))
    ]
