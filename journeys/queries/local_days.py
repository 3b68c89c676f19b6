"""The date of a moment where the customer lives, in SQL. Source: promise 15."""

from __future__ import annotations

from typing import Any

from django.db.models import DateField, Func

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
