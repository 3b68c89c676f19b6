"""What the apps on the left say of a hold: what it would stop, what was on its way, what goes on when it ends."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

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


@dataclass(frozen=True)
class MovedDate:
    """One date of the customer's that a hold moves. new: None where the hold has no end."""

    name: str
    old: date
    new: date | None


def _nothing(customer: Any, scope: str, now: datetime) -> Sequence[Any]:
    return ()


Reader = Callable[[Any, str, datetime], Sequence[Stops]]
"""Takes a Customer, a HoldScope and now."""


def _moves_nothing(customer: Any, scope: str, until: datetime | None, now: datetime) -> Sequence[MovedDate]:
    return ()


@dataclass(frozen=True)
class HoldSource:
    """What one app says. stops: what would wait; in_flight: what nobody can call back; waiting: what waits because of
    this hold and goes on when it ends; moves: which dates are others after a hold from now until `until`.

    has_in_flight: of many customers those that `in_flight` names something for, in one query.
    """

    key: str
    stops: Reader = _nothing
    waiting: Reader = _nothing
    in_flight: Callable[[Any, str, datetime], Sequence[Stop]] = _nothing
    has_in_flight: Callable[[Collection[UUID], str], Collection[UUID]] = lambda customer_ids, scope: ()
    moves: Callable[[Any, str, datetime | None, datetime], Sequence[MovedDate]] = _moves_nothing


HoldHook = Callable[[Sequence[Any], datetime, Any], None]
"""Takes Holds, now and the User who did it (None for the clock). Runs in the transaction of the holds, with their
customers locked: what it writes stands or falls with them."""

_started: dict[str, HoldHook] = {}
_ended: dict[str, HoldHook] = {}
_sources: dict[str, HoldSource] = {}
_deadlines: list[Callable[[Any], date | None]] = []


def register_hold_source(source: HoldSource) -> None:
    """This will add the app's words; the same key again replaces them."""
    _sources[source.key] = source


def register_hold_hooks(key: str, *, started: HoldHook, ended: HoldHook) -> None:
    """This will have the app told of every hold that has just started or ended; the same key again replaces it."""
    _started[key], _ended[key] = started, ended


def tell_started(holds: Sequence[Any], *, now: datetime, by: Any) -> None:
    """This will tell the apps of holds that have just started, in their transaction."""
    for hook in _started.values():
        hook(holds, now, by)


def tell_ended(holds: Sequence[Any], *, now: datetime, by: Any) -> None:
    """This will tell the apps of holds that have just ended, in their transaction."""
    for hook in _ended.values():
        hook(holds, now, by)


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


def list_with_in_flight(customer_ids: Collection[UUID], scope: str) -> set[UUID]:
    """This will give those of the customers for whom something has been handed over and not been settled."""
    return {pk for source in _sources.values() for pk in source.has_in_flight(customer_ids, scope)}


def list_moved_dates(customer: Any, scope: str, *, until: datetime | None, now: datetime) -> list[MovedDate]:
    """This will list the dates that are others after a hold of this scope from now until `until`."""
    return [move for source in _sources.values() for move in source.moves(customer, scope, until, now)]


def find_notice_deadline(customer: Any) -> date | None:
    return _deadlines[0](customer) if _deadlines else None
