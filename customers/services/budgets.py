"""How long one sweep may take with vendors: a slow one ends a batch, so that the clock gets to its other duties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from time import monotonic
from typing import TypeVar

T = TypeVar("T")
BUDGET_S = 30


def within_budget(items: Iterable[T], *, now: datetime, seconds: float = BUDGET_S) -> Iterator[tuple[T, datetime]]:
    """This will give each item with the moment that it is by then, until the time is up; the rest waits for its turn.

    A lease that began with the batch could be over before an item's turn comes: each is claimed at its own moment.
    """
    began = monotonic()
    for item in items:
        elapsed_s = monotonic() - began
        if elapsed_s > seconds:
            return
        yield item, now + timedelta(seconds=int(elapsed_s))
