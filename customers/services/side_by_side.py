"""Jobs of one kind side by side, each on a thread and a connection of its own: a vendor's latency is waited for by many
at once. For jobs that claim, call and settle in short transactions of their own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import TypeVar

from django.db import connection, connections

T = TypeVar("T")

MOST_AT_ONCE = 16
"""In a whole process: each takes a connection to the database."""

_hands = BoundedSemaphore(MOST_AT_ONCE)


def run_side_by_side(job: Callable[[T], int], things: Collection[T], *, most: int = MOST_AT_ONCE) -> int:
    """This will do the job with each thing and give the sum of the answers: how many said yes, or did how much.

    most: so many at once, if the process has as many left. A job that raises ends what has not begun, and its error is
    raised when what has begun is done. Inside a transaction one after the other: no other thread would see what it has
    written.
    """
    hands = min(most, len(things))
    if hands < 2 or connection.in_atomic_block:
        return sum(job(thing) for thing in things)
    waiting = deque(things)
    with ThreadPoolExecutor(hands, thread_name_prefix="side-by-side") as pool:
        futures = [pool.submit(_work, job, waiting) for _ in range(hands)]
    return sum(future.result() for future in futures)


def _work(job: Callable[[T], int], waiting: deque[T]) -> int:
    done = 0
    with _hands:
        try:
            while True:
                try:
                    thing = waiting.popleft()
                except IndexError:
                    return done
                done += job(thing)
        except BaseException:
            waiting.clear()
            raise
        finally:
            connections.close_all()
