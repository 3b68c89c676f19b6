"""Finding a working day: between today and the notice deadline, in order, never on a closed day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from customers.rules.workdays import Calendar


@dataclass(frozen=True)
class Fits:
    """Where a touch was placed. date: None when it does not fit, and `infeasible` says why."""

    date: date | None
    moved_reason: str = ""
    infeasible: str = ""


@dataclass(frozen=True)
class Window:
    """The days that a plan may use: the open ones from today to the notice deadline, both included."""

    calendar: Calendar
    today: date
    deadline: date

    def place(self, wanted: date, *, not_before: date | None = None) -> Fits:
        """Find the day for something wanted on `wanted`: the next open day, an earlier one only where later
        would cross the deadline, none when neither is left."""
        earliest = max(self.today, not_before or self.today)
        if wanted > self.deadline:
            return Fits(None, infeasible=f"{_say(wanted)} is after the notice deadline, {_say(self.deadline)}.")
        start = max(wanted, earliest)
        if start <= self.deadline:
            for day in (self.calendar.next_open(start), self.calendar.previous_open(start)):
                if earliest <= day <= self.deadline:
                    return Fits(day, moved_reason=self.why_moved(wanted, day))
        return Fits(None, infeasible=self._no_room(earliest))

    def place_between(self, wanted: date, *, not_before: date, before: date) -> Fits:
        """Find the day for something that must come before another day: the same or an earlier open day,
        else a later one that is still before it."""
        earliest = max(self.today, not_before)
        for day in (self.calendar.previous_open(wanted), self.calendar.next_open(wanted)):
            if earliest <= day < before:
                return Fits(day, moved_reason=self.why_moved(wanted, day))
        reason = f"No working day is left between {_say(earliest)} and {_say(before)}."
        return Fits(None, infeasible=reason)

    def why_moved(self, wanted: date, day: date) -> str:
        """Say in words why `day` was taken instead of `wanted`; empty when it was not moved."""
        if day == wanted:
            return ""
        if wanted < self.today:
            return f"Moved from {_say(wanted)}, which has passed."
        closed = self.calendar.why_closed(wanted)
        if closed and day < wanted:
            return f"Brought forward from {_say(wanted)}, {closed}: later would be too late."
        if closed:
            return f"Moved from {_say(wanted)}, {closed}."
        if day < wanted:
            return f"Brought forward from {_say(wanted)}, so that everything fits before the deadline."
        return f"Moved from {_say(wanted)}, so that the order is kept."

    def _no_room(self, earliest: date) -> str:
        if self.today > self.deadline:
            return f"The notice deadline, {_say(self.deadline)}, has passed."
        return f"No working day is left from {_say(earliest)} to the notice deadline, {_say(self.deadline)}."


def spread_in_order(wanted: Sequence[date], *, window: Window, latest: date) -> tuple[Fits, ...]:
    """Give each first contact its open day, in the order given, none after `latest`.

    Equal wanted days stay together; different ones stay on different days as long as there are enough.
    """
    if not wanted:
        return ()
    days = window.calendar.open_days(window.today, latest)
    if not days:
        return tuple(Fits(None, infeasible=_why_none(window, latest)) for _ in wanted)
    groups = [(day, len(list(same))) for day, same in groupby(wanted)]
    picks = _in_order([_first_from(days, day) for day, _ in groups], room=len(days))
    return tuple(
        Fits(days[pick], moved_reason=window.why_moved(day, days[pick]))
        for (day, size), pick in zip(groups, picks, strict=True)
        for _ in range(size)
    )


def _first_from(days: tuple[date, ...], wanted: date) -> int:
    """Find the place of the first open day on or after `wanted`, the last one when there is none."""
    return next((n for n, day in enumerate(days) if day >= wanted), len(days) - 1)


def _in_order(places: list[int], *, room: int) -> list[int]:
    """Push places apart to the right, then back from the end, so that they rise as far as there is room."""
    for n in range(1, len(places)):
        places[n] = max(places[n], places[n - 1] + 1)
    last = len(places) - 1
    return [max(0, min(place, room - 1 - (last - n))) for n, place in enumerate(places)]


def _why_none(window: Window, latest: date) -> str:
    if window.today > window.deadline:
        return f"The notice deadline, {_say(window.deadline)}, has passed."
    if window.today > latest:
        return f"Nobody is contacted for the first time after {_say(latest)}: Negotiate has begun."
    return f"No working day is left from {_say(window.today)} to {_say(latest)}."


def day_after(day: date) -> date:
    return day + timedelta(days=1)


def _say(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"
