"""Processes that a rival runs on: a broker of its own on a socket, workers on the database at hand."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.db import connection

from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule

PROCESSES = 2
PATIENCE_S = 300.0
STARTS_WITHIN_S = 60.0
STOPS_WITHIN_S = 30.0


@contextmanager
def private_redis() -> Iterator[Path | None]:
    """This will start a Redis that keeps nothing, and give its socket; None where none is installed."""
    server = shutil.which("redis-server")
    if server is None:
        yield None
        return
    with TemporaryDirectory(prefix="evergreen-bench-") as folder:
        socket = Path(folder) / "redis.sock"
        with running([server, "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", folder]):
            wait_until(socket.exists, what="The broker")
            yield socket


@contextmanager
def running(words: Sequence[str], env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """This will run a process for as long as it is needed; whatever it has started ends with it."""
    process = subprocess.Popen(  # noqa: S603  # words of our own
        list(words), env=env and dict(env), stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=STOPS_WITHIN_S)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def python(code: str, env: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """This will run a piece of Python for as long as it is needed."""
    with running([sys.executable, "-c", code], env) as process:
        yield process


@contextmanager
def environment(more: Mapping[str, str], *, keeps_connections: bool = True) -> Iterator[dict[str, str]]:
    """What a worker on the database at hand is started with; its data is in a folder that goes with it."""
    with TemporaryDirectory(prefix="evergreen-bench-") as folder:
        yield {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.embedded",
            "DATABASE_URL": _database_url(),
            "DATA_DIR": folder,
            "CONN_MAX_AGE": "3600" if keeps_connections else "0",
            # Keys that are made in the folder of the data must be the same here.
            "FIELD_KEYS": ",".join(settings.FIELD_KEYS),
            **more,
        }


def wait_until(is_so: Callable[[], bool], *, what: str) -> None:
    """This will wait for what has to be there before anything is measured. Raises RuntimeError."""
    give_up_at = time.monotonic() + STARTS_WITHIN_S
    while not is_so():
        if time.monotonic() > give_up_at:
            raise RuntimeError(f"{what} does not answer.")
        time.sleep(0.1)


def seconds_until_done(ids: Sequence[UUID]) -> float:
    """This will wait until somebody has carried out these rows, and give how long that took. Raises RuntimeError.

    One row is asked about at a time, until it is done: looking at all of them takes time from the rival.
    """
    start = time.perf_counter()
    waiting = AutomationSchedule.objects.filter(status=AutomationStatus.SCHEDULED).order_by().values_list("pk")
    while (one := waiting.filter(pk__in=ids).first()) is not None:
        while waiting.filter(pk=one[0]).exists():
            if time.perf_counter() - start > PATIENCE_S:
                raise RuntimeError("The tasks of a rival did not come to their end.")
            time.sleep(0.02)
    return time.perf_counter() - start


def _database_url() -> str:
    """The address of the database at hand, which is the scratch one."""
    there = {name: str(connection.settings_dict[name] or "") for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    if connection.vendor == "sqlite":
        return f"sqlite:///{there['NAME']}"
    secret = f":{quote(there['PASSWORD'], safe='')}" if there["PASSWORD"] else ""
    return f"postgres://{quote(there['USER'])}{secret}@{there['HOST']}:{there['PORT'] or 5432}/{there['NAME']}"
