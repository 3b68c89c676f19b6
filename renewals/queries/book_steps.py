"""The accounts of a book in the order of their next steps.

Written as text (book_sql.py), since what waits is read once and joined, which the ORM cannot say. On PostgreSQL the
order is kept (`step_lines.py`); on SQLite the database decides for all accounts at once.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from renewals.queries import step_lines
from renewals.queries.book_days import LocalDates
from renewals.queries.book_sql import ORDER, decide
from renewals.queries.book_work import deciding_columns, due_todos, list_work

DEEP = 1_000
"""From here on SQLite sorts all accounts."""
WITHOUT_CONTRACT = "name"
MANY = 3_000
"""So many accounts are met among 100,000 lines before as many could be looked up and sorted."""


@dataclass(frozen=True)
class StepOrder:
    """Accounts by their next step. accounts: with their running contract as `term`.

    what: "action", by the step's place among all, the most pressing first; or "waits", by the day since which it
    waits, with those last where it waits for nobody; or WITHOUT_CONTRACT, on PostgreSQL: they are asked for since they
    have none, and stand by name. size: how many accounts. is_all: whether they are all there are;
    are_anywhere: whether any step is as likely at them as at others. holders: those of them that hold a text.
    is_turned: from the end.
    """

    accounts: QuerySet[Any]
    dates: LocalDates
    what: str
    descending: bool
    size: int
    is_all: bool = False
    are_anywhere: bool = False
    holders: RawSQL | None = None
    is_turned: bool = False

    def turned(self) -> StepOrder:
        return replace(self, is_turned=not self.is_turned)

    def ids(self, begin: int, end: int) -> list[uuid.UUID]:
        if begin >= end:
            return []
        try:
            return self._decided(begin, end) if connection.vendor == "sqlite" else self._kept(begin, end)
        except EmptyResultSet:
            return []

    def _kept(self, begin: int, end: int) -> list[uuid.UUID]:
        order = step_lines.Order(self.what, self.descending, self.is_turned)
        are_many = self.are_anywhere and self.size >= MANY
        asked = step_lines.Asked(self.accounts, self.is_all, are_many, self.what == WITHOUT_CONTRACT, self.holders)
        return step_lines.read_ids(asked, self.dates, order, begin=begin, end=end)

    def _decided(self, begin: int, end: int) -> list[uuid.UUID]:
        rows = self.accounts if self.holders is None else self.accounts.filter(pk__in=self.holders)
        accounts, params = deciding_columns(rows, self.dates).query.sql_with_params()
        step, step_params = self._step()
        work, work_params = _work_sql(self.dates.usual, self.dates.latest)
        turn = "DESC" if self.is_turned else "ASC"
        page, skipped = _page(begin, end)
        sql = ORDER.format(accounts=accounts, work=work, step=step, turn=turn, page=page)
        with connection.cursor() as cursor:
            cursor.execute(sql, [*params, *work_params, *step_params])
            found = cursor.fetchmany(skipped + end - begin)[skipped:]
        return [uuid.UUID(value) for (value,) in found]

    def _step(self) -> tuple[str, list[str]]:
        """What to sort by, for each group of zones that have another date; and the zones."""
        step, params = self.dates.say_by_zone(lambda day: decide(self.what, day), timezone="a.timezone")
        turn = "DESC" if self.descending != self.is_turned else "ASC"
        return f"{step} {turn} NULLS {'FIRST' if self.is_turned else 'LAST'}", params


def _page(begin: int, end: int) -> tuple[str, int]:
    """The page in SQL, and how many accounts before it are read in vain.

    SQLite keeps as many as a limit allows in order while it reads: many take longer than to sort all of them at last.
    """
    return ("", begin) if begin >= DEEP else (f"LIMIT {end - begin} OFFSET {begin}", 0)


@lru_cache(maxsize=8)
def _work_sql(usual: date, latest: date) -> tuple[str, tuple[Any, ...]]:
    sql, params = list_work(todos=due_todos(usual), latest=latest).query.sql_with_params()
    return sql, tuple(params)
