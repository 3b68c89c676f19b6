"""Every rival by its name, and all that are installed running together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol
from uuid import UUID

from config.benchmarks.rivals.clocked import clocked_worker
from config.benchmarks.rivals.countdown import countdown_worker
from config.benchmarks.rivals.procrastinate_jobs import procrastinate_workers
from config.benchmarks.rivals.q_tasks import q_cluster


class Rival(Protocol):
    """Workers that are up. `spend` has them carry out rows and gives the seconds from when those were due."""

    def spend(self, way: str, ids: Sequence[UUID], *, now: datetime) -> float: ...


@dataclass(frozen=True)
class _Choice:
    """start: gives None where it cannot run here. rows: how many it is given, so that a run stays short."""

    start: Callable[[], AbstractContextManager[Rival | None]]
    rows: int = 1_000


RIVALS: Mapping[str, _Choice] = {
    "celery_countdown": _Choice(partial(countdown_worker, keeps_connections=False), rows=500),
    "celery_countdown_kept": _Choice(countdown_worker),
    "celery_beat_clocked": _Choice(clocked_worker, rows=300),
    "procrastinate": _Choice(procrastinate_workers),
    "django_q2": _Choice(q_cluster),
}


@contextmanager
def running_rivals() -> Iterator[dict[str, Rival]]:
    """This will start every rival that is installed; while one works, the others wait."""
    with ExitStack() as stack:
        started = {name: stack.enter_context(choice.start()) for name, choice in RIVALS.items()}
        yield {name: rival for name, rival in started.items() if rival is not None}
