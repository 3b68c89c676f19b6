"""When mails leave to one customer: hours of the day there, on the days they work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from customers.rules.workdays import LONGEST_CLOSURE_DAYS, WEEKDAYS, Calendar, NoOpenDay

UTC = ZoneInfo("UTC")
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Window:
    """The hours in which mails may leave, from `start` up to but not at `end`, on the calendar's open days.

    Hours and days are those of `zone`, also across its changes of the clock. Source: promise 15, DESIGN "Defaults".
    """

    start: time = time(9, 0)
    end: time = time(17, 0)
    calendar: Calendar = field(default_factory=Calendar)
    zone: ZoneInfo = UTC

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError("the window must end after it starts")

    def is_open(self, moment: datetime) -> bool:
        local = moment.astimezone(self.zone)
        return self.calendar.is_open(local.date()) and self.start <= local.time() < self.end

    def next_opening(self, moment: datetime, *, not_before: date | None = None) -> datetime:
        """Find the first moment in the window at or after `moment`, in UTC.

        not_before: a local date before which nothing leaves. Raises NoOpenDay for a calendar that never opens.
        """
        moment, day = moment.astimezone(UTC), self.local_date(moment)
        if not_before is None or not_before <= day:
            if self.is_open(moment):
                return moment
        else:
            day = not_before
        for _ in range(LONGEST_CLOSURE_DAYS):
            for opening in self._openings(day):
                if opening >= moment and self.is_open(opening):
                    return opening
            day += timedelta(days=1)
        raise NoOpenDay(f"no open hour within {LONGEST_CLOSURE_DAYS} days of {moment}")

    def local_date(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def why_closed(self, moment: datetime) -> str:
        """Say in words why nothing leaves at this moment; empty while the window is open.

        Kept with the letter and read for hours: it says the window, never the minute at which somebody asked.
        """
        if self.is_open(moment):
            return ""
        local = moment.astimezone(self.zone)
        if not self.calendar.is_open(local.date()):
            if local.date() in self.calendar.closed:
                return f"{local:%-d %B} is a holiday: {self.calendar.why_closed(local.date())}"
            return f"{WEEKDAYS[local.weekday()]} is no working day"
        return f"mails leave from {self.start:%H:%M} to {self.end:%H:%M}"

    def _openings(self, day: date) -> Iterator[datetime]:
        """Give the moments of the day at which the clock there reaches `start`: one, or two where it is set back."""
        first, second = (
            datetime.combine(day, self.start, tzinfo=self.zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1)
        )
        if second >= first:
            yield from (first, second)
        else:
            yield self._after_the_gap(day, second, first)

    def _after_the_gap(self, day: date, early: datetime, late: datetime) -> datetime:
        """Find the moment at which the clock there jumps over `start`, to the second."""
        wanted = datetime.combine(day, self.start)
        while late - early > _SECOND:
            middle = early + (late - early) // 2
            if middle.astimezone(self.zone).replace(tzinfo=None) >= wanted:
                late = middle
            else:
                early = middle
        return late.replace(microsecond=0)


def say_moment(moment: datetime, zone: ZoneInfo, *, seen_at: datetime) -> str:
    """Write a moment as the customer's clock shows it: "Tue 09:00" within a week, else "Tue 17 Mar 09:00"."""
    local = moment.astimezone(zone)
    days_ahead = (local.date() - seen_at.astimezone(zone).date()).days
    return f"{local:%a %H:%M}" if 0 <= days_ahead < 7 else f"{local:%a %-d %b %H:%M}"
