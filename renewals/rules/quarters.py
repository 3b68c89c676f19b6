"""Calendar quarters, and the columns of a forecast: behind us, the quarters to come, and all that is later."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

QUARTERS_AHEAD = 3
"""So many columns follow the reader's own quarter before "later"."""
BEHIND = "behind"
LATER = "-later"
_CODE = re.compile(r"([12][0-9]{3})-Q([1-4])(-later)?", re.ASCII)


@dataclass(frozen=True, order=True)
class Quarter:
    """Three months of a year. number: 1-4."""

    year: int
    number: int

    @property
    def first_day(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last_day(self) -> date:
        return self.next.first_day - timedelta(days=1)

    @property
    def next(self) -> Quarter:
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def code(self) -> str:
        return f"{self.year}-Q{self.number}"

    @property
    def label(self) -> str:
        return f"Q{self.number} {self.year}"


@dataclass(frozen=True)
class Span:
    """The ends of contracts that one column holds, both days included. last: None, whatever is later.

    is_behind: all days that have passed at the customer, which no other column holds then.
    """

    code: str
    label: str
    first: date | None = None
    last: date | None = None

    @property
    def is_behind(self) -> bool:
        return self.code == BEHIND


BEHIND_US = Span(BEHIND, "Behind us")


def quarter_of(day: date) -> Quarter:
    return Quarter(day.year, (day.month + 2) // 3)


def span_of_quarter(quarter: Quarter) -> Span:
    return Span(quarter.code, quarter.label, quarter.first_day, quarter.last_day)


def list_spans(*, earliest: date, today: date) -> tuple[Span, ...]:
    """Give the columns of a forecast: behind us, the reader's quarter, the next three, and later.

    today: the reader's. earliest: the earliest date that it is at a customer now; where that is still in the quarter
    before the reader's, that quarter has a column of its own, so that no contract that ends today falls between two.
    """
    quarters = [quarter_of(min(earliest, today))]
    last = quarter_of(today)
    for _ in range(QUARTERS_AHEAD):
        last = last.next
    while quarters[-1] < last:
        quarters.append(quarters[-1].next)
    later = Span(f"{last.next.code}{LATER}", "Later", last.next.first_day)
    return (BEHIND_US, *(span_of_quarter(quarter) for quarter in quarters), later)


def read_span(code: str) -> Span | None:
    """Read the code of a column back: "behind", "2026-Q4", "2027-Q4-later"; None for what is none."""
    if code == BEHIND:
        return BEHIND_US
    found = _CODE.fullmatch(code)
    if not found:
        return None
    quarter = Quarter(int(found[1]), int(found[2]))
    if found[3]:
        return Span(code, f"{quarter.label} and later", quarter.first_day)
    return span_of_quarter(quarter)
