"""One tick: what is due is decided, applied, logged, tried again or failed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Customer, Todo
from journeys.enums import AutomationStatus, LogStatus
from journeys.models import AutomationLog, ClockState
from journeys.queries.due import UNKNOWN_WAITS, count_ready, get_oldest_ready_at
from journeys.rules.automations import Skip, Wait
from journeys.services.clock import tick, tick_until
from tests.journeys.clockwork import Notebook, make_automation, notes

pytestmark = pytest.mark.django_db


MINUTE = timedelta(minutes=1)


def test_tick_due_row_is_applied_logged_and_completed(customer: Customer, notebook: Notebook, now: datetime) -> None:
    due = make_automation(customer, now)
    later = make_automation(customer, now + MINUTE)

    report = tick(now=now)

    assert report.outcomes == {"completed": 1}
    assert notes() == [str(due.pk)]
    due.refresh_from_db()
    later.refresh_from_db()
    assert (due.status, due.executed_at, due.claim_token) == (AutomationStatus.COMPLETED, now, None)
    assert later.status == AutomationStatus.SCHEDULED
    line = AutomationLog.objects.get()
    assert (line.automation_id, line.status, line.action, line.at) == (due.pk, LogStatus.SUCCESS, "Noted", now)
    assert ClockState.objects.get().last_tick_at == now


def test_tick_again_does_nothing(customer: Customer, notebook: Notebook, now: datetime) -> None:
    make_automation(customer, now)
    tick(now=now)

    report = tick(now=now + MINUTE)

    assert report.outcomes == {}
    assert len(notes()) == 1


def test_idle_tick_only_reads_and_asks_little(customer: Customer, notebook: Notebook, now: datetime) -> None:
    make_automation(customer, now)
    tick(now=now)

    with CaptureQueriesContext(connection) as queries:
        tick(now=now + MINUTE / 2)

    statements = [query["sql"] for query in queries]
    assert [sql for sql in statements if not sql.startswith(("SELECT", "EXECUTE"))] == []
    assert len(statements) == 1


@pytest.mark.parametrize(("after", "on_record"), [(MINUTE / 2, 0 * MINUTE), (MINUTE, MINUTE), (-MINUTE, 0 * MINUTE)])
def test_idle_tick_is_put_on_record_each_minute(
    customer: Customer, notebook: Notebook, now: datetime, after: timedelta, on_record: timedelta
) -> None:
    tick(now=now)

    tick(now=now + after)

    assert ClockState.objects.get().last_tick_at == now + on_record


def test_busy_tick_is_put_on_record_at_once(customer: Customer, notebook: Notebook, now: datetime) -> None:
    tick(now=now)
    make_automation(customer, now)

    tick(now=now + MINUTE / 2)

    state = ClockState.objects.get()
    assert (state.last_tick_at, state.last_report["outcomes"]) == (now + MINUTE / 2, {"completed": 1})


def test_tick_runs_more_than_one_batch(
    customer: Customer, notebook: Notebook, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("journeys.services.claiming.BATCH", 3)
    monkeypatch.setattr("journeys.services.claiming.BATCH_BESIDE_OTHERS", 3)
    rows = [make_automation(customer, now) for _ in range(8)]

    report = tick(now=now)

    assert report.outcomes == {"completed": 8}
    assert notes() == sorted(str(row.pk) for row in rows)


def test_tick_over_budget_stops_and_says_so(customer: Customer, notebook: Notebook, now: datetime) -> None:
    make_automation(customer, now)

    report = tick(now=now, budget=timedelta(0))

    assert report.is_unfinished


def test_tick_poison_row_fails_alone(customer: Customer, notebook: Notebook, now: datetime) -> None:
    rows = [make_automation(customer, now) for _ in range(9)]
    bad = rows[4]
    notebook.poison = {bad.pk}

    report = tick(now=now)

    assert report.outcomes == {"completed": 8, "retried": 1}
    assert notes() == sorted(str(row.pk) for row in rows if row != bad)
    bad.refresh_from_db()
    assert (bad.status, bad.retry_count) == (AutomationStatus.SCHEDULED, 1)
    assert bad.trigger_at == now + timedelta(minutes=15)
    assert bad.error_message == "RuntimeError: poison row"


def test_tick_poison_row_is_tried_four_times_then_given_to_ops(
    customer: Customer, notebook: Notebook, now: datetime
) -> None:
    bad = make_automation(customer, now)
    notebook.poison = {bad.pk}

    tick_until(now=now, until=now + timedelta(hours=3))

    bad.refresh_from_db()
    assert (bad.status, bad.retry_count) == (AutomationStatus.FAILED, 3)
    attempts = AutomationLog.objects.order_by("at").values_list("at", "attempt", "status")
    assert list(attempts) == [(now + timedelta(minutes=15 * n), n + 1, LogStatus.FAILED) for n in range(4)]
    todo = Todo.objects.get(kind="automation.failed")
    assert (todo.source_id, todo.detail) == (bad.pk, "RuntimeError: poison row")
    assert notes() == []


def test_tick_leaves_an_unknown_kind_to_newer_code(customer: Customer, notebook: Notebook, now: datetime) -> None:
    unknown = make_automation(customer, now, kind="nobody.knows")
    make_automation(customer, now)

    outcomes = [tick(now=now + hours * timedelta(hours=1)).outcomes for hours in (0, 1, 23)]

    unknown.refresh_from_db()
    assert outcomes == [{"completed": 1}, {}, {}]
    assert (unknown.status, unknown.trigger_at, unknown.retry_count) == (AutomationStatus.SCHEDULED, now, 0)
    # Not hidden: whoever watches the clock sees it wait.
    assert (count_ready(now), get_oldest_ready_at(now)) == (1, now)


def test_tick_kind_that_nobody_knew_for_a_day_is_retried_and_harms_no_other(
    customer: Customer, notebook: Notebook, now: datetime
) -> None:
    unknown = make_automation(customer, now - UNKNOWN_WAITS, kind="nobody.knows")
    make_automation(customer, now)

    report = tick(now=now)

    unknown.refresh_from_db()
    assert report.outcomes == {"completed": 1, "retried": 1}
    assert unknown.error_message == "NoHandler: No handler is registered for nobody.knows."


def test_tick_skip_and_wait_and_gone_are_recorded_with_their_reasons(
    customer: Customer, notebook: Notebook, now: datetime
) -> None:
    skipped, waiting, gone = (make_automation(customer, now) for _ in range(3))
    until = now + timedelta(days=1)
    notebook.decisions = {skipped.pk: Skip("They answered."), waiting.pk: Wait(until, "Holiday there.")}
    notebook.gone = {gone.pk}

    tick(now=now)

    for row in (skipped, waiting, gone):
        row.refresh_from_db()
    assert (skipped.status, skipped.reason) == (AutomationStatus.SKIPPED, "They answered.")
    assert (waiting.status, waiting.reason) == (AutomationStatus.SCHEDULED, "Holiday there.")
    assert (waiting.trigger_at, waiting.retry_count) == (until, 0)
    assert (gone.status, gone.reason) == (AutomationStatus.SKIPPED, "What it was about is gone.")
    assert notes() == []


def test_tick_wait_that_is_not_later_is_a_failure_not_a_loop(
    customer: Customer, notebook: Notebook, now: datetime
) -> None:
    row = make_automation(customer, now)
    notebook.decisions = {row.pk: Wait(now, "No reason.")}

    report = tick(now=now)

    assert report.outcomes == {"retried": 1}
