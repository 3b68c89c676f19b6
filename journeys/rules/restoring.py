"""Do the clock and the database agree? Pure: what was seen outside the database, and what it says itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

MAY_GO_BACK = timedelta(minutes=5)
"""Clocks are put right by seconds, and ticks that work for a while overlap; what is more than this is wrong."""

RESTORED = "The database is older than the last tick known outside it: a backup seems to have been restored."
WENT_BACK = "The clock of this machine went back behind the last tick."


@dataclass(frozen=True)
class Mark:
    """How far a clock has come. epoch: grows each time that ops have it go on."""

    database: UUID
    epoch: int
    at: datetime

    @property
    def place(self) -> tuple[int, datetime]:
        return self.epoch, self.at


def doubt_clock(*, known: Mark | None, seen: Iterable[Mark], now: datetime) -> str:
    """Say why nothing may run; empty when all is well.

    known: what the database says. seen: what was kept outside it; of another database it says nothing.
    Source: the journey engine, "a restored backup or a clock that went back starts in safe hold".
    """
    if known is None:
        return ""
    if any(mark.database == known.database and mark.place > known.place for mark in seen):
        return RESTORED
    return WENT_BACK if now < known.at - MAY_GO_BACK else ""
