"""What the apps on the left say of a hold: what it would stop, what was on its way, what goes on when it ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

MOST_NAMED = 20


@dataclass(frozen=True)
class Stop:
    """One thing, by name. at: when it was to happen, or was handed over; a moment, a day, or None."""

    id: str
    name: str
    at: datetime | date | None = None
    state: str = ""


@dataclass(frozen=True)
class Stops:
    """Things of one kind. kind: a code ("letters"); noun: in the singular ("letter"); named: the first of them."""

    kind: str
    noun: str
    count: int
    named: Sequence[Stop] = field(default_factory=tuple)

    @classmethod
    def of(cls, kind: str, noun: str, rows: Sequence[Stop]) -> Stops:
        return cls(kind, noun, len(rows), tuple(rows[:MOST_NAMED]))

    @property
    def words(self) -> str:
        return f"{self.count} {self.noun}{'' if self.count == 1 else 's'}"

    @property
    def unnamed(self) -> int:
        return self.count - len(self.named)


def _nothing(customer: Any, scope: str, now: datetime) -> Sequence[Any]:
    return ()


Reader = Callable[[Any, str, datetime], Sequence[Stops]]
"""Takes a Customer, a HoldScope and now."""


@dataclass(frozen=True)
class HoldSource:
    """What one app says. stops: what would wait; in_flight: what nobody can call back; waiting: what waits because of
    this hold and goes on when it ends.
    """

    key: str
    stops: Reader = _nothing
    waiting: Reader = _nothing
    in_flight: Callable[[Any, str, datetime], Sequence[Stop]] = _nothing


_sources: dict[str, HoldSource] = {}
_deadlines: list[Callable[[Any], date | None]] = []


def register_hold_source(source: HoldSource) -> None:
    """This will add the app's words; the same key again replaces them."""
    _sources[source.key] = source


def register_notice_deadline(read: Callable[[Any], date | None]) -> None:
    """This will take the reader of the day until which notice must be given; it takes a Customer."""
    _deadlines[:] = [read]


def list_stops(customer: Any, scope: str, *, now: datetime) -> list[Stops]:
    """This will list what a hold of this scope would stop, kind by kind; what stops nothing is left out."""
    found = (stops for source in _sources.values() for stops in source.stops(customer, scope, now))
    return [stops for stops in found if stops.count]


def list_waiting(customer: Any, scope: str, *, now: datetime) -> list[Stops]:
    """This will list what goes on when a hold of this scope ends."""
    found = (stops for source in _sources.values() for stops in source.waiting(customer, scope, now))
    return [stops for stops in found if stops.count]


def list_in_flight(customer: Any, scope: str, *, now: datetime) -> list[Stop]:
    """This will name what has been handed over and not been settled."""
    return [stop for source in _sources.values() for stop in source.in_flight(customer, scope, now)]


def find_notice_deadline(customer: Any) -> date | None:
    return _deadlines[0](customer) if _deadlines else None
