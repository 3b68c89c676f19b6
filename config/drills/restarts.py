"""Two drills once more, over a PostgreSQL of its own that crashes, or is restarted by hand, every few seconds.

The letters (`drill sends`) and the clock's rows (`drill journeys`) run in a process of their own each.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import cycle
from threading import Event, Thread
from typing import Any

from config.drills.cluster import MISSING, Cluster, find_control, own_cluster
from config.drills.sends import BEGUN, DONE

EVERY_S = 3.0
WAYS = {"immediate": "crashes", "fast": "restarts"}
"""How the server is stopped, in turn: as a crash does, without writing anything down, and as an operator does."""
PLAYED = {"letters": "sends", "clock": "journeys"}
ENDS_WITHIN_S = 30.0


def drill_restarts(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """This will run `drill sends`, then `drill journeys`, while their server crashes, recovers and is restarted."""
    control = find_control()
    if control is None:
        yield {"left_out": MISSING, "passed": None}
        return
    for what, name in PLAYED.items():
        with own_cluster(control) as cluster:
            yield {"fault": what, **play_restarts(cluster, name, count=count, seed=seed)}


def play_restarts(cluster: Cluster, name: str, *, count: int, seed: int) -> dict[str, Any]:
    """This will play one drill while that server crashes and is restarted."""
    crasher = Crasher(cluster)
    try:
        line = _play(cluster, crasher, name, count=count, seed=seed)
    finally:
        crasher.end()
    line.pop("drill", None)
    times = {said: crasher.counts[said] for said in WAYS.values()}
    return {**line, **times, "server_down": sum(times.values()), "passed": bool(line["passed"]) and all(times.values())}


class Crasher:
    """Stops the server one way and the other and starts it again, until told to leave off."""

    def __init__(self, cluster: Cluster) -> None:
        self.counts: Counter[str] = Counter()
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
        for way, said in cycle(WAYS.items()):
            if self._stop.wait(EVERY_S):
                return
            with contextlib.suppress(subprocess.CalledProcessError):
                self._cluster.run("-m", way, "restart")
                self.counts[said] += 1


def _play(cluster: Cluster, crasher: Crasher, name: str, *, count: int, seed: int) -> dict[str, Any]:
    command = [sys.executable, "manage.py", "drill", name, "--count", str(count), "--seed", str(seed)]
    environment = {**os.environ, "DATABASE_URL": cluster.address}
    said: list[str] = []
    with _running(command, environment) as process:
        assert process.stderr is not None and process.stdout is not None
        for words in process.stderr:
            said.append(words)
            if words.strip() == BEGUN:
                crasher.begin()
            elif words.strip() == DONE:
                crasher.end()
        printed = process.stdout.read()
    lines = [line for line in printed.splitlines() if line.startswith("{")]
    if not lines:
        return {"passed": False, "error": "".join(said)[-1000:]}
    line: dict[str, Any] = json.loads(lines[-1])
    return line


@contextlib.contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A drill in a process of its own; where this one is interrupted it is told to end, and takes its own along."""
    process = subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
    )
    try:
        yield process
        process.wait()
    finally:
        process.terminate()
        try:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=ENDS_WITHIN_S)
        finally:
            process.kill()
            process.wait()
