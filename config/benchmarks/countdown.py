"""A rival: one Celery task per row with a countdown, whose worker keeps its database connections.

The broker is a Redis of the benchmark's own, on a socket in a folder that goes with it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote
from uuid import UUID

from celery import Celery
from django.conf import settings

from config.benchmarks.one_by_one import WAYS
from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.embedded")

BROKER = "BENCH_BROKER"
PROCESSES = 2
KEPT_FOR = 1_000_000
"""Tasks for which a connection is kept."""
LEAD = timedelta(seconds=3)
PATIENCE_S = 60.0

app = Celery("bench", set_as_current=False)
app.conf.update(
    broker_url=os.environ.get(BROKER, "memory://"),
    task_ignore_result=True,
    task_default_queue="bench",
    worker_prefetch_multiplier=64,
    db_reuse_max=KEPT_FOR,
    # The rows are the benchmark's: how the worker was started is nobody's business but its own.
    worker_hijack_root_logger=False,
)


@app.task(name="bench.carry_out")
def carry_out(way: str, row_id: str, now: str) -> None:
    WAYS[way](UUID(row_id), datetime.fromisoformat(now))


class CountdownWorker:
    """A worker that is up. `spend` has it carry out rows and gives the seconds that took from when they were due."""

    def spend(self, way: str, ids: Sequence[UUID], *, now: datetime) -> float:
        eta = datetime.now(UTC) + LEAD
        for pk in ids:
            carry_out.apply_async((way, str(pk), now.isoformat()), eta=eta)
        time.sleep(max((eta - datetime.now(UTC)).total_seconds(), 0))
        start = time.perf_counter()
        while _is_any_open(ids):
            if time.perf_counter() - start > PATIENCE_S:
                raise RuntimeError("The tasks with a countdown did not come to their end.")
            time.sleep(0.02)
        return time.perf_counter() - start


@contextmanager
def countdown_worker() -> Iterator[CountdownWorker | None]:
    """This will start a broker and a worker on the database at hand; None where no Redis is installed."""
    server = shutil.which("redis-server")
    if server is None:
        yield None
        return
    with TemporaryDirectory(prefix="evergreen-bench-") as folder:
        socket = Path(folder) / "redis.sock"
        broker = subprocess.Popen(  # noqa: S603  # its path and our own words
            [server, "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", folder],
            stdout=subprocess.DEVNULL,
        )
        url = f"redis+socket://{socket}"
        app.conf.broker_url = url
        worker = _start_worker(url, folder)
        try:
            _wait_for(worker)
            yield CountdownWorker()
        finally:
            for process in (worker, broker):
                process.terminate()
                process.wait(timeout=30)


def _start_worker(url: str, folder: str) -> subprocess.Popen[bytes]:
    words = ["worker", "--pool", "prefork", "-c", str(PROCESSES), "--loglevel", "ERROR"]
    words += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    code = f"import django; django.setup(); from config.benchmarks.countdown import app; app.worker_main({words})"
    env = {**os.environ, BROKER: url, "DATABASE_URL": _database_url(), "DATA_DIR": folder, "CONN_MAX_AGE": "3600"}
    # Keys that are made in the folder of the data must be the same here.
    env["FIELD_KEYS"] = ",".join(settings.FIELD_KEYS)
    return subprocess.Popen([sys.executable, "-c", code], env=env, stdout=subprocess.DEVNULL)  # noqa: S603


def _wait_for(worker: subprocess.Popen[bytes]) -> None:
    for _ in range(120):
        if worker.poll() is not None:
            raise RuntimeError("The worker of the rival did not start.")
        try:
            if app.control.ping(timeout=0.5):
                return
        except OSError:
            time.sleep(0.5)
    raise RuntimeError("The worker of the rival does not answer.")


def _database_url() -> str:
    """The address of the database at hand, which is the scratch one."""
    from django.db import connection

    there = {name: str(connection.settings_dict[name] or "") for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    if connection.vendor == "sqlite":
        return f"sqlite:///{there['NAME']}"
    secret = f":{quote(there['PASSWORD'], safe='')}" if there["PASSWORD"] else ""
    return f"postgres://{quote(there['USER'])}{secret}@{there['HOST']}:{there['PORT'] or 5432}/{there['NAME']}"


def _is_any_open(ids: Sequence[UUID]) -> bool:
    rows = AutomationSchedule.objects.filter(pk__in=ids, status=AutomationStatus.SCHEDULED)
    return rows.exists()
