"""Processes of a drill that send letters until they are told to stop, or are killed in the middle."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.context import SpawnProcess
from typing import Any

from config.drills.sender import Orders, work

ENDS_WITHIN_S = 10.0
CONTEXT = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Worker:
    process: SpawnProcess
    ready: Any

    @property
    def is_ready(self) -> bool:
        return bool(self.ready.value)


def start_worker(orders: Orders, target: Callable[[Orders], None] = work) -> Worker:
    ready = CONTEXT.Value("b", 0, lock=False)
    process = CONTEXT.Process(target=target, args=(replace(orders, ready=ready),), daemon=True)
    process.start()
    return Worker(process, ready)


class Crew:
    """So many workers, of which one is killed now and then and replaced.

    Only one that works is killed, and only while another does: else a busy machine, on which it takes long to begin,
    would see workers die that have done nothing, and nothing done.
    """

    def __init__(self, orders: Orders, size: int, *, seed: int, target: Callable[[Orders], None] = work) -> None:
        self._orders, self._target = orders, target
        self._luck = random.Random(seed)  # noqa: S311  # whom to kill, no secret
        self._workers = [start_worker(orders, target) for _ in range(size)]
        self.kills = 0

    def kill_one(self) -> bool:
        """This will end one worker without a word, as a lost machine does, and start another; False if none may be."""
        ready = [place for place, worker in enumerate(self._workers) if worker.is_ready]
        if len(ready) < min(2, len(self._workers)):
            return False
        place = self._luck.choice(ready)
        self._workers[place].process.kill()
        self._workers[place].process.join()
        self.kills += 1
        self._workers[place] = start_worker(self._orders, self._target)
        return True

    def wait(self, until: Callable[[], bool], *, seconds: float, kill_every_s: float = 0) -> bool:
        """This will wait until it is true, at most so long, killing meanwhile; says whether it came true."""
        ends, kills_at = time.monotonic() + seconds, time.monotonic() + kill_every_s
        while time.monotonic() < ends:
            if until():
                return True
            if kill_every_s and time.monotonic() >= kills_at and self.kill_one():
                kills_at = time.monotonic() + kill_every_s * self._luck.uniform(0.5, 1.5)
            time.sleep(0.1)
        return until()

    def end(self) -> None:
        """This will have all of them leave off, and kill those that do not within ENDS_WITHIN_S."""
        self._orders.stop.set()
        ends = time.monotonic() + ENDS_WITHIN_S
        for worker in self._workers:
            worker.process.join(max(0.0, ends - time.monotonic()))
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
