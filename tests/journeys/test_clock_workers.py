"""Workers of the clock that die, come back or are outrun."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Customer, Todo
from journeys.enums import AutomationStatus
from journeys.models import AutomationLog, AutomationSchedule
from journeys.registry import Sweeper, forget, register_handler, register_sweeper
from journeys.rules.automations import Skip
from journeys.services.claiming import LEASE, claim_due
from journeys.services.clock import tick, tick_until
from journeys.services.failing import release_abandoned
from journeys.services.running import run_claim
from tests.journeys.clockwork import Notebook, make_automation, notes

pytestmark = pytest.mark.django_db


MINUTE = timedelta(minutes=1)


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


def test_row_that_is_written_while_it_runs_is_completed_once_like_its_neighbours(
    customer: Customer, notebook: Notebook, now: datetime
) -> None:
    """It lies elsewhere then than where it was claimed."""
    rows = [make_automation(customer, now) for _ in range(3)]
    claim = claim_due(now=now)
    assert claim is not None
    AutomationSchedule.objects.filter(pk=rows[1].pk).update(payload={"written": "meanwhile"})

    outcomes = run_claim(claim, now=now)

    assert outcomes == {"completed": 3}
    assert sorted(notes()) == sorted(str(row.pk) for row in rows)
    assert AutomationLog.objects.filter(automation__in=rows).count() == 3
    assert AutomationSchedule.objects.get(pk=rows[1].pk).payload == {"written": "meanwhile"}


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
