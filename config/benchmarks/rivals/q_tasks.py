"""A rival: one task of django-q2 per row, from a queue in Redis."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from uuid import UUID

from redis import Redis

from config.benchmarks.rivals.one_by_one import WAYS
from config.benchmarks.rivals.processes import environment, private_redis, python, seconds_until_done, wait_until

NAME = "django_q"
SOCKET = "BENCH_SOCKET"
SETTINGS = "config.settings.with_django_q"
CLUSTER, HELD = "bench", "held"
QUEUE = "django_q:{}:q"
RUN_CLUSTER = "import django; django.setup(); from django.core.management import call_command; call_command('qcluster')"
FEEDER = "import django; django.setup(); from config.benchmarks.rivals.q_tasks import feed; feed()"


def carry_out(way: str, row_id: str, now: str) -> None:
    """The task. It is named by its place, as django-q2 wants it."""
    WAYS[way](UUID(row_id), datetime.fromisoformat(now))


def feed() -> None:
    """This will lay up what stands on standard input; a process of its own, since only there django-q2 is an app."""
    from django_q.brokers import get_broker
    from django_q.tasks import async_task

    broker = get_broker(HELD)
    for arguments in json.load(sys.stdin):
        async_task("config.benchmarks.rivals.q_tasks.carry_out", *arguments, broker=broker)


class QCluster:
    """A cluster that is up. `spend` gives the seconds from when all tasks were there until all rows are done."""

    def __init__(self, socket: Path, env: Mapping[str, str]) -> None:
        self._socket, self._env = socket, env

    def spend(self, way: str, ids: Sequence[UUID], *, now: datetime) -> float:
        rows = json.dumps([(way, str(pk), now.isoformat()) for pk in ids]).encode()
        subprocess.run([sys.executable, "-c", FEEDER], input=rows, env=dict(self._env), check=True)  # noqa: S603  # ours
        with Redis(unix_socket_path=str(self._socket)) as redis:
            redis.rename(QUEUE.format(HELD), QUEUE.format(CLUSTER))
        return seconds_until_done(ids)


@contextmanager
def q_cluster() -> Iterator[QCluster | None]:
    """This will start a broker and a cluster on the database at hand; None where it or Redis is not installed."""
    with private_redis() as socket:
        if socket is None or find_spec(NAME) is None:
            yield None
            return
        with (
            environment({"DJANGO_SETTINGS_MODULE": SETTINGS, SOCKET: str(socket)}) as env,
            python(RUN_CLUSTER, env),
        ):
            with Redis(unix_socket_path=str(socket)) as redis:
                wait_until(lambda: bool(redis.keys(f"django_q:{CLUSTER}:cluster:*")), what="The cluster of django-q2")
            yield QCluster(socket, env)
