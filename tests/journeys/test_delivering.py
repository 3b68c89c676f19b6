"""A month is delivered: it is complete, its news go out, its reminders count from then, the next one is released."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from customers.models import Activity, Customer, User
from journeys.enums import AutomationStatus, DeliverableState, JourneyKind, JourneyState
from journeys.models import AutomationSchedule, Deliverable, Journey
from journeys.rules.effects import SetMonth, WriteDeliverable
from journeys.services.clock import tick
from journeys.services.delivering import deliver_month
from journeys.services.handlers import carry_out
from tests.journeys.ground import approve_plan, begin, deliver, make_version, row

pytestmark = pytest.mark.django_db
FIRST_DAY = datetime(2026, 3, 9, 13, 0, tzinfo=UTC)  # 09:00 in New York


@pytest.fixture
def journey(customer: Customer, csm: User, now: datetime) -> Journey:
    return begin(customer, now=now, by=csm)


def news_of(journey: Journey) -> list[str]:
    kinds = (JourneyKind.READY, JourneyKind.CELEBRATE, JourneyKind.HALFWAY, JourneyKind.COMPLETED)
    rows = AutomationSchedule.objects.filter(subject_id=journey.pk, kind__in=kinds)
    return [f"{r.kind.removeprefix('journey.')} {r.occurrence}" for r in rows.order_by("trigger_at", "kind")]


def test_delivery_moves_the_reminders_to_three_and_seven_days_after_it(journey: Journey) -> None:
    late = FIRST_DAY + timedelta(days=5, hours=4)

    deliver(journey, 1, now=late)

    overdue, escalate = row(journey, JourneyKind.OVERDUE, 1), row(journey, JourneyKind.ESCALATE, 1)
    assert (overdue.local_date, overdue.trigger_at) == (date(2026, 3, 17), datetime(2026, 3, 17, 13, 0, tzinfo=UTC))
    assert (escalate.local_date, escalate.status) == (date(2026, 3, 21), AutomationStatus.SCHEDULED)


def test_delivery_brings_one_mail_and_the_next_month(journey: Journey) -> None:
    deliver(journey, 1, now=FIRST_DAY)

    assert news_of(journey) == ["ready month-1"]
    assert row(journey, JourneyKind.READY, 1).payload == {"month": 1, "template": "READY"}
    assert row(journey, JourneyKind.STATUS, 2).trigger_at == FIRST_DAY


def test_delivery_ends_what_would_write_or_announce_it(journey: Journey) -> None:
    deliver(journey, 1, now=FIRST_DAY - timedelta(days=4))

    assert row(journey, JourneyKind.GENERATE, 1).status == AutomationStatus.SKIPPED
    assert row(journey, JourneyKind.UPCOMING, 1).status == AutomationStatus.SKIPPED


def test_delivery_releases_the_next_month_that_waits(journey: Journey) -> None:
    deliver_late = FIRST_DAY + timedelta(days=40)
    second = row(journey, JourneyKind.GENERATE, 2)
    AutomationSchedule.objects.filter(pk=second.pk).update(trigger_at=deliver_late + timedelta(hours=18))

    deliver(journey, 1, now=deliver_late)

    assert row(journey, JourneyKind.GENERATE, 2).trigger_at == deliver_late


def test_delivery_before_the_next_months_day_leaves_that_day(journey: Journey) -> None:
    before = row(journey, JourneyKind.GENERATE, 2).trigger_at

    deliver(journey, 1, now=FIRST_DAY)

    assert row(journey, JourneyKind.GENERATE, 2).trigger_at == before


def test_late_first_month_moves_no_other_by_itself(journey: Journey) -> None:
    def dates() -> list[datetime]:
        rows = AutomationSchedule.objects.filter(subject_id=journey.pk, payload__month__gt=1)
        return list(rows.exclude(kind=JourneyKind.STATUS).order_by("pk").values_list("trigger_at", flat=True))

    before = dates()

    deliver(journey, 1, now=FIRST_DAY + timedelta(days=12))

    assert dates() == before


def test_reminder_that_was_passed_over_before_the_delivery_counts_again(journey: Journey) -> None:
    AutomationSchedule.objects.filter(pk=row(journey, JourneyKind.OVERDUE, 1).pk).update(status="EXPIRED")

    deliver(journey, 1, now=FIRST_DAY)

    assert row(journey, JourneyKind.OVERDUE, 1).status == AutomationStatus.SCHEDULED


def test_eight_deliveries_bring_halfway_and_the_end_once_each(journey: Journey) -> None:
    for number in range(1, 9):
        deliver(journey, number, now=FIRST_DAY + timedelta(days=30 * (number - 1)))

    assert news_of(journey) == [
        "ready month-1",
        "ready month-2",
        "ready month-3",
        "halfway month-4",
        "ready month-5",
        "ready month-6",
        "ready month-7",
        "completed month-8",
    ]
    journey.refresh_from_db()
    assert (journey.state, journey.completed_at) == (JourneyState.COMPLETED, FIRST_DAY + timedelta(days=210))
    assert Activity.objects.filter(verb="journey.completed").count() == 1


def test_last_month_delivered_ahead_of_others_is_not_the_end(journey: Journey) -> None:
    for number in (8, 1, 2):
        deliver(journey, number, now=FIRST_DAY)

    assert sorted(news_of(journey)) == ["ready month-1", "ready month-2", "ready month-8"]
    journey.refresh_from_db()
    assert journey.state == JourneyState.ACTIVE


def test_programme_with_two_mails_sends_ready_and_the_congratulation(customer: Customer, now: datetime) -> None:
    journey = begin(customer, now=now, version=make_version(months=4, celebrates_apart=True))

    for number in range(1, 5):
        deliver(journey, number, now=FIRST_DAY + timedelta(days=number))

    assert news_of(journey) == [
        "celebrate month-1",
        "ready month-1",
        "halfway month-2",
        "ready month-2",
        "celebrate month-3",
        "ready month-3",
        "completed month-4",
        "ready month-4",
    ]


def test_delivery_told_twice_changes_nothing_more(journey: Journey) -> None:
    deliverable = deliver(journey, 1, now=FIRST_DAY)
    rows = AutomationSchedule.objects.count()

    with transaction.atomic():
        deliver_month(deliverable, now=FIRST_DAY, by=None)

    assert AutomationSchedule.objects.count() == rows


def test_first_month_waits_for_the_plan_and_is_written_when_it_is_approved(journey: Journey) -> None:
    waiting = row(journey, JourneyKind.GENERATE, 1)
    AutomationSchedule.objects.filter(pk=waiting.pk).update(trigger_at=FIRST_DAY + timedelta(days=1))

    approve_plan(journey.customer, now=FIRST_DAY + timedelta(hours=2))
    tick(now=FIRST_DAY + timedelta(hours=2))

    deliverable = Deliverable.objects.get()
    assert (deliverable.state, deliverable.title) == (DeliverableState.WRITING, "Business plan")
    assert deliverable.due_at == FIRST_DAY + timedelta(hours=2)
    assert row(journey, JourneyKind.GENERATE, 1).status == AutomationStatus.COMPLETED


def test_plan_approved_before_the_start_leaves_the_start(journey: Journey, now: datetime) -> None:
    approve_plan(journey.customer, now=now)

    assert row(journey, JourneyKind.GENERATE, 1).trigger_at == FIRST_DAY


def test_deliverable_is_made_once_however_often_it_is_asked_for(journey: Journey, now: datetime) -> None:
    effects = [WriteDeliverable(journey.pk, 1), WriteDeliverable(journey.pk, 1)]

    carry_out(effects, now)
    carry_out(effects, now)

    assert Deliverable.objects.count() == 1


def test_current_month_never_goes_back(journey: Journey, now: datetime) -> None:
    carry_out([SetMonth(journey.pk, 3), SetMonth(journey.pk, 2)], now)

    journey.refresh_from_db()
    assert journey.current_month == 3
