"""The drill of the sends once more, over a PostgreSQL of its own that crashes and comes back every few seconds."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from threading import Event, Thread
from typing import Any

from config.drills.cluster import MISSING, Cluster, find_control, own_cluster
from config.drills.sends import BEGUN, DONE

EVERY_S = 3.0


def drill_restarts(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """This will run `drill sends` in a process of its own while its server crashes and recovers."""
    control = find_control()
    if control is None:
        yield {"left_out": MISSING, "passed": None}
        return
    with own_cluster(control) as cluster:
        crasher = Crasher(cluster)
        line = _send(cluster, crasher, count=count, seed=seed)
        yield {**line, "crashes": crasher.count, "passed": line["passed"] and crasher.count > 0}


class Crasher:
    """Stops the server as a crash does, without writing anything down, and starts it again, until told to leave off."""

    def __init__(self, cluster: Cluster) -> None:
        self.count = 0
        self._cluster, self._stop = cluster, Event()
        self._thread = Thread(target=self._run, daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """This will leave off, and come back when the server is up."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(EVERY_S):
            with contextlib.suppress(subprocess.CalledProcessError):
                self._cluster.run("-m", "immediate", "restart")
                self.count += 1


def _send(cluster: Cluster, crasher: Crasher, *, count: int, seed: int) -> dict[str, Any]:
    command = [sys.executable, "manage.py", "drill", "sends", "--count", str(count), "--seed", str(seed)]
    environment = {**os.environ, "DATABASE_URL": cluster.address}
    said: list[str] = []
    with subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stderr is not None and process.stdout is not None
        for words in process.stderr:
            said.append(words)
            if words.strip() == BEGUN:
                crasher.begin()
            elif words.strip() == DONE:
                crasher.end()
        printed = process.stdout.read()
    crasher.end()
    lines = [line for line in printed.splitlines() if line.startswith("{")]
    if not lines:
        return {"passed": False, "error": "".join(said)[-1000:]}
    line: dict[str, Any] = json.loads(lines[-1])
    line.pop("drill", None)
    return line
