"""A rival: one Celery task per row, which is due at the row's moment."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

from celery import Celery

from config.benchmarks.rivals.one_by_one import WAYS
from config.benchmarks.rivals.processes import PROCESSES, environment, private_redis, python, seconds_until_done

BROKER = "BENCH_BROKER"
QUEUE = "bench"
KEPT_FOR = 1_000_000
"""Tasks for which a connection is kept."""
LEAD = timedelta(seconds=3)

app = Celery("bench", set_as_current=False)
app.conf.update(
    broker_url=os.environ.get(BROKER, "memory://"),
    task_ignore_result=True,
    task_default_queue=QUEUE,
    worker_prefetch_multiplier=64,
    # The rows are the benchmark's: how the worker was started is nobody's business but its own.
    worker_hijack_root_logger=False,
)


@app.task(name="bench.carry_out")
def carry_out(way: str, row_id: str, now: str) -> None:
    WAYS[way](UUID(row_id), datetime.fromisoformat(now))


class CountdownWorker:
    """A worker that is up. `spend` has it carry out rows and gives the seconds that took from when they were due."""

    def __init__(self, client: Celery) -> None:
        self._client = client

    def spend(self, way: str, ids: Sequence[UUID], *, now: datetime) -> float:
        eta = datetime.now(UTC) + LEAD
        for pk in ids:
            self._client.send_task(carry_out.name, (way, str(pk), now.isoformat()), eta=eta)
        time.sleep(max((eta - datetime.now(UTC)).total_seconds(), 0))
        return seconds_until_done(ids)


@contextmanager
def countdown_worker(*, keeps_connections: bool = True) -> Iterator[CountdownWorker | None]:
    """This will start a broker and a worker on the database at hand; None where no Redis is installed.

    keeps_connections: to the database, from one task to the next. Celery and Django open one for each task unless told.
    """
    with private_redis() as socket:
        if socket is None:
            yield None
            return
        broker = f"redis+socket://{socket}"
        with (
            environment({BROKER: broker}, keeps_connections=keeps_connections) as env,
            python(worker_code(keeps_connections=keeps_connections), env) as worker,
        ):
            yield CountdownWorker(answering(worker, broker))


def worker_code(*, keeps_connections: bool) -> str:
    """The Python that a worker of this rival runs."""
    words = ["worker", "--pool", "prefork", "-c", str(PROCESSES), "--loglevel", "ERROR"]
    words += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    reuse = KEPT_FOR if keeps_connections else None
    return (
        "import django; django.setup(); from config.benchmarks.rivals.countdown import app; "
        f"app.conf.CELERY_DB_REUSE_MAX = {reuse}; app.worker_main({words})"
    )


def answering(worker: subprocess.Popen[bytes], broker: str) -> Celery:
    """This will wait until the worker answers, and give who hands tasks over to it. Raises RuntimeError."""
    client = Celery("bench-client", broker=broker, set_as_current=False)
    client.conf.update(task_default_queue=QUEUE, task_ignore_result=True)
    for _ in range(120):
        if worker.poll() is not None:
            raise RuntimeError("The worker of the rival did not start.")
        try:
            if client.control.ping(timeout=0.5):
                return client
        except OSError:
            time.sleep(0.5)
    raise RuntimeError("The worker of the rival does not answer.")
