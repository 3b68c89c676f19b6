"""Jobs of one kind side by side, each on a thread of its own: a vendor's latency is waited for by many at once. For
jobs that claim, call and settle in short transactions of their own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from queue import Empty, LifoQueue
from threading import BoundedSemaphore
from typing import Any, TypeVar

import structlog
from django.db import DEFAULT_DB_ALIAS, connection, connections

T = TypeVar("T")

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 16
"""In a whole process."""

AT_THE_DATABASE = 4
"""So many of a run may be in their turn; more would only share the CPU of one process."""

PATIENCE_S = 1.0
"""Who has waited so long for a turn does without: an account that somebody keeps locked holds up no other."""

_hands = BoundedSemaphore(MOST_AT_ONCE)


class _Turns:
    """The turns of one run, and the connections that are lent with them."""

    def __init__(self) -> None:
        # The one used last goes first: it is warm, and as few are opened as are needed.
        self._free: LifoQueue[Any] = LifoQueue()
        for _ in range(AT_THE_DATABASE):
            self._free.put(None)

    def take(self) -> AbstractContextManager[None]:
        try:
            return self._lend(self._free.get(timeout=PATIENCE_S))
        except Empty:
            return nullcontext()

    @contextmanager
    def _lend(self, lent: Any) -> Iterator[None]:
        own = connections[DEFAULT_DB_ALIAS]
        try:
            lent = lent or _open()
            if lent.errors_occurred:
                lent.close_if_unusable_or_obsolete()
            connections[DEFAULT_DB_ALIAS] = lent
            yield
        finally:
            connections[DEFAULT_DB_ALIAS] = own
            self._free.put(lent)

    def end(self) -> None:
        """Close what was opened; all have come back."""
        while not self._free.empty():
            if lent := self._free.get():
                lent.close()


def _open() -> Any:
    made = connections.create_connection(DEFAULT_DB_ALIAS)
    made.inc_thread_sharing()
    return made


_turns: ContextVar[_Turns | None] = ContextVar("turns", default=None)


@contextmanager
def in_turn() -> Iterator[None]:
    """Do what stands before or after a call as one of few, on a connection that is lent for it.

    Of sixteen that claim at the same moment none would call before nearly all have claimed; the answers would come at
    the same moment too, and so on with each round. In turn the first is under way while the next one claims, and a few
    connections do for all. Outside `run_side_by_side` it changes nothing. Not to be called inside a transaction.
    """
    if turns := _turns.get():
        with turns.take():
            yield
    else:
        yield


def run_side_by_side(job: Callable[[T], int], things: Collection[T], *, most: int = MOST_AT_ONCE) -> int:
    """This will do the job with each thing and give the sum of the answers: how many said yes, or did how much.

    most: so many at once, if the process has as many left. A job that raises holds up no other: when all are done, its
    error is raised; of several the first, with the others in the log. Inside a transaction one after the other, and
    the first error ends it: no other thread would see what it has written, and the database may take no more of it.
    What a job asks of the database outside `in_turn` takes a connection of its thread's own.
    """
    if connection.in_atomic_block:
        return sum(job(thing) for thing in things)
    waiting, turns, errors = deque(things), _Turns(), list[Exception]()
    hands = min(most, len(things))
    if hands < 2:
        done = _do_each(job, waiting, errors)
    else:
        try:
            with ThreadPoolExecutor(hands, thread_name_prefix="side-by-side") as pool:
                futures = [pool.submit(_work, job, waiting, turns, errors) for _ in range(hands)]
        finally:
            turns.end()
        done = sum(future.result() for future in futures)
    for error in errors[1:]:
        log.error("one_of_many_failed", exc_info=error)
    if errors:
        raise errors[0]
    return done


def _work(job: Callable[[T], int], waiting: deque[T], turns: _Turns, errors: list[Exception]) -> int:
    _turns.set(turns)
    with _hands:
        try:
            return _do_each(job, waiting, errors)
        except BaseException:
            waiting.clear()
            raise
        finally:
            connections.close_all()


def _do_each(job: Callable[[T], int], waiting: deque[T], errors: list[Exception]) -> int:
    done = 0
    while True:
        try:
            thing = waiting.popleft()
        except IndexError:
            return done
        try:
            done += job(thing)
        except Exception as error:
            errors.append(error)
