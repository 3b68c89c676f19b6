"""A mail provider in a process of its own on this machine: it takes everything, and its time over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from config.drills.workers import CONTEXT

STARTS_WITHIN_S = 60


@dataclass(frozen=True)
class Taken:
    """What it was given: calls, and letters that came more than once."""

    calls: int
    doubled: int


@contextmanager
def slow_provider(latency_s: float) -> Iterator[tuple[str, Callable[[], Taken]]]:
    """This will serve until the block ends, and give the address and a way to ask what was taken so far."""
    ours, theirs = CONTEXT.Pipe()
    server = CONTEXT.Process(target=_serve, args=(latency_s, theirs), daemon=True)
    server.start()
    if not ours.poll(STARTS_WITHIN_S):
        raise RuntimeError("The provider of the benchmark does not start.")

    def ask() -> Taken:
        ours.send("taken")
        return Taken(*ours.recv())

    try:
        yield ours.recv(), ask
    finally:
        ours.send("end")
        server.join()


def _serve(latency_s: float, pipe: Any) -> None:
    import django

    django.setup()
    from config.drills.fake_sendgrid import Weather, fake_sendgrid

    fair = Weather(hang=0, broken=0, too_many=0, latency_s=latency_s)
    with fake_sendgrid(fair) as (base, ledger):
        pipe.send(base)
        while pipe.recv() != "end":
            counts = [len(ids) for ids in list(ledger.accepted.values())]
            pipe.send((sum(counts), sum(count - 1 for count in counts)))
