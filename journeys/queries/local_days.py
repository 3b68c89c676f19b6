"""The date of a moment where the customer lives, in SQL. Source: promise 15."""

from __future__ import annotations

from typing import Any

from django.db.models import DateField, Func


class LocalDay(Func):
    """LocalDay(moment, zone): the date on which the moment falls in the zone; both are expressions."""

    output_field = DateField()
    arity = 2

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return super().as_sql(compiler, connection, template="django_datetime_cast_date(%(expressions)s, 'UTC')")

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "((%(expressions)s)::date)"
        return super().as_sql(compiler, connection, template=template, arg_joiner=" AT TIME ZONE ")
