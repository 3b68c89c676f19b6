"""The picture of a plan: one column per day, one lane per person, one row per touch. Source: Engage, step 4.

Only places things on columns; what they look like is the template's matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from customers.rules.workdays import Calendar
from outreach.enums import TouchKind, TouchState
from renewals.rules.opening import NEGOTIATE_LABEL_AT_DAY, engage_opens_at

DAYS_BEFORE_FIRST = 4
MOST_COLUMNS = 42
"""Six weeks: what lies further off (a notice deadline long after the four weeks) is named beside the picture."""


@dataclass(frozen=True)
class Mark:
    """One dated touch. column: 1 is the first day of the picture; None lies outside it."""

    key: str
    kind: TouchKind
    title: str
    date: date
    day: int
    state: TouchState
    lane: str = ""
    lane_title: str = ""
    condition: str = ""
    moved_reason: str = ""
    column: int | None = None

    @property
    def is_conditional(self) -> bool:
        return bool(self.condition)

    @property
    def is_done(self) -> bool:
        return self.state == TouchState.DONE

    @property
    def is_off(self) -> bool:
        return self.state in (TouchState.SKIPPED, TouchState.CANCELLED)


@dataclass(frozen=True)
class Column:
    """One day. closed: why nothing happens on it; empty for a working day. label: shown on the first of a week."""

    number: int
    date: date
    day: int
    closed: str = ""
    is_labelled: bool = False


@dataclass(frozen=True)
class Lane:
    """The rows of one person, or of the plan as a whole (then `key` is empty)."""

    key: str
    title: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Picture:
    """The whole picture. today, deadline: their columns; None when they lie outside it."""

    columns: tuple[Column, ...]
    lanes: tuple[Lane, ...]
    today: int | None
    deadline: int | None
    deadline_date: date

    @property
    def width(self) -> int:
        return len(self.columns)

    @property
    def closed(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.closed)

    @property
    def labelled(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.is_labelled)


def draw_plan(
    marks: Sequence[Mark],
    *,
    renewal_date: date,
    notice_days: int,
    calendar: Calendar,
    today: date,
) -> Picture:
    """Lay the dated touches over the days of Engage, from its first day to the end of the plan.

    today: the customer's local date.
    """
    first, last = _span([mark.date for mark in marks], renewal_date=renewal_date, notice_days=notice_days)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    number = {day: n for n, day in enumerate(days, start=1)}
    deadline = renewal_date - timedelta(days=notice_days)
    return Picture(
        columns=tuple(_column(n, day, renewal_date, calendar) for day, n in number.items()),
        lanes=_lanes(_placed(marks, number)),
        today=number.get(today),
        deadline=number.get(deadline),
        deadline_date=deadline,
    )


def _span(dates: Iterable[date], *, renewal_date: date, notice_days: int) -> tuple[date, date]:
    """Reach from the day on which Engage opens, or shortly before the first touch of a late plan, to day 90 or the
    notice; further where a touch comes later."""
    dates = list(dates)
    opens = renewal_date - timedelta(days=engage_opens_at(notice_days))
    if dates:
        opens = max(opens, min(dates) - timedelta(days=DAYS_BEFORE_FIRST))
    ends = renewal_date - timedelta(days=max(NEGOTIATE_LABEL_AT_DAY + 1, notice_days))
    first = min([opens, *dates])
    furthest = first + timedelta(days=MOST_COLUMNS - 1)
    last = max([ends, *(day for day in dates if day <= furthest)])
    return first, min(last, furthest)


def _column(number: int, day: date, renewal_date: date, calendar: Calendar) -> Column:
    left = (renewal_date - day).days
    return Column(number, day, left, closed=calendar.why_closed(day), is_labelled=left % 5 == 0)


def _placed(marks: Iterable[Mark], number: dict[date, int]) -> list[Mark]:
    return [replace(mark, column=number.get(mark.date)) for mark in marks]


def _lanes(marks: Iterable[Mark]) -> tuple[Lane, ...]:
    """Keep the order in which lanes first appear; what belongs to the whole plan comes last."""
    lanes: dict[str, list[Mark]] = {}
    for mark in marks:
        lanes.setdefault(mark.lane, []).append(mark)
    ordered = sorted(lanes, key=lambda lane: lane == "")
    return tuple(Lane(lane, lanes[lane][0].lane_title, tuple(lanes[lane])) for lane in ordered)
