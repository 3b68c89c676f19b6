"""A moment that a statement is given later: what is asked at every tick is put into words once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, Expression, QuerySet


class Moment(Expression):
    """Stands in a queryset for "now", or for so long before it, in a statement that is put into words before.

    PostgreSQL gets it as the only argument of a prepared statement, elsewhere `fill` puts it into the parameters.
    """

    output_field = DateTimeField()

    def __init__(self, before: timedelta = timedelta(0)) -> None:
        super().__init__(output_field=DateTimeField())
        self.before = before

    def __sub__(self, span: timedelta) -> Moment:  # type: ignore[override]
        return Moment(self.before + span)

    def as_sql(self, *args: Any, **kwargs: Any) -> tuple[str, Any]:
        return "%s", (self,)

    def as_postgresql(self, *args: Any, **kwargs: Any) -> tuple[str, Any]:
        return f"($1 - interval '{self.before.total_seconds()} seconds')" if self.before else "$1", ()


When = datetime | Moment
"""What a queryset is made for that both the clock's one question and the sweep behind it ask."""

Waiting = tuple[QuerySet[Any, Any], ...]
"""What waits for a sweep: each part answered from an index of its own, in whose order it stands.

The order is what holds the planner to that index: one row of many may be expected early in a table, and is sought to
its end where there is none.
"""


def fill(params: Iterable[Any], *, now: datetime) -> list[Any]:
    """This will put the moment where a statement's parameters leave it open."""
    ops = connection.ops
    return [
        ops.adapt_datetimefield_value(now - param.before) if isinstance(param, Moment) else param for param in params
    ]
