"""How fast the clock works: idle, draining, starting and shifting many, and how that grows; beside its rivals."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connection
from django.test.utils import override_settings
from django.utils import timezone

from config.benchmarks.bulk import measure_bulk
from config.benchmarks.clock_drains import drain, drain_loop, drain_raw, register_bare
from config.benchmarks.clock_rows import KIND, analyze, clear_rows, make_accounts, make_rows, moment_before
from config.benchmarks.growth import measure_growth
from config.benchmarks.rivals.choice import RIVALS, Rival, running_rivals
from config.benchmarks.scratch import QueryCounter, scratch_database
from config.drills.draining import drain_together
from journeys.models import AutomationLog, AutomationSchedule

Spend = Callable[[], float]

RUNS = 3
LOOP_ROWS = 1_000
WORKERS = (1, 2, 4)


def measure_journeys(*, clients: int = 1_000, rows: int = 100_000, repeats: int = 40) -> Iterator[dict[str, Any]]:
    """This will give one line for each part; rows: how many scheduled rows the table grows to, at most 10,000,000."""
    yield from measure_drain()
    yield from measure_growth(clients=clients, rows=rows, repeats=repeats)
    yield from measure_bulk(clients=clients)


def measure_drain() -> Iterator[dict[str, Any]]:
    """This will give a line for the ways to drain, ours and its rivals in turn, and one for each number of workers."""
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


def _measure_drain(now: datetime) -> Iterator[dict[str, Any]]:
    count = 10_000
    rates: dict[str, list[float]] = {}
    counter = QueryCounter()
    with running_rivals() as rivals:
        for _ in range(RUNS):
            for name, size, spend in _list_ways(count, rivals, now):
                clear_rows()
                make_rows(size, at=moment_before(now))
                analyze()
                with connection.execute_wrapper(counter if name == "ours" else QueryCounter()):
                    rates.setdefault(name, []).append(size / spend())
    medians = {name: round(median(found)) for name, found in rates.items()}
    yield {
        "part": "drain, bare handler",
        "database": connection.vendor,
        "rows": count,
        "runs": RUNS,
        "rows_per_s": medians,
        "statements_per_500": round(counter.count / (RUNS * count / 500), 1),
        **_set_beside(medians, "raw_batches", "of_raw", 0.5),
        **_set_beside(medians, "spec_loop", "times_the_loop", None),
        **_set_beside(medians, "celery_countdown_kept", "times_celery_kept", 20),
        **{key: value for name in RIVALS for key, value in _set_beside(medians, name, f"times_{name}", None).items()},
        "left_out": sorted(set(RIVALS) - set(medians)),
    }
    for workers in WORKERS:
        yield _measure_workers(workers, count, now)


def _list_ways(count: int, rivals: Mapping[str, Rival], now: datetime) -> Iterator[tuple[str, int, Spend]]:
    """Each way with how many rows it gets, and what carries them out and gives the seconds."""
    yield "ours", count, partial(_spent, partial(drain, now))
    yield "spec_loop", LOOP_ROWS, partial(_spent, partial(drain_loop, now))
    for name, rival in rivals.items():
        yield name, RIVALS[name].rows, partial(_spend_by_tasks, rival, now)
    if connection.vendor == "postgresql":
        yield "raw_batches", count, partial(_spent, partial(drain_raw, now))


def _spend_by_tasks(rival: Rival, now: datetime) -> float:
    return rival.spend("note", list(AutomationSchedule.objects.values_list("pk", flat=True)), now=now)


def _set_beside(medians: dict[str, int], rival: str, name: str, goal: float | None) -> dict[str, Any]:
    if rival not in medians:
        return {}
    return {name: round(medians["ours"] / medians[rival], 2)} | ({f"goal_{name}": goal} if goal else {})


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


def _spent(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
