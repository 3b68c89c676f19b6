"""The date of a moment where the customer lives, in SQL. Source: promise 15."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.db.models import BooleanField, DateField, Func, Q

WEST, EAST = timedelta(hours=12), timedelta(hours=14)
"""How far the days of the world are behind UTC and ahead of it."""

# Django's function on SQLite takes "Etc/GMT+12" for the zone "Etc/GMT" and twelve hours more. These zones count west
# as plus, and have no other clock than their hours: as hours from UTC they are read rightly.
UTC_HOURS = """
    CASE WHEN {zone} GLOB 'Etc/GMT[-+][0-9]*'
    THEN 'UTC' || CASE substr({zone}, 8, 1) WHEN '+' THEN '-' ELSE '+' END || substr({zone}, 9) || ':00'
    ELSE {zone} END
"""


class LocalDay(Func):
    """LocalDay(moment, zone): the date on which the moment falls in the zone; both are expressions."""

    output_field = DateField()
    arity = 2

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        moment, zone = self.source_expressions
        moment_sql, moment_params = compiler.compile(moment)
        zone_sql, zone_params = compiler.compile(zone)
        hours = UTC_HOURS.format(zone=zone_sql)
        sql = f"django_datetime_cast_date({moment_sql}, {hours}, 'UTC')"
        return sql, [*moment_params, *zone_params * UTC_HOURS.count("{zone}")]

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "((%(expressions)s)::date)"
        return super().as_sql(compiler, connection, template=template, arg_joiner=" AT TIME ZONE ")


class IsAmong(Func):
    """IsAmong(column, names=…): whether the text is one of many, which are said in one value: JSON, or an array."""

    output_field = BooleanField()
    arity = 1

    def __init__(self, column: str, *, names: tuple[str, ...]) -> None:
        self.names = names
        super().__init__(column)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        among = f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608  # a column's name
        return among, [*params, _as_json(self.names)]

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        return f"{column} = ANY(%s)", [*params, list(self.names)]


def is_before_day(field: str, zone: str, moment: datetime) -> Q:
    """This will give the condition that a date lies before the day on which the moment falls in the row's zone.

    field, zone: names of a date column and of the column of its zone. At any moment the world has two days, or three
    for two hours: what is before all of them is compared with a date alone, the others with the zones that are ahead.
    """
    moment = moment.astimezone(UTC)
    first, last = (moment - WEST).date(), (moment + EAST).date()
    condition = Q(**{f"{field}__lt": first})
    quarter = moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
    while first < last:
        # The date first: a database that keeps the order looks for few zones.
        condition |= Q(**{field: first}) & Q(IsAmong(zone, names=_zones_after(first, quarter)))
        first += timedelta(days=1)
    return condition


def word_before_day(field: str, zone: str, moment: datetime) -> tuple[str, list[Any]]:
    """This will put `is_before_day` into PostgreSQL's words, with their parameters."""
    moment = moment.astimezone(UTC)
    first, last = (moment - WEST).date(), (moment + EAST).date()
    quarter = moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
    sql, params = f"{field} < %s", list[Any]([first])
    while first < last:
        sql += f" OR ({field} = %s AND {zone} = ANY(%s))"
        params += [first, list(_zones_after(first, quarter))]
        first += timedelta(days=1)
    return f"({sql})", params


@lru_cache(maxsize=16)
def _zones_after(day: date, quarter: datetime) -> tuple[str, ...]:
    """The zones where this day is over. Clocks differ from UTC by whole quarters of an hour, so days end at these."""
    return tuple(sorted(name for name in available_timezones() if quarter.astimezone(ZoneInfo(name)).date() > day))


@lru_cache(maxsize=16)
def _as_json(names: tuple[str, ...]) -> str:
    return json.dumps(names)
