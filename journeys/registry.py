"""Where apps on the left say what the clock is to do for their kinds. Filled in `AppConfig.ready`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from customers.enums import HoldScope
from customers.queries.moments import Waiting, When
from journeys.rules.automations import Decision, Due

BRAKE = "brake"
"""Stands beside the scopes of holds in `Handler.stopped_by`: a human reply, until a person says how to go on."""


@dataclass(frozen=True)
class Handler:
    """How one kind of automation is decided and carried out.

    load: reads the facts of many rows at once; a row that is missing from the answer is skipped as gone.
    decide: pure, facts and now → Do, Skip or Wait; the simulator plays it forward alone.
    apply: writes the effects of many rows, in the transaction that completes them; calls no vendor, since it may be
        rolled back and asked again.
    expires_after: how late it may still run; None for "however late".
    after: told in the same transaction which rows have moved, however they ended: for what shows them elsewhere.
    stopped_by: the holds under which it waits, and BRAKE where it is a touch (promise 6). Its date stays as it is.
    """

    kind: str
    load: Callable[[Sequence[Due]], Mapping[UUID, Any]]
    decide: Callable[[Any, datetime], Decision]
    apply: Callable[[Sequence[Any], datetime], None]
    expires_after: timedelta | None = None
    stopped_by: frozenset[str] = frozenset({HoldScope.ACCOUNT})
    after: Callable[[Sequence[UUID], datetime], None] | None = None


@dataclass(frozen=True)
class Sweeper:
    """Dates that stand on things themselves (an approval's expiry, a draft's scheduled hour).

    sweep: does what is due at the moment it is given and returns how many.
    waiting: what the sweep would find, as querysets that an index answers, and nothing that it would leave. The clock
        asks all sweepers in one statement and calls those that have something. Without it the sweep is called at every
        tick, and must not cost a statement when there is nothing to do.
    next_at: without `waiting`, from when on it must be called again as things stand at the moment it is given; None for
        at every tick. Only time that is played forward asks.
    only_listens: takes in what has come and sends nothing, so that it goes on while everything stands still.
    """

    name: str
    sweep: Callable[[datetime], int]
    only_listens: bool = False
    waiting: Callable[[When], Waiting] | None = None
    next_at: Callable[[datetime], datetime] | None = None


_handlers: dict[str, Handler] = {}
_sweepers: dict[str, Sweeper] = {}
_version = 0


def register_handler(handler: Handler) -> None:
    """This will take the handler for its kind; ValueError when the kind already has another."""
    if _handlers.setdefault(handler.kind, handler) is not handler:
        raise ValueError(f"{handler.kind} already has a handler")
    _count_change()


def register_sweeper(sweeper: Sweeper) -> None:
    """This will take the sweeper under its name; ValueError when the name is taken by another."""
    if _sweepers.setdefault(sweeper.name, sweeper) is not sweeper:
        raise ValueError(f"{sweeper.name} is already swept")


def forget(name: str) -> None:
    """This will drop what is registered under a kind or a sweeper's name; for tests."""
    _handlers.pop(name, None)
    _sweepers.pop(name, None)
    _count_change()


def get_version() -> int:
    """This will give a number that changes with the handlers, for what is kept of them."""
    return _version


def list_kinds() -> list[str]:
    """Give every kind that the clock knows, by name."""
    return sorted(_handlers)


def find_handler(kind: str) -> Handler | None:
    return _handlers.get(kind)


def list_sweepers() -> tuple[Sweeper, ...]:
    return tuple(_sweepers.values())


def list_kinds_not_stopped_by(scope: str) -> list[str]:
    """This will list the kinds that run on under it; a kind that nobody registered is stopped by anything."""
    return [kind for kind, handler in _handlers.items() if scope not in handler.stopped_by]


def _count_change() -> None:
    global _version
    _version += 1
