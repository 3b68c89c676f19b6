"""Dates of the book in SQL. Days are the customer's days, and at one moment at most three local dates exist on earth:
zones are grouped by their date, so that a whole book is asked with a few plain comparisons.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django.db import connection
from django.db.models import Case, Expression, Q, When

from customers.queries.calendars import local_date


def days_before(day: str, days: int | str) -> str:
    """This will say in SQL: the date so many days before another. Both are SQL themselves."""
    return f"date({day}, '-' || ({days}) || ' days')" if connection.vendor == "sqlite" else f"({day} - ({days}))"


def local_day(moment: str, zone: str) -> str:
    """This will say in SQL: the date on which a moment falls in a zone, as `local_date`. Both are SQL themselves."""
    if connection.vendor == "sqlite":
        return f"book_local_day(substr({moment}, 1, {len('2026-03-05 07:30')}), {zone})"
    return f"({moment} AT TIME ZONE {zone})::date"


def teach_local_day(connection: Any) -> None:
    """This will give a new connection to SQLite the function that `local_day` calls; PostgreSQL knows zones itself."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("book_local_day", 2, _local_day, deterministic=True)


@lru_cache(maxsize=100_000)
def _local_day(minute: str, zone: str) -> str:
    """Kept, since a book asks for the same moments on each page. To the minute: no zone is off by less since 1972."""
    return local_date(datetime.fromisoformat(minute).replace(tzinfo=UTC), zone).isoformat()


class Compiled(Expression):
    """An expression that was put into the database's words before, with its parameters: putting it takes long."""

    def __init__(self, sql: str, params: tuple[Any, ...], *, output_field: Any) -> None:
        super().__init__(output_field=output_field)
        self.sql, self.params = sql, params

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return self.sql, self.params


def compile_once(accounts: Any, expression: Expression) -> tuple[str, tuple[Any, ...]]:
    """This will put an expression over `accounts` into the database's words, for `Compiled` to be kept."""
    query = accounts.annotate(asked_for=expression).query
    sql, params = query.get_compiler(connection=connection).compile(query.annotations["asked_for"])
    return f"({sql})", tuple(params)


@dataclass(frozen=True)
class LocalDates:
    """usual: the date in most zones of the book. others: date → the zones where it is another. zones: all of them.

    at: the moment at which it is these dates.
    """

    usual: date
    others: dict[date, tuple[str, ...]]
    zones: frozenset[str] = frozenset()
    at: datetime | None = field(default=None, compare=False)

    @property
    def latest(self) -> date:
        return max(self.usual, *self.others) if self.others else self.usual

    def date_in(self, zone_name: str) -> date:
        return next((day for day, zones in self.others.items() if zone_name in zones), self.usual)

    def days_between(self, field: str, *, least: int | None, most: int | None, timezone: str) -> Q:
        """This will compare a date column with each zone's today: from `least` to `most` days ahead, both included.

        timezone: the column of the customer's zone, as the query reaches it.
        """
        # The widest span first: it alone can be found by an index.
        days = [self.usual, *self.others]
        condition = _span(field, min(days), max(days), least=least, most=most)
        if not self.others:
            return condition
        by_zone = Q()
        for day, zones in self._groups(timezone):
            by_zone |= zones & _span(field, day, day, least=least, most=most)
        return condition & by_zone

    def by_group(self, build: Callable[[date], Expression], *, timezone: str) -> Expression:
        """This will give one expression made of `build(date)` for each group of zones."""
        if not self.others:
            return build(self.usual)
        whens = [When(**{f"{timezone}__in": zones}, then=build(day)) for day, zones in self.others.items()]
        return Case(*whens, default=build(self.usual))

    def say_by_zone(self, say: Callable[[date], str], *, timezone: str) -> tuple[str, list[str]]:
        """This will say `say(date)` in SQL for each group of zones; and the zones it names, as its parameters."""
        whens, params = "", list[str]()
        for day, zones in self.others.items():
            whens += f" WHEN {timezone} IN ({', '.join(['%s'] * len(zones))}) THEN {say(day)}"
            params += zones
        return (f"CASE{whens} ELSE {say(self.usual)} END" if whens else say(self.usual)), params

    def unknown_zones(self) -> frozenset[str]:
        """This will give the names that are no zones; they are read as UTC, as in `zone`."""
        return self.zones - known_zones()

    def _groups(self, timezone: str) -> Iterable[tuple[date, Q]]:
        elsewhere = [zone for zones in self.others.values() for zone in zones]
        yield self.usual, ~Q(**{f"{timezone}__in": elsewhere}) if elsewhere else Q()
        for day, zones in self.others.items():
            yield day, Q(**{f"{timezone}__in": zones})


def _span(field: str, first: date, last: date, *, least: int | None, most: int | None) -> Q:
    span = Q()
    if least is not None:
        span &= Q(**{f"{field}__gte": first + timedelta(days=least)})
    if most is not None:
        span &= Q(**{f"{field}__lte": last + timedelta(days=most)})
    return span


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    """The names that whoever converts moments knows: this Python for SQLite, else the database as well."""
    known = frozenset(available_timezones())
    if connection.vendor == "sqlite":
        return known
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_timezone_names")
        return known & frozenset(name for (name,) in cursor.fetchall())


def group_zones(zone_names: Iterable[str], *, now: datetime) -> LocalDates:
    """This will group the zones by the date that it is there now."""
    by_date: dict[date, list[str]] = defaultdict(list)
    names = frozenset(zone_names)
    for name in names:
        by_date[local_date(now, name)].append(name)
    if not by_date:
        return LocalDates(local_date(now, "UTC"), {}, at=now)
    usual = Counter({day: len(there) for day, there in by_date.items()}).most_common(1)[0][0]
    others = {day: tuple(sorted(there)) for day, there in sorted(by_date.items()) if day != usual}
    return LocalDates(usual, others, names, at=now)
