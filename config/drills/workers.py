"""Processes of a drill that send letters until they are told to stop, or are killed in the middle."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from multiprocessing.context import SpawnProcess

from config.drills.sender import Orders, work

ENDS_WITHIN_S = 10.0
CONTEXT = multiprocessing.get_context("spawn")


def start_worker(orders: Orders, target: Callable[[Orders], None] = work) -> SpawnProcess:
    worker = CONTEXT.Process(target=target, args=(orders,), daemon=True)
    worker.start()
    return worker


class Crew:
    """So many workers, of which one is killed now and then and replaced."""

    def __init__(self, orders: Orders, size: int, *, seed: int, target: Callable[[Orders], None] = work) -> None:
        self._orders, self._target = orders, target
        self._luck = random.Random(seed)  # noqa: S311  # whom to kill, no secret
        self._workers = [start_worker(orders, target) for _ in range(size)]
        self.kills = 0

    def kill_one(self) -> None:
        """This will end one worker without a word, as a lost machine does, and start another."""
        place = self._luck.randrange(len(self._workers))
        pid = self._workers[place].pid
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            self._workers[place].join()
            self.kills += 1
        self._workers[place] = start_worker(self._orders, self._target)

    def wait(self, until: Callable[[], bool], *, seconds: float, kill_every_s: float = 0) -> bool:
        """This will wait until it is true, at most so long, killing meanwhile; says whether it came true."""
        ends, kills_at = time.monotonic() + seconds, time.monotonic() + kill_every_s
        while time.monotonic() < ends:
            if until():
                return True
            if kill_every_s and time.monotonic() >= kills_at:
                self.kill_one()
                kills_at = time.monotonic() + kill_every_s * self._luck.uniform(0.5, 1.5)
            time.sleep(0.1)
        return until()

    def end(self) -> None:
        """This will have all of them leave off, and kill those that do not within ENDS_WITHIN_S."""
        self._orders.stop.set()
        ends = time.monotonic() + ENDS_WITHIN_S
        for worker in self._workers:
            worker.join(max(0.0, ends - time.monotonic()))
            if worker.is_alive():
                worker.kill()
                worker.join()
