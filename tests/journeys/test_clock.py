from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.enums import HoldScope
from customers.models import Customer, Todo, User
from customers.services.holds import clear_brake, end_hold, hold_customer, set_brake
from journeys.enums import AutomationStatus, LogStatus
from journeys.models import AutomationLog, AutomationSchedule, ClockState
from journeys.registry import BRAKE, Handler, Sweeper, forget, register_handler, register_sweeper
from journeys.rules.automations import Skip, Wait
from journeys.services.claiming import LEASE, claim_due
from journeys.services.clock import tick, tick_until
from journeys.services.failing import release_abandoned
from journeys.services.running import run_claim
from tests import factories
from tests.journeys.clockwork import Notebook, make_automation, notes

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
Register = Callable[[Handler], None]


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


def test_tick_unknown_kind_is_retried_and_harms_no_other(customer: Customer, notebook: Notebook, now: datetime) -> None:
    unknown = make_automation(customer, now, kind="nobody.knows")
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


@pytest.mark.parametrize(
    ("late_by", "status"),
    [
        (timedelta(days=2), AutomationStatus.COMPLETED),
        (timedelta(days=2, minutes=1), AutomationStatus.EXPIRED),
    ],
)
def test_tick_after_an_outage_expires_what_is_too_late(
    customer: Customer, register: Register, now: datetime, late_by: timedelta, status: AutomationStatus
) -> None:
    register(Notebook().handler(expires_after=timedelta(days=2)))
    row = make_automation(customer, now - late_by)

    tick(now=now)

    row.refresh_from_db()
    assert row.status == status
    assert bool(row.reason) is (status == AutomationStatus.EXPIRED)


def test_tick_held_customer_waits_and_others_do_not(
    customer: Customer, notebook: Notebook, csm: User, now: datetime
) -> None:
    held = make_automation(customer, now)
    other = make_automation(factories.CustomerFactory.create(), now)
    hold = hold_customer(customer, scope=HoldScope.ACCOUNT, until=None, reason="Reorg", now=now, by=csm)

    first = tick(now=now)
    end_hold(hold, now=now + MINUTE, by=csm)
    second = tick(now=now + MINUTE)

    assert (first.outcomes, second.outcomes) == ({"completed": 1}, {"completed": 1})
    assert notes() == sorted([str(held.pk), str(other.pk)])


def test_tick_hold_whose_date_has_come_is_ended_before_its_rows_run(
    customer: Customer, notebook: Notebook, csm: User, now: datetime
) -> None:
    make_automation(customer, now)
    until = now + timedelta(hours=1)
    hold = hold_customer(customer, scope=HoldScope.ACCOUNT, until=until, reason="", now=now, by=csm)

    before = tick(now=until - MINUTE)
    after = tick(now=until)

    hold.refresh_from_db()
    assert (before.outcomes, after.outcomes) == ({}, {"completed": 1})
    assert (hold.ended_at, after.swept["holds"]) == (until, 1)


@pytest.mark.parametrize(
    ("stopped_by", "scope", "runs"),
    [
        ({HoldScope.ACCOUNT}, HoldScope.ACCOUNT, False),
        ({HoldScope.ACCOUNT}, HoldScope.JOURNEY, True),
        ({HoldScope.ACCOUNT, HoldScope.JOURNEY}, HoldScope.JOURNEY, False),
        (set(), HoldScope.ACCOUNT, True),
    ],
)
def test_tick_hold_stops_only_the_kinds_of_its_scope(
    customer: Customer,
    register: Register,
    csm: User,
    now: datetime,
    stopped_by: set[str],
    scope: HoldScope,
    runs: bool,
) -> None:
    register(Notebook().handler(stopped_by=frozenset(stopped_by)))
    make_automation(customer, now)
    hold_customer(customer, scope=scope, until=None, reason="", now=now, by=csm)

    tick(now=now)

    assert bool(notes()) is runs


def test_hold_between_claim_and_run_sets_the_row_back(
    customer: Customer, notebook: Notebook, csm: User, now: datetime
) -> None:
    row = make_automation(customer, now)
    claim = claim_due(now=now)
    assert claim is not None
    hold_customer(customer, scope=HoldScope.ACCOUNT, until=None, reason="", now=now, by=csm)

    outcomes = run_claim(claim, now=now)

    row.refresh_from_db()
    assert outcomes == {"held": 1}
    assert (row.status, row.retry_count, notes()) == (AutomationStatus.SCHEDULED, 0, [])


@pytest.mark.parametrize(("stopped_by", "runs"), [({BRAKE}, False), ({HoldScope.ACCOUNT}, True), (set(), True)])
def test_tick_brake_keeps_touches_back_as_they_are_and_nothing_else(
    customer: Customer, register: Register, csm: User, now: datetime, stopped_by: set[str], runs: bool
) -> None:
    register(Notebook().handler(stopped_by=frozenset(stopped_by)))
    row = make_automation(customer, now)
    set_brake(customer, reason="Sarah answered", now=now, by=None)

    tick(now=now)
    row.refresh_from_db()
    waited = (row.status, row.trigger_at)
    clear_brake(customer, now=now + MINUTE, by=csm)
    tick(now=now + MINUTE)

    assert (waited == (AutomationStatus.SCHEDULED, now)) is not runs
    assert notes() == [str(row.pk)]


def test_brake_between_claim_and_run_sets_the_row_back(customer: Customer, register: Register, now: datetime) -> None:
    register(Notebook().handler(stopped_by=frozenset({BRAKE})))
    row = make_automation(customer, now)
    claim = claim_due(now=now)
    assert claim is not None
    set_brake(customer, reason="Sarah answered", now=now, by=None)

    outcomes = run_claim(claim, now=now)

    row.refresh_from_db()
    assert outcomes == {"held": 1}
    assert (row.status, row.trigger_at, notes()) == (AutomationStatus.SCHEDULED, now, [])


def test_worker_killed_between_claim_and_run_gives_the_row_back_after_its_lease(
    customer: Customer, notebook: Notebook, now: datetime
) -> None:
    row = make_automation(customer, now)
    claim_due(now=now)  # and the worker is killed

    within = tick(now=now + LEASE)
    after = tick(now=now + LEASE + timedelta(seconds=1))

    row.refresh_from_db()
    assert (within.outcomes, within.abandoned) == ({}, 0)
    assert (after.outcomes, after.abandoned) == ({"completed": 1}, 1)
    assert (row.status, row.retry_count, notes()) == (AutomationStatus.COMPLETED, 1, [str(row.pk)])


def test_worker_that_comes_back_after_its_lease_applies_nothing(
    customer: Customer, notebook: Notebook, now: datetime
) -> None:
    make_automation(customer, now)
    slow = claim_due(now=now)
    assert slow is not None
    tick(now=now + LEASE + MINUTE)

    outcomes = run_claim(slow, now=now + LEASE + MINUTE)

    assert outcomes == {"lost": 1}
    assert len(notes()) == 1


def test_row_that_kills_its_worker_is_failed_and_takes_no_other_along(
    customer: Customer, notebook: Notebook, now: datetime
) -> None:
    killer = make_automation(customer, now, retry_count=1)
    others = [make_automation(customer, now + MINUTE) for _ in range(3)]

    first = claim_due(now=now + MINUTE)
    second_moment = now + MINUTE
    assert first is not None
    run_claim(first, now=second_moment)
    alone = claim_due(now=second_moment)

    assert {due.id for due in first.dues} == {row.pk for row in others}
    assert alone is not None
    assert [due.id for due in alone.dues] == [killer.pk]


def test_abandoned_on_its_last_attempt_fails_and_tells_ops(
    customer: Customer, notebook: Notebook, now: datetime
) -> None:
    row = make_automation(customer, now, retry_count=3)
    claim_due(now=now)

    tick(now=now + LEASE + MINUTE)

    row.refresh_from_db()
    assert (row.status, row.error_message) == (
        AutomationStatus.FAILED,
        "The worker stopped while it was running.",
    )
    assert Todo.objects.filter(kind="automation.failed", source_id=row.pk).count() == 1


def test_sweeper_that_fails_stops_nothing_else(customer: Customer, notebook: Notebook, now: datetime) -> None:
    def fail(now: datetime) -> int:
        raise RuntimeError("sweeper")

    register_sweeper(Sweeper("test.fails", fail))
    make_automation(customer, now)

    try:
        report = tick(now=now)
    finally:
        forget("test.fails")

    assert (report.errors, report.outcomes) == (["test.fails"], {"completed": 1})


def test_second_handler_for_a_kind_is_refused(notebook: Notebook) -> None:
    with pytest.raises(ValueError, match="already has a handler"):
        register_handler(Notebook().handler())


def test_tick_until_visits_each_moment(customer: Customer, notebook: Notebook, now: datetime) -> None:
    moments = [now + timedelta(hours=n, minutes=n) for n in (0, 1, 5)]
    for moment in moments:
        make_automation(customer, moment)

    tick_until(now=now, until=now + timedelta(hours=6))

    done = AutomationSchedule.objects.order_by("executed_at").values_list("executed_at", flat=True)
    assert list(done) == moments


def test_queries_of_a_tick_do_not_grow_with_its_rows(customer: Customer, notebook: Notebook, now: datetime) -> None:
    tick(now=now)
    counts = []
    for size in (2, 40):
        for _ in range(size):
            row = make_automation(customer, now)
            notebook.decisions[row.pk] = Skip("Not today.")
        with CaptureQueriesContext(connection) as queries:
            tick(now=now)
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize(("retries", "taken"), [(1, 12), (2, 5), (3, 1)])
def test_rows_that_failed_before_are_taken_few_at_a_time(
    customer: Customer, notebook: Notebook, now: datetime, retries: int, taken: int
) -> None:
    for _ in range(12):
        make_automation(customer, now, retry_count=retries)

    claim = claim_due(now=now)

    assert claim is not None
    assert len(claim.dues) == taken


def test_row_that_kills_its_workers_takes_no_other_along_to_the_end(
    customer: Customer, notebook: Notebook, now: datetime
) -> None:
    rows = [make_automation(customer, now) for _ in range(9)]
    killer = rows[4]
    moment = now

    for _ in range(40):
        claim = claim_due(now=moment)
        if claim is not None and killer.pk not in {due.id for due in claim.dues}:
            run_claim(claim, now=moment)
        moment += LEASE + MINUTE
        release_abandoned(now=moment)

    statuses = dict(AutomationSchedule.objects.values_list("pk", "status"))
    assert statuses == {
        row.pk: AutomationStatus.FAILED if row == killer else AutomationStatus.COMPLETED for row in rows
    }
    assert notes() == sorted(str(row.pk) for row in rows if row != killer)
