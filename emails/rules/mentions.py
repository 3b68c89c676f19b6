"""A mention: one figure, date or name standing in a text, and what it claims."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class MentionKind(StrEnum):
    """What the text claims there."""

    MONEY = "money"
    PERCENT = "percent"
    MULTIPLE = "multiple"
    SCORE = "score"
    COUNT = "count"
    DATE = "date"
    NAME = "name"


@dataclass(frozen=True)
class Day:
    """A date as precisely as the text gives it: a whole day, a month, a quarter or a year.

    weekday: 0 = Monday where the text names one. alternatives: the other reading of 03/04/2027.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    quarter: int | None = None
    weekday: int | None = None
    alternative: tuple[int, int] | None = None


@dataclass(frozen=True)
class Mention:
    """One claim with its place.

    readings: the numbers it may mean ("1.234" is two). step: its own precision, 1000 for "$268k". unit: the
    word after a count, or the scale of a score. currencies: which currencies the sign may stand for.
    """

    start: int
    end: int
    text: str
    kind: MentionKind
    readings: tuple[Decimal, ...] = ()
    step: Decimal = Decimal(1)
    unit: str = ""
    currencies: frozenset[str] = frozenset()
    day: Day | None = None


class Claimed:
    """The stretches of a text that are spoken for, so that no figure is read twice."""

    def __init__(self, stretches: Iterable[tuple[int, int]] = ()) -> None:
        self._stretches = list(stretches)

    def is_free(self, start: int, end: int) -> bool:
        return all(end <= taken_start or start >= taken_end for taken_start, taken_end in self._stretches)

    def take(self, start: int, end: int) -> bool:
        """Claim the stretch; False when any of it is taken already."""
        if not self.is_free(start, end):
            return False
        self._stretches.append((start, end))
        return True
