"""How often something worked, and how sure that is. It informs people; nothing is switched by it.

Source: issue 5, "Tracking and learning": n and an interval, "not enough data" under 10.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import TypeVar

Row = TypeVar("Row")

ENOUGH = 10
Z_95 = 1.959964
"""For an interval that holds the true share in 95 of 100 cases."""


@dataclass(frozen=True)
class Rate:
    """label: what was tried. tried, worked: how often. low, high: of the true share, in percent; Wilson, 95 %."""

    label: str
    tried: int
    worked: int

    @property
    def is_enough(self) -> bool:
        return self.tried >= ENOUGH

    @property
    def percent(self) -> float:
        return self.worked * 100 / self.tried if self.tried else 0.0

    @property
    def low(self) -> float:
        return wilson(self.worked, self.tried)[0]

    @property
    def high(self) -> float:
        return wilson(self.worked, self.tried)[1]

    @property
    def width(self) -> float:
        """Of the interval, in percent: for a bar."""
        return self.high - self.low

    @property
    def mark(self) -> float:
        """Where the mark of a bar begins, so that it stays inside."""
        return min(max(self.percent - 1, 0.0), 98.0)

    @property
    def words(self) -> str:
        """In one sentence, for a page that is read aloud."""
        if not self.is_enough:
            return f"{self.worked} of {self.tried}: not enough data, {ENOUGH} are needed."
        return f"{self.worked} of {self.tried}, {self.percent:.0f} %; between {self.low:.0f} and {self.high:.0f} %."


def wilson(worked: int, tried: int) -> tuple[float, float]:
    """Give the 95 % interval of a share, in percent, after Wilson (1927), which holds for few and for none too."""
    if tried <= 0:
        return 0.0, 100.0
    share, z2 = worked / tried, Z_95**2
    middle = (share + z2 / (2 * tried)) / (1 + z2 / tried)
    reach = Z_95 * sqrt(share * (1 - share) / tried + z2 / (4 * tried**2)) / (1 + z2 / tried)
    return max(0.0, middle - reach) * 100, min(1.0, middle + reach) * 100


def group_rates(
    rows: Iterable[Row],
    *,
    by: Callable[[Row], Hashable],
    worked: Callable[[Row], bool],
    label: Callable[[Hashable], str] = str,
) -> tuple[Rate, ...]:
    """Count by group; the most tried first, then by name."""
    counts: dict[Hashable, list[int]] = {}
    for row in rows:
        count = counts.setdefault(by(row), [0, 0])
        count[0] += 1
        count[1] += worked(row)
    rates = (Rate(label(key), tried, good) for key, (tried, good) in counts.items())
    return tuple(sorted(rates, key=lambda rate: (-rate.tried, rate.label)))


def overlap(one: Rate, other: Rate) -> bool:
    """Whether the two may be the same by chance: their intervals meet."""
    return one.low <= other.high and other.low <= one.high


def quarter_of(day: date) -> str:
    """The time of year, over all years: "Q1 (Jan-Mar)"."""
    place = (day.month - 1) // 3
    return f"Q{place + 1} ({('Jan-Mar', 'Apr-Jun', 'Jul-Sep', 'Oct-Dec')[place]})"
