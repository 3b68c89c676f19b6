"""A database that a benchmark makes and drops, and figures over repeated calls."""

from __future__ import annotations

import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection


@contextmanager
def scratch_database(suffix: str = "bench") -> Iterator[None]:
    """This will switch the connection to an empty, migrated database and drop it afterwards.

    suffix: what PostgreSQL's is called after the name of the desk's own. SQLite gets a file, as in use; an in-memory
    one would flatter the figures.
    """
    old_name = connection.settings_dict["NAME"]
    with tempfile.TemporaryDirectory(prefix="evergreen-bench-") as folder:
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = str(Path(folder) / "bench.sqlite3")
        else:
            connection.settings_dict["TEST"]["NAME"] = f"{old_name}_{suffix}"
        try:
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            yield
        finally:
            # Whoever was interrupted before it was made stands on the desk's own.
            if connection.settings_dict["NAME"] != old_name:
                _end_sessions()
                connection.creation.destroy_test_db(str(old_name), verbosity=0)


def _end_sessions() -> None:
    """Of processes that were killed, or have not noticed yet that all is over: PostgreSQL drops nothing under them."""
    if connection.vendor != "postgresql":
        return
    connection.close()
    with suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@contextmanager
def copied_database() -> Iterator[tuple[str, str]]:
    """This will copy the scratch database, give both names for `use_database`, and drop the copy afterwards."""
    name = str(connection.settings_dict["NAME"])
    connection.close()
    connection.creation.clone_test_db(suffix="copy", verbosity=0, autoclobber=True)
    copy = str(connection.creation.get_test_db_clone_settings("copy")["NAME"])
    try:
        yield name, copy
    finally:
        use_database(name)
        connection.creation.destroy_test_db(suffix="copy", verbosity=0)


def use_database(name: str) -> None:
    """This will have the connection lead to another database of the same server."""
    connection.close()
    connection.settings_dict["NAME"] = name
    connection.ensure_connection()


def let_planner_know() -> None:
    """Do at once what PostgreSQL's autovacuum does within a minute; SQLite has no such helper in use either."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


class QueryCounter:
    """Counts the statements that pass; use with `connection.execute_wrapper`."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        return execute(sql, params, many, context)


class InTurn:
    """Seconds that each of several ways takes for one of what it does, turn by turn, and how many statements last."""

    def __init__(self) -> None:
        self._spent: dict[str, list[float]] = {}
        self.statements: dict[str, int] = {}

    def take(self, name: str, size: int, work: Callable[[], object]) -> None:
        """This will do the work, whose time is shared by `size` things."""
        let_planner_know()
        counter = QueryCounter()
        start = time.perf_counter()
        with connection.execute_wrapper(counter):
            work()
        self._spent.setdefault(name, []).append((time.perf_counter() - start) / size)
        self.statements[name] = counter.count

    def medians(self) -> dict[str, float]:
        return {name: statistics.median(found) for name, found in self._spent.items()}


class Meter:
    """What this process and its children have worked since it was last read, and the most memory that it held."""

    def __init__(self) -> None:
        self._worked = self._all()

    def read(self) -> dict[str, float]:
        before, self._worked = self._worked, self._all()
        unit = 2**20 if sys.platform == "darwin" else 2**10
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
        return {"cpu_s": round(self._worked - before, 2), "peak_mb": round(peak_mb)}

    @staticmethod
    def _all() -> float:
        """Of children those that have ended."""
        spent = os.times()
        return spent.user + spent.system + spent.children_user + spent.children_system


def timed(call: Callable[[], object], *, repeats: int, warm_up: int = 3) -> dict[str, float]:
    """This will run `call` and give milliseconds: the clock's median and 95th percentile, and this process's median.

    cpu_ms: what the process worked, its threads together; a database server beside it is not in it.
    """
    for _ in range(warm_up):
        call()
    spent, worked = [], []
    for _ in range(max(repeats, 2)):
        start, start_work = time.perf_counter(), time.process_time()
        call()
        worked.append((time.process_time() - start_work) * 1000)
        spent.append((time.perf_counter() - start) * 1000)
    return {
        "cpu_ms": round(statistics.median(worked), 2),
        "median_ms": round(statistics.median(spent), 2),
        "p95_ms": round(statistics.quantiles(spent, n=20)[-1], 2),
    }
