"""What goes along when an account gets another owner. Each app names its kinds; the ground moves them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Handing:
    """One step of a handover: these accounts, from one person to another. old: None where nobody owned them.

    customer_ids: locked, the new person in their seats already. owned: those among them that changed their owner; at
    the others the old person had another seat, or something open. by: who hands over; None for the clock.
    """

    customer_ids: Collection[uuid.UUID]
    owned: Collection[uuid.UUID]
    old: Any
    new: Any
    now: datetime
    by: Any


Counts = dict[uuid.UUID, int]
"""How many of each account."""


@dataclass(frozen=True)
class Carried:
    """One kind of thing that goes along.

    label: in words, for one and for many ("task", "tasks"). rows: gives the open ones. account: the lookup that leads
    from a row to its customer. person: the column that says whose turn it is; "" where the account's owner is whose
    turn it is, so that nothing has to be written. move: moves them itself, and gives how many of each account.
    place: the order in which kinds are moved and told.
    """

    code: str
    label: tuple[str, str]
    rows: Callable[[], Any]
    account: str = "customer"
    person: str = ""
    move: Callable[[Handing], Counts] | None = None
    place: int = 50

    def words(self, count: int) -> str:
        return f"{count:,} {self.label[count != 1]}"


_carried: dict[str, Carried] = {}


def register_carried(*kinds: Carried) -> None:
    """This will add an app's kinds; a kind of the same code is replaced."""
    for kind in kinds:
        _carried[kind.code] = kind


def list_carried() -> tuple[Carried, ...]:
    return tuple(sorted(_carried.values(), key=lambda kind: (kind.place, kind.code)))
