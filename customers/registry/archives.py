"""Where each app says which of its rows grow old, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Archived:
    """Rows of a table that go to a file. find: those that are old at a moment, as a queryset of the table.

    moment: the column whose month says into which file. columns: what is written; nothing that speaks of a person,
    since an erasure does not reach into files. Its tests write a mark into every other column.
    """

    model: type[Any]
    moment: str
    columns: tuple[str, ...]
    find: Callable[[datetime], Any]

    @property
    def table(self) -> str:
        label: str = self.model._meta.label_lower
        return label


@dataclass(frozen=True)
class Dropped:
    """Rows that are removed and written nowhere. find: from the moment of the run and the horizon."""

    model: type[Any]
    find: Callable[[datetime, datetime], Any]

    @property
    def table(self) -> str:
        label: str = self.model._meta.label_lower
        return label


_archived: dict[str, Archived] = {}
_dropped: dict[str, Dropped] = {}


def register_archived(one: Archived) -> None:
    """This will take the table; ValueError when it is named twice."""
    if _archived.setdefault(one.table, one) is not one:
        raise ValueError(f"{one.table} is archived already")


def register_dropped(one: Dropped) -> None:
    """This will take the table; ValueError when it is named twice."""
    if _dropped.setdefault(one.table, one) is not one:
        raise ValueError(f"{one.table} is dropped already")


def list_archived() -> list[Archived]:
    return [_archived[table] for table in sorted(_archived)]


def list_dropped() -> list[Dropped]:
    return [_dropped[table] for table in sorted(_dropped)]
