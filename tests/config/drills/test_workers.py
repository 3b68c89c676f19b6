"""Who is killed in a drill: only a worker that has begun, and only while another works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from config.drills import workers
from config.drills.sends import make_orders
from config.drills.workers import Crew, Worker


@dataclass
class FakeProcess:
    killed: bool = False

    def kill(self) -> None:
        self.killed = True

    def join(self) -> None:
        """It is gone at once."""


@dataclass
class FakeFlag:
    value: int = 0


@dataclass
class Started:
    all: list[Any] = field(default_factory=list)

    def __call__(self, orders: Any, target: Callable[[Any], None]) -> Worker:
        self.all.append(Worker(FakeProcess(), FakeFlag()))  # type: ignore[arg-type]
        worker: Worker = self.all[-1]
        return worker


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    started = Started()
    monkeypatch.setattr(workers, "start_worker", started)
    return started


@pytest.mark.parametrize(
    ("size", "ready", "dies"), [(3, 0, False), (3, 1, False), (3, 2, True), (1, 0, False), (1, 1, True)]
)
def test_one_dies_only_while_another_works(size: int, ready: int, dies: bool, started: Started) -> None:
    crew = Crew(make_orders(""), size, seed=1)
    for worker in started.all[:ready]:
        worker.ready.value = 1

    assert crew.kill_one() == dies

    killed = [worker for worker in started.all if worker.process.killed]
    assert (len(killed), crew.kills, len(started.all)) == (int(dies), int(dies), size + int(dies))
    assert all(worker.is_ready for worker in killed)


def test_killing_waits_until_they_have_begun(started: Started) -> None:
    crew = Crew(make_orders(""), 2, seed=1)
    looks = 0

    def begin_at_last() -> bool:
        nonlocal looks
        looks += 1
        if looks == 3:
            for worker in started.all:
                worker.ready.value = 1
        return crew.kills > 0

    assert crew.wait(begin_at_last, seconds=20, kill_every_s=0.01)
    assert looks > 3
