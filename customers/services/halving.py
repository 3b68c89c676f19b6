"""Many together, since statements are what costs; where that fails, half by half, down to the one that fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import InterfaceError, OperationalError

T = TypeVar("T")
R = TypeVar("R")

OF_NEIGHBOURS = ("40", "55")
"""PostgreSQL's classes for a deadlock and for a lock that was not had: fewer together may do."""


def half_by_half(
    items: Sequence[T], work: Callable[[Sequence[T]], R], *, alone: Callable[[T, Exception], R]
) -> list[R]:
    """This will have the items worked on together, in as few calls as none of them spoils; gives what each call gave.

    work: all of its items or nothing, such as one transaction. alone: what becomes of an item that fails by itself.
    What is no item's fault (the connection, the disk, a database that does not answer) is raised.
    """
    if not items:
        return []
    try:
        return [work(items)]
    except Exception as error:
        if is_no_items_fault(error):
            raise
        if len(items) == 1:
            return [alone(items[0], error)]
    middle = len(items) // 2
    return half_by_half(items[:middle], work, alone=alone) + half_by_half(items[middle:], work, alone=alone)


def is_no_items_fault(error: Exception) -> bool:
    """This will say whether every other item would fail as well."""
    if isinstance(error, OperationalError):
        state = getattr(error.__cause__, "sqlstate", None) or ""
        return not state.startswith(OF_NEIGHBOURS)
    return isinstance(error, InterfaceError)
