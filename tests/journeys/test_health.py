"""The figures of the automations' health, on days with known numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import Activity, User
from customers.services.workspace import NotOps
from journeys.enums import AutomationStatus, AutomationType, JourneyKind, LogStatus
from journeys.models import AutomationLog, AutomationSchedule, ClockState, Journey, JourneyMonth
from journeys.queries.health import read_health, read_kept_health
from journeys.rules.savings import hours_saved
from journeys.services.savings import set_savings
from tests import factories
from tests.journeys.ground import begin, deliver, open_month

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)  # a Wednesday
pytestmark = pytest.mark.django_db


@pytest.fixture
def journey(csm: User) -> Journey:
    """Started 60 days ago: M1 was due on 3 January, M2 on 2 February, M3 today."""
    customer = factories.CustomerFactory.create(owner=csm, timezone="America/New_York")
    started = NOW - timedelta(days=60)
    return begin(customer, now=started, start=date(2026, 1, 3))


def log_line(journey: Journey, status: LogStatus, *, at: datetime, attempt: int = 1, **fields: Any) -> None:
    row = fields.pop("row", None) or AutomationSchedule.objects.filter(subject_id=journey.pk).first()
    AutomationLog.objects.create(
        customer_id=journey.customer_id,
        automation=row,
        at=at,
        type=fields.pop("type", row.type),
        kind=row.kind,
        action="Done",
        status=status,
        attempt=attempt,
    )


def test_today_counts_what_was_done_since_the_readers_midnight(csm: User, journey: Journey) -> None:
    log_line(journey, LogStatus.SUCCESS, at=NOW, type=AutomationType.SEND_REMINDER)
    log_line(journey, LogStatus.SUCCESS, at=NOW - timedelta(days=1), type=AutomationType.SEND_REMINDER)
    log_line(journey, LogStatus.SKIPPED, at=NOW, type=AutomationType.SEND_REMINDER)

    done = read_health(csm, now=NOW).done

    assert done.today[AutomationType.SEND_REMINDER] == 1
    assert done.week[AutomationType.SEND_REMINDER] == 2
    assert done.success_pct == 100


def test_only_what_was_given_up_has_failed(csm: User, journey: Journey) -> None:
    tried, lost = AutomationSchedule.objects.filter(subject_id=journey.pk)[:2]
    AutomationSchedule.objects.filter(pk=lost.pk).update(status=AutomationStatus.FAILED, retry_count=3)
    log_line(journey, LogStatus.FAILED, at=NOW, row=tried)
    for attempt in (1, 2, 3, 4):
        log_line(journey, LogStatus.FAILED, at=NOW, row=lost, attempt=attempt)
    for _ in range(3):
        log_line(journey, LogStatus.SUCCESS, at=NOW, row=tried)

    done = read_health(csm, now=NOW).done

    assert (done.failed_today, done.failure_pct, done.success_pct) == (1, 25.0, 75.0)


def test_retry_is_resolved_from_its_first_failure_to_its_success(csm: User, journey: Journey) -> None:
    row = AutomationSchedule.objects.filter(subject_id=journey.pk)[0]
    log_line(journey, LogStatus.FAILED, at=NOW - timedelta(minutes=45), row=row)
    log_line(journey, LogStatus.FAILED, at=NOW - timedelta(minutes=30), row=row, attempt=2)
    log_line(journey, LogStatus.SUCCESS, at=NOW - timedelta(minutes=15), row=row, attempt=3)

    assert read_health(csm, now=NOW).retry_minutes == 30


@pytest.mark.parametrize(
    ("delivered_at", "on_time"),
    [
        (datetime(2026, 2, 3, 4, 59, tzinfo=UTC), 1),  # 23:59 on the day itself in New York
        (datetime(2026, 2, 3, 5, 0, tzinfo=UTC), 0),  # midnight there
    ],
)
def test_on_time_is_by_the_customers_day(csm: User, journey: Journey, delivered_at: datetime, on_time: int) -> None:
    deliver(journey, 2, now=delivered_at)

    found = read_health(csm, now=NOW).timeliness

    # M2 of the last 30 days; M3 is due today and can still be on time.
    assert (found.due, found.on_time) == (1, on_time)


@pytest.mark.parametrize(
    ("opened", "held", "delivered_days_ago", "overdue", "long_overdue"),
    [
        (False, False, 2, 0, 0),
        (False, False, 3, 1, 0),
        (False, False, 8, 1, 1),
        (True, False, 8, 0, 0),
        (False, True, 8, 0, 0),
    ],
)
def test_overdue_is_delivered_and_not_opened_for_three_days(
    csm: User, journey: Journey, opened: bool, held: bool, delivered_days_ago: int, overdue: int, long_overdue: int
) -> None:
    deliver(journey, 1, now=NOW - timedelta(days=40))
    open_month(journey, 1, now=NOW - timedelta(days=39))
    deliver(journey, 2, now=NOW - timedelta(days=delivered_days_ago))
    if opened:
        open_month(journey, 2, now=NOW)
    if held:
        Journey.objects.filter(pk=journey.pk).update(held_since=NOW)

    clients = read_health(csm, now=NOW).clients

    assert (clients.active, clients.overdue, clients.long_overdue) == (1, overdue, long_overdue)
    assert clients.on_time_pct == (0 if overdue else 100)


def test_overdue_is_due_and_not_delivered_from_the_day_after(csm: User, journey: Journey) -> None:
    JourneyMonth.objects.filter(journey=journey, number__lte=2).update(skipped_at=NOW)

    # M3 is due on 4 March there; at 04:59 UTC of the 5th it is still the 4th in New York.
    there = [read_health(csm, now=datetime(2026, 3, 5, hour, minute, tzinfo=UTC)) for hour, minute in ((4, 59), (5, 0))]

    assert [found.clients.overdue for found in there] == [0, 1]


def test_next_week_counts_rows_and_the_ends_of_programmes(csm: User, journey: Journey) -> None:
    AutomationSchedule.objects.filter(subject_id=journey.pk).update(status=AutomationStatus.COMPLETED, executed_at=NOW)
    rows = AutomationSchedule.objects.filter(subject_id=journey.pk, kind=JourneyKind.GENERATE)
    for row, days in zip(rows[:3], (1, 7, 8), strict=True):
        AutomationSchedule.objects.filter(pk=row.pk).update(
            status=AutomationStatus.SCHEDULED, trigger_at=NOW + timedelta(days=days), executed_at=None
        )
    JourneyMonth.objects.filter(journey=journey, number__gt=4).update(skipped_at=NOW)
    JourneyMonth.objects.filter(journey=journey, number=4).update(due_date=date(2026, 3, 10))

    found = read_health(csm, now=NOW)

    assert found.ahead[AutomationType.GENERATE_DELIVERABLE] == 2
    assert found.clients.completing == 1


def test_other_teams_journeys_are_not_counted(stranger: User, journey: Journey) -> None:
    log_line(journey, LogStatus.SUCCESS, at=NOW)

    found = read_health(stranger, now=NOW)

    assert (found.clients.active, sum(found.done.today.values()), found.timeliness.due) == (0, 0, 0)


def test_hours_saved_are_counted_by_the_estimate_of_each_type() -> None:
    assert hours_saved({"SEND_REMINDER": 9, "UPDATE_STATUS": 10}, {"SEND_REMINDER": 20, "UPDATE_STATUS": 0}) == 3.0


def test_estimate_that_ops_change_counts_and_is_on_record(ops: User, csm: User, journey: Journey) -> None:
    log_line(journey, LogStatus.SUCCESS, at=NOW, type=AutomationType.SEND_REMINDER)

    set_savings({AutomationType.SEND_REMINDER: 90}, now=NOW, by=ops)

    assert read_health(csm, now=NOW).hours_saved_in_week == 1.5
    assert Activity.objects.get(verb="savings.changed").data["changes"] == {"SEND_REMINDER": [10, 90]}
    with pytest.raises(NotOps):
        set_savings({AutomationType.SEND_REMINDER: 1}, now=NOW, by=csm)


def test_negative_estimate_is_refused_beside_its_field(client: Client, ops: User) -> None:
    client.force_login(ops)
    sent = {type.value: "5" for type in AutomationType} | {"SEND_REMINDER": "-1", "WRITE_TEXT": "77"}

    response = client.post("/journeys/health/savings", sent)

    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["SEND_REMINDER"]
    assert 'value="77"' in response.content.decode()


def test_only_ops_may_change_estimates(client: Client, csm: User) -> None:
    client.force_login(csm)

    assert client.post("/journeys/health/savings", {}).status_code == 403


def test_health_page_asks_as_often_for_many_as_for_one(client: Client, csm: User, journey: Journey) -> None:
    client.force_login(csm)
    asked = []
    for more in (0, 2, 47):
        for _ in range(more):
            begin(factories.CustomerFactory.create(owner=csm), now=NOW, start=date(2026, 3, 4))
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/journeys/health").status_code == 200
        asked.append(len(queries))

    assert asked == [asked[0]] * 3
    assert asked[0] <= 12


def test_page_counts_once_a_minute_but_tells_the_clock_as_it_is(csm: User, ops: User, journey: Journey) -> None:
    log_line(journey, LogStatus.SUCCESS, at=NOW, type=AutomationType.SEND_REMINDER)
    before = read_kept_health(csm, now=NOW)
    log_line(journey, LogStatus.SUCCESS, at=NOW, type=AutomationType.SEND_REMINDER)
    set_savings({AutomationType.SEND_REMINDER: 90}, now=NOW, by=ops)
    ClockState.objects.update_or_create(defaults={"last_tick_at": NOW})

    soon = read_kept_health(csm, now=NOW + timedelta(seconds=59))
    later = read_kept_health(csm, now=NOW + timedelta(seconds=60))

    assert (soon.done, soon.last_tick_at, soon.hours_saved_in_week) == (before.done, NOW, 1.5)
    assert later.done.today[AutomationType.SEND_REMINDER] == 2


def test_kept_figures_are_one_readers_alone(csm: User, stranger: User, journey: Journey) -> None:
    assert read_kept_health(csm, now=NOW).clients.active == 1
    assert read_kept_health(stranger, now=NOW).clients.active == 0
