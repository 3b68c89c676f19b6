"""A rival: one job of Procrastinate per row, a queue in PostgreSQL. All are handed over in one statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from importlib.util import find_spec
from typing import Any
from uuid import UUID

from django.db import connection

from config.benchmarks.rivals.one_by_one import WAYS
from config.benchmarks.rivals.processes import PROCESSES, environment, python, seconds_until_done, wait_until

NAME = "procrastinate"
TABLE = "procrastinate_jobs"
ADDRESS = ("dbname", "user", "password", "host", "port")
WORKER = (
    "import django; django.setup(); from config.benchmarks.rivals.procrastinate_jobs import make_app; "
    "app, _ = make_app(); app.run_worker(concurrency=1, fetch_job_polling_interval=0.5)"
)


def make_app() -> tuple[Any, Any]:
    """This will give the application on the database at hand and its one task."""
    from procrastinate import App, PsycopgConnector

    app = App(connector=PsycopgConnector(conninfo=_conninfo(), min_size=1, max_size=2))

    @app.task(name="bench.carry_out", pass_context=False)
    def carry_out(way: str, row_id: str, now: str) -> None:
        WAYS[way](UUID(row_id), datetime.fromisoformat(now))

    return app, carry_out


class ProcrastinateWorkers:
    """Workers that are up. `spend` gives the seconds from when the jobs were there until all rows are done."""

    def __init__(self, task: Any) -> None:
        self._task = task

    def spend(self, way: str, ids: Sequence[UUID], *, now: datetime) -> float:
        self._task.batch_defer(*({"way": way, "row_id": str(pk), "now": now.isoformat()} for pk in ids))
        return seconds_until_done(ids)


@contextmanager
def procrastinate_workers() -> Iterator[ProcrastinateWorkers | None]:
    """This will start workers on the database at hand; None where it is not installed, or not on PostgreSQL."""
    if connection.vendor != "postgresql" or find_spec(NAME) is None:
        yield None
        return
    app, task = make_app()
    with app.open(), ExitStack() as stack:
        if TABLE not in connection.introspection.table_names():
            app.schema_manager.apply_schema()
        env = stack.enter_context(environment({}))
        for _ in range(PROCESSES):
            stack.enter_context(python(WORKER, env))
        wait_until(lambda: _count_listening() == PROCESSES, what="A worker of Procrastinate")
        yield ProcrastinateWorkers(task)


def _count_listening() -> int:
    """How many workers wait to be told of a job."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%%'"
        )
        return int(cursor.fetchone()[0])


def _conninfo() -> str:
    from psycopg.conninfo import make_conninfo

    there = connection.get_connection_params()
    return make_conninfo(**{name: there[name] for name in ADDRESS if name in there})
