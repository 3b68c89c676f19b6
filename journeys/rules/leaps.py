"""How many hours it is to the same hour some days later: 24 a day, save where the clocks change between the two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby
from zoneinfo import ZoneInfo

from journeys.rules.moments import moment_of

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Leap:
    """The days from `first` to `last`, both included, on which a shift is not a whole number of days long."""

    first: date
    last: date
    span: timedelta


def find_leaps(*, zone: str, hour: time, days: int, first: date, last: date) -> tuple[Leap, ...]:
    """Name the local days between first and last from which a shift by `days` takes more or less than so many days."""
    plain = timedelta(days=days)
    spans = ((day, plain + _offset(zone, hour, day) - _offset(zone, hour, day + plain)) for day in _days(first, last))
    leaps = []
    for span, group in groupby(spans, key=lambda pair: pair[1]):
        dates = [day for day, _ in group]
        if span != plain:
            leaps.append(Leap(dates[0], dates[-1], span))
    return tuple(leaps)


def shift_moment(moment: datetime, *, days: int, zone: str) -> datetime:
    """Give the same hour where the customer lives, so many days later."""
    from_local = moment.astimezone(ZoneInfo(zone))
    return moment_of(from_local.date() + timedelta(days=days), from_local.time(), zone)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=index) for index in range((last - first).days + 1))


def _offset(zone: str, hour: time, day: date) -> timedelta:
    return _offsets(zone, hour, day.year)[day.timetuple().tm_yday - 1]


@lru_cache(maxsize=2048)
def _offsets(zone: str, hour: time, year: int) -> tuple[timedelta, ...]:
    """By how much the zone is ahead of UTC at this hour of each day of the year."""
    days = _days(date(year, 1, 1), date(year, 12, 31))
    return tuple(datetime.combine(day, hour, tzinfo=UTC) - moment_of(day, hour, zone) for day in days)
