"""What a page reads once, however many of its parts ask for it.

Nothing is remembered unless a door says so with `reading_once`, nor once anything was written: whoever changes rows
reads them as they are, also where a preview writes and takes it back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar

from django.db import connection

K = TypeVar("K")
T = TypeVar("T")


@dataclass
class _Memo:
    rows: dict[Hashable, Any] = field(default_factory=dict)
    is_open: bool = True


_memo: ContextVar[_Memo | None] = ContextVar("memo", default=None)
_READS = ("SELECT", "(SELECT", "WITH")


@contextmanager
def reading_once() -> Iterator[None]:
    """Remember inside what `once`, `kept` and `kept_each` read, until something is written."""
    token = _memo.set(_Memo())
    try:
        with connection.execute_wrapper(_close_at_writes):
            yield
    finally:
        _memo.reset(token)


def once(read: Callable[[], T]) -> Callable[[], T]:
    """Make a reader without arguments read once per page."""

    @wraps(read)
    def read_once() -> T:
        return kept(read, read)

    return read_once


def kept(key: Hashable, read: Callable[[], T]) -> T:
    """Give what was read under the key, or read it now."""
    memo = _memo.get()
    if memo is None or not memo.is_open:
        return read()
    if key not in memo.rows:
        memo.rows[key] = read()
    found: T = memo.rows[key]
    return found


def kept_each(key: Hashable, ids: Collection[K], read: Callable[[Collection[K]], Mapping[K, T]]) -> Mapping[K, T]:
    """Give what is known of the ids, reading those together that were not asked for before."""
    known: dict[K, T | None] = kept(key, dict)
    if missing := [one for one in ids if one not in known]:
        found = read(missing)
        known.update((one, found.get(one)) for one in missing)
    return {one: row for one in ids if (row := known.get(one)) is not None}


def forget() -> None:
    """Say that something is written in a way that is no statement."""
    if memo := _memo.get():
        memo.is_open = False


def _close_at_writes(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    memo = _memo.get()
    if memo and not sql[:20].lstrip().upper().startswith(_READS):
        memo.is_open = False
    return execute(sql, params, many, context)
