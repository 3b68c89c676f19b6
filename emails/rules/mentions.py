"""A mention: one figure, date or name standing in a text, and what it claims."""

from __future__ import annotations

from bisect import bisect_left, insort
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
        # None overlaps another, so that the one before and the one after decide.
        self._stretches: list[tuple[int, int]] = []
        for start, end in stretches:
            self.take(start, end)

    def is_free(self, start: int, end: int) -> bool:
        place = bisect_left(self._stretches, (end, end))
        return place == 0 or self._stretches[place - 1][1] <= start

    def take(self, start: int, end: int) -> bool:
        """Claim the stretch; False when any of it is taken already."""
        if not self.is_free(start, end):
            return False
        insort(self._stretches, (start, end))
        return True
