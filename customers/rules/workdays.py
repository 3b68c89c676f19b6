"""Working days of one customer: which days are open, and where a closed day moves to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

MONDAY_TO_FRIDAY = frozenset(range(5))
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LONGEST_CLOSURE_DAYS = 400
"""A calendar with no open day in this many is a mistake in it, not a holiday."""


class NoOpenDay(Exception):
    """Raised when a calendar has no open day within LONGEST_CLOSURE_DAYS."""


@dataclass(frozen=True)
class Calendar:
    """The weekdays that a customer works and the dates on which they are closed.

    working_days: 0 is Monday. closed: date → why ("Thanksgiving"). Raises ValueError without a
    working weekday.
    """

    working_days: frozenset[int] = MONDAY_TO_FRIDAY
    closed: Mapping[date, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if not self.working_days or not self.working_days <= set(range(7)):
            raise ValueError("working_days holds at least one of 0 (Monday) to 6 (Sunday)")

    def is_open(self, day: date) -> bool:
        return day.weekday() in self.working_days and day not in self.closed

    def why_closed(self, day: date) -> str:
        """Say why a day is closed: the holiday's name, else the weekday; empty for an open day."""
        if day in self.closed:
            return self.closed[day] or "a closed day"
        if day.weekday() not in self.working_days:
            return f"a {WEEKDAYS[day.weekday()]}"
        return ""

    def next_open(self, day: date) -> date:
        """Find the first open day on or after `day`."""
        return self._walk(day, 1)

    def previous_open(self, day: date) -> date:
        """Find the last open day on or before `day`."""
        return self._walk(day, -1)

    def shift(self, day: date, *, working_days: int) -> date:
        """Find the open day that many open days after `day` (before it when negative)."""
        step = 1 if working_days >= 0 else -1
        for _ in range(abs(working_days)):
            day = self._walk(day + timedelta(days=step), step)
        return day

    def open_days(self, first: date, last: date) -> tuple[date, ...]:
        """List the open days from `first` to `last`, both included; none when `last` is earlier."""
        span = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return tuple(day for day in span if self.is_open(day))

    def _walk(self, day: date, step: int) -> date:
        for _ in range(LONGEST_CLOSURE_DAYS):
            if self.is_open(day):
                return day
            day += timedelta(days=step)
        raise NoOpenDay(f"no open day within {LONGEST_CLOSURE_DAYS} days of {day}")
