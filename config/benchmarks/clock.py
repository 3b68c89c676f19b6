"""How fast the clock works: idle, draining, starting and shifting many, and how that grows; beside its rivals."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connection
from django.test.utils import override_settings
from django.utils import timezone

from config.benchmarks.clock_drains import drain, drain_loop, drain_raw, register_bare
from config.benchmarks.clock_rows import (
    COLUMNS,
    KIND,
    TABLE,
    analyze,
    clear_rows,
    make_accounts,
    make_rows,
    moment_before,
)
from config.benchmarks.scratch import QueryCounter, scratch_database, timed
from config.drills.draining import drain_together
from customers.models import Customer, User
from journeys.models import AutomationLog
from journeys.services.bulk import adjust_journeys, start_journeys
from journeys.services.clock import tick, tick_as_of

RUNS = 3
LOOP_ROWS = 1_000
WORKERS = (1, 2, 4)
GROWTH = (10_000, 100_000, 1_000_000, 10_000_000)
DONE_SHARE = 0.9
DUE_OF_GROWTH = 5_000


def measure_journeys(
    *, clients: int = 1_000, rows: int = 100_000, repeats: int = 40, **options: Any
) -> Iterator[dict[str, Any]]:
    """This will give one line for each part; rows: how many scheduled rows the table grows to, at most 10,000,000."""
    now = timezone.now()
    register_bare()
    # The mark of this installation is not the benchmark's to overwrite.
    with (
        TemporaryDirectory(prefix="evergreen-bench-") as folder,
        scratch_database(),
        override_settings(DATA_DIR=folder),
    ):
        make_accounts()
        yield from _measure_drain(now)
        yield from _measure_growth(now, most=rows, repeats=repeats)
        clear_rows()
        yield from _measure_bulk(clients, now)


def _measure_drain(now: datetime) -> Iterator[dict[str, Any]]:
    ways: dict[str, Callable[[datetime], None]] = {"ours": drain, "spec_loop": drain_loop}
    if connection.vendor == "postgresql":
        ways["raw_batches"] = drain_raw
    count = 10_000
    rates: dict[str, list[float]] = {name: [] for name in ways}
    counter = QueryCounter()
    for _ in range(RUNS):
        for name, way in ways.items():
            size = LOOP_ROWS if name == "spec_loop" else count
            clear_rows()
            make_rows(size, at=moment_before(now))
            analyze()
            with connection.execute_wrapper(counter if name == "ours" else QueryCounter()):
                rates[name].append(size / _spent(partial(way, now)))
    medians = {name: round(median(found)) for name, found in rates.items()}
    line: dict[str, Any] = {
        "part": "drain, bare handler",
        "database": connection.vendor,
        "rows": count,
        "runs": RUNS,
        "rows_per_s": medians,
        "statements_per_500": round(counter.count / (RUNS * count / 500), 1),
        "times_the_loop": round(medians["ours"] / medians["spec_loop"], 1),
    }
    if "raw_batches" in medians:
        line["of_raw"] = round(medians["ours"] / medians["raw_batches"], 2)
        line["goal_of_raw"] = 0.5
    yield line
    for workers in WORKERS:
        yield _measure_workers(workers, count, now)


def _measure_workers(workers: int, count: int, now: datetime) -> dict[str, Any]:
    clear_rows()
    make_rows(count, at=moment_before(now))
    analyze()
    spent = drain_together(workers, now=now)
    lines = Counter(AutomationLog.objects.filter(kind=KIND).values_list("automation_id", flat=True))
    return {
        "part": "drain by processes",
        "database": connection.vendor,
        "workers": workers,
        "rows": count,
        "rows_per_s": round(count / spent),
        "run_twice": sum(one - 1 for one in lines.values()) if connection.vendor == "postgresql" else None,
    }


def _measure_growth(now: datetime, *, most: int, repeats: int) -> Iterator[dict[str, Any]]:
    """The same few thousand due rows among ever more of which nine tenths are done."""
    clear_rows()
    there, base = 0, 0.0
    for size in [size for size in GROWTH if size <= most]:
        make_rows(int((size - there) * DONE_SHARE), at=now - timedelta(days=30), is_done=True)
        make_rows(size - there - int((size - there) * DONE_SHARE), at=now + timedelta(days=30))
        there = size
        analyze()
        tick(now=now)
        idle = timed(partial(tick, now=now), repeats=repeats)
        make_rows(DUE_OF_GROWTH, at=moment_before(now))
        counter = QueryCounter()
        with connection.execute_wrapper(counter):
            spent_ms = _spent(partial(tick_as_of, now=now)) * 1000
        each = spent_ms / DUE_OF_GROWTH
        base = base or each
        yield {
            "part": "growth",
            "database": connection.vendor,
            "scheduled_rows": size,
            "idle_tick": idle,
            "goal_idle_ms": 3,
            "ms_per_due_row": round(each, 4),
            "of_the_smallest": round(each / base, 2),
            "goal_of_the_smallest": 1.2,
        }


def _measure_bulk(clients: int, now: datetime) -> Iterator[dict[str, Any]]:
    owner = User.objects.get(username="bench-clock")
    accounts = _make_clients(clients, owner)
    start = (now + timedelta(days=10)).date()
    start_ms = _spent(partial(_start, accounts, start, now, owner)) * 1000
    counter = QueryCounter()
    with connection.execute_wrapper(counter):
        shift_ms = _spent(partial(adjust_journeys, accounts, days=3, now=now, by=owner)) * 1000
    line: dict[str, Any] = {
        "part": "bulk",
        "database": connection.vendor,
        "clients": clients,
        "start_ms_per_client": round(start_ms / clients, 3),
        "shift_ms_per_client": round(shift_ms / clients, 3),
        "shift_statements": counter.count,
    }
    if connection.vendor == "postgresql":
        one_update_ms = _spent(_shift_raw) * 1000
        copy_ms = _spent(partial(_copy_raw, clients)) * 1000
        line |= {
            "raw_update_ms_per_client": round(one_update_ms / clients, 3),
            "shift_of_raw": round(shift_ms / one_update_ms, 1),
            "copy_ms_per_client": round(copy_ms / clients, 3),
            "start_of_copy": round(start_ms / copy_ms, 1),
            "goal_of_raw": 2,
        }
    yield line


def _make_clients(clients: int, owner: User) -> list[Any]:
    Customer.objects.bulk_create(
        [Customer(name=f"Client {n}", external_id=f"client-{n}", owner=owner, timezone="UTC") for n in range(clients)],
        batch_size=1_000,
    )
    return list(Customer.objects.filter(external_id__startswith="client-"))


def _start(accounts: list[Any], start: date, now: datetime, owner: User) -> None:
    done = start_journeys(accounts, start_date=start, now=now, by=owner)
    if done.count != len(accounts):
        raise RuntimeError(f"{len(done.refused)} journeys did not start")


def _shift_raw() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {TABLE} SET trigger_at = trigger_at + interval '3 days', local_date = local_date + 3 "  # noqa: S608
            "WHERE subject_kind = 'journey' AND status = 'SCHEDULED'"
        )
        cursor.execute("UPDATE journeys_journeymonth SET due_date = due_date + 3")


def _copy_raw(clients: int) -> None:
    """The same rows once more by COPY, under ids of their own: what the database itself takes to write them."""
    with connection.cursor() as cursor:
        columns = COLUMNS.replace("executed_at", "local_date, local_time")
        cursor.execute(
            f"SELECT gen_random_uuid(), {columns.partition(', ')[2]} FROM {TABLE} WHERE subject_kind = 'journey'"  # noqa: S608
        )
        rows = [(*row[:6], "copied", *row[7:]) for row in cursor.fetchall()]
        with cursor.copy(f"COPY {TABLE} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _spent(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
