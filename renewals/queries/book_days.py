"""Dates of the book in SQL. Days are the customer's days, and at one moment at most three local dates exist on earth:
zones are grouped by their date, so that a whole book is asked with a few plain comparisons.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Case, Expression, Q, When

from customers.queries.calendars import local_date


@dataclass(frozen=True)
class LocalDates:
    """`usual`: the date in most zones of the book. `others`: date → the zones where it is another."""

    usual: date
    others: dict[date, tuple[str, ...]]

    def date_in(self, zone_name: str) -> date:
        return next((day for day, zones in self.others.items() if zone_name in zones), self.usual)

    def days_between(self, field: str, *, least: int | None, most: int | None, timezone: str) -> Q:
        """This will compare a date column with each zone's today: from `least` to `most` days ahead, both included.

        timezone: the column of the customer's zone, as the query reaches it.
        """
        condition = Q()
        for day, zones in self._groups(timezone):
            spans = Q()
            if least is not None:
                spans &= Q(**{f"{field}__gte": day + timedelta(days=least)})
            if most is not None:
                spans &= Q(**{f"{field}__lte": day + timedelta(days=most)})
            condition |= zones & spans
        return condition

    def by_group(self, build: Callable[[date], Expression], *, timezone: str) -> Expression:
        """This will give one expression made of `build(date)` for each group of zones."""
        if not self.others:
            return build(self.usual)
        whens = [When(**{f"{timezone}__in": zones}, then=build(day)) for day, zones in self.others.items()]
        return Case(*whens, default=build(self.usual))

    def _groups(self, timezone: str) -> Iterable[tuple[date, Q]]:
        elsewhere = [zone for zones in self.others.values() for zone in zones]
        yield self.usual, ~Q(**{f"{timezone}__in": elsewhere}) if elsewhere else Q()
        for day, zones in self.others.items():
            yield day, Q(**{f"{timezone}__in": zones})


def group_zones(zone_names: Iterable[str], *, now: datetime) -> LocalDates:
    """This will group the zones by the date that it is there now."""
    by_date: dict[date, list[str]] = defaultdict(list)
    for name in set(zone_names):
        by_date[local_date(now, name)].append(name)
    if not by_date:
        return LocalDates(local_date(now, "UTC"), {})
    usual = Counter({day: len(names) for day, names in by_date.items()}).most_common(1)[0][0]
    return LocalDates(usual, {day: tuple(sorted(names)) for day, names in sorted(by_date.items()) if day != usual})
