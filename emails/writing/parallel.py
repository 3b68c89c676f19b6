"""Calls side by side under one total deadline. What is asked of a vendor only: nothing in here touches the database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TypeVar

T = TypeVar("T")

MOST_AT_ONCE = 8


class TooLate(Exception):
    """What stands in for an answer that had not come when the time was over."""


def run_together(calls: Sequence[Callable[[], T]], *, within_s: float) -> list[T | Exception]:
    """This will run the calls side by side and give each one's answer, the error it raised, or TooLate.

    Gives its answers after `within_s` at the latest. A call that hangs is left behind in a daemon thread, which
    keeps no process from ending; calls need a timeout of their own all the same.
    """
    waiting: SimpleQueue[tuple[int, Callable[[], T]]] = SimpleQueue()
    done: SimpleQueue[tuple[int, T | Exception]] = SimpleQueue()
    for place, call in enumerate(calls):
        waiting.put((place, call))
    until = monotonic() + within_s
    for _ in range(min(len(calls), MOST_AT_ONCE)):
        threading.Thread(target=_work, args=(waiting, done, until), daemon=True).start()
    answers: list[T | Exception] = [TooLate() for _ in calls]
    for _ in calls:
        try:
            place, answer = done.get(timeout=max(0.0, until - monotonic()))
        except Empty:
            break
        answers[place] = answer
    return answers


def _work(
    waiting: SimpleQueue[tuple[int, Callable[[], T]]], done: SimpleQueue[tuple[int, T | Exception]], until: float
) -> None:
    while monotonic() < until:
        try:
            place, call = waiting.get_nowait()
        except Empty:
            return
        try:
            done.put((place, call()))
        except Exception as error:
            done.put((place, error))
