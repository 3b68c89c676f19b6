"""How the clock's work grows with the rows that lie there: the same work among ten thousand and among ever more.

Each round does it in both databases, one after the other, so that a busy machine is as busy for the one as the other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connection, transaction
from django.db.models import Count
from django.test.utils import override_settings
from django.utils import timezone

from config.benchmarks.clock_drains import register_bare
from config.benchmarks.clock_rows import (
    KIND,
    add_accounts,
    analyze,
    clear_rows,
    indexed_afterwards,
    make_accounts,
    make_many_rows,
    make_rows,
    moment_before,
)
from config.benchmarks.scratch import copied_database, scratch_database, timed, use_database
from config.drills.draining import drain_together
from customers.enums import Role
from customers.models import Customer, User
from journeys.enums import LogStatus
from journeys.models import AutomationLog
from journeys.queries.due import has_due
from journeys.services.bulk import adjust_journeys, start_journeys
from journeys.services.clock import tick, tick_as_of

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
DONE_SHARE = 0.9
ACCOUNTS = 10_000
ROWS_PER_ACCOUNT = 100
DUE = 5_000
TURNS = 5
WORKERS = (1, 2, 4)
MOST_CLIENTS = 1_000
"""Started and shifted in a turn, and taken back again: their rows would be more than the smallest table has."""
GOAL_IDLE_MS, GOAL_GROWTH = 3, 1.2


@dataclass
class Side:
    """One database, and the milliseconds that each kind of work took in it, turn by turn."""

    name: str
    spent: dict[str, list[float]] = field(default_factory=dict)

    def take_turn(self, work: dict[str, Callable[[], float]]) -> None:
        use_database(self.name)
        # A folder of its own: the mark of the other database would look like a backup that was put back.
        with TemporaryDirectory(prefix="evergreen-bench-") as folder, override_settings(DATA_DIR=folder):
            for name, act in work.items():
                self.spent.setdefault(name, []).append(act())


def measure_growth(*, clients: int = 1_000, rows: int = 100_000, repeats: int = 40) -> Iterator[dict[str, Any]]:
    """This will give one line per size of the clock's table; rows: the largest, at most 10,000,000."""
    now = timezone.now()
    register_bare()
    with scratch_database():
        yield from _measure_sizes([size for size in SIZES if size <= rows], clients=clients, repeats=repeats, now=now)


def _measure_sizes(sizes: list[int], *, clients: int, repeats: int, now: datetime) -> Iterator[dict[str, Any]]:
    clients = min(clients, MOST_CLIENTS)
    by = User.objects.create(username="bench-growth", role=Role.OPS)
    make_accounts(ACCOUNTS, owner=by)
    work = _list_work(clients, by, now, repeats)
    with copied_database() as (grown, small):
        for size in sizes:
            filled_s = _fill(grown, size, now)
            _fill(small, SIZES[0], now)
            sides = Side(small), Side(grown)
            for _ in range(TURNS):
                for side in sides:
                    side.take_turn(work)
            use_database(grown)
            yield {
                "part": "growth",
                "database": connection.vendor,
                "scheduled_rows": size,
                "accounts": Customer.objects.count(),
                "filled_s": round(filled_s),
                **_compare(*sides, clients=clients),
                **_drain_by_processes(now),
            }


def _fill(name: str, size: int, now: datetime) -> float:
    """Nine tenths done a month ago, one due in a month."""
    start = time.perf_counter()
    use_database(name)
    clear_rows()
    add_accounts(size // ROWS_PER_ACCOUNT)
    with indexed_afterwards():
        make_many_rows(int(size * DONE_SHARE), at=now - timedelta(days=30), is_done=True)
        make_many_rows(size - int(size * DONE_SHARE), at=now + timedelta(days=30))
    analyze()
    return time.perf_counter() - start


def _list_work(clients: int, by: User, now: datetime, repeats: int) -> dict[str, Callable[[], float]]:
    spent: dict[str, float] = {}
    return {
        "idle": partial(_idle, now, repeats),
        "drain": partial(_drain, now),
        "start": partial(_start_and_shift, clients, by, now, spent),
        "shift": lambda: spent["shift"],
    }


def _compare(small: Side, grown: Side, *, clients: int) -> dict[str, Any]:
    """of_the_smallest: by the medians; best_of_the_smallest: by the best turn of each, as on a machine left alone."""
    counts = {"idle": 1, "drain": DUE, "start": clients, "shift": clients}
    figures = {
        name: {
            "ms": round(median(grown.spent[name]) / count, 4),
            "best_ms": round(min(grown.spent[name]) / count, 4),
            "of_the_smallest": round(median(grown.spent[name]) / median(small.spent[name]), 2),
            "best_of_the_smallest": round(min(grown.spent[name]) / min(small.spent[name]), 2),
        }
        for name, count in counts.items()
    }
    return {
        "turns": TURNS,
        "idle_tick": figures["idle"] | {"goal_ms": GOAL_IDLE_MS},
        "due_row": figures["drain"] | {"goal_of_the_smallest": GOAL_GROWTH},
        "start_of_a_client": figures["start"],
        "shift_of_a_client": figures["shift"],
    }


def _idle(now: datetime, repeats: int) -> float:
    tick(now=now)
    return timed(partial(tick, now=now), repeats=repeats)["median_ms"]


def _drain(now: datetime) -> float:
    make_rows(DUE, at=moment_before(now))
    analyze()
    spent = _timed(partial(tick_as_of, now=now))
    if has_due(now):
        raise RuntimeError("The tick has left rows that are due: its time says nothing.")
    return spent


def _start_and_shift(clients: int, by: User, now: datetime, spent: dict[str, float]) -> float:
    """Both in one transaction that is taken back, so that the table stays as large as it is."""
    accounts = list(Customer.objects.order_by("external_id")[:clients])
    begin = (now + timedelta(days=10)).date()
    with transaction.atomic():
        start = _timed(partial(start_journeys, accounts, start_date=begin, now=now, by=by))
        spent["shift"] = _timed(partial(adjust_journeys, accounts, days=3, now=now, by=by))
        transaction.set_rollback(True)
    return start


def _drain_by_processes(now: datetime) -> dict[str, Any]:
    """Rows a second by one process, two and four, and how many rows any of them carried out twice."""
    rates = {}
    for workers in WORKERS:
        make_rows(DUE, at=moment_before(now))
        analyze()
        rates[str(workers)] = round(DUE / drain_together(workers, now=now))
    done = AutomationLog.objects.filter(kind=KIND, status=LogStatus.SUCCESS).order_by().values("automation")
    twice = done.annotate(lines=Count("pk")).filter(lines__gt=1).count()
    return {"rows_per_s_by_processes": rates, "run_twice": twice}


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000
