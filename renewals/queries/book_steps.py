"""The accounts of a book in the order of their next steps, decided by the database for all of them at once.

Written as text (book_sql.py), since what waits is read once and joined, which the ORM cannot say.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, F, QuerySet, Value, When

from renewals.queries.book_days import LocalDates
from renewals.queries.book_sql import ORDER, decide
from renewals.queries.book_work import list_work

DEEP = 1_000
"""From here on SQLite sorts all accounts."""


@dataclass(frozen=True)
class StepOrder:
    """Accounts by their next step. accounts: with their running contract as `term`.

    what: "action", by the step's place among all, the most pressing first; or "waits", by the day since which it
    waits, with those last where it waits for nobody. size: how many accounts. is_turned: from the end.
    """

    accounts: QuerySet[Any]
    dates: LocalDates
    what: str
    descending: bool
    size: int
    is_turned: bool = False

    def turned(self) -> StepOrder:
        return replace(self, is_turned=not self.is_turned)

    def ids(self, begin: int, end: int) -> list[uuid.UUID]:
        if begin >= end:
            return []
        try:
            accounts, params = self._columns().query.sql_with_params()
        except EmptyResultSet:
            return []
        step, step_params = self._step()
        work, work_params = _work_sql(self.dates.usual, self.dates.latest)
        turn = "DESC" if self.is_turned else "ASC"
        page, skipped = _page(begin, end)
        sql = ORDER.format(accounts=accounts, work=work, step=step, turn=turn, page=page)
        with connection.cursor() as cursor:
            cursor.execute(sql, [*params, *work_params, *step_params])
            found = cursor.fetchmany(skipped + end - begin)[skipped:]
        return [_as_uuid(value) for (value,) in found]

    def _columns(self) -> QuerySet[Any]:
        unknown = self.dates.unknown_zones()
        zone = Case(When(timezone__in=unknown, then=Value("UTC")), default=F("timezone")) if unknown else F("timezone")
        return self.accounts.values(
            "name",
            "timezone",
            "created_at",
            account=F("pk"),
            zone=zone,
            contract=F("term__pk"),
            renewal_date=F("term__renewal_date"),
            notice_days=F("term__notice_days"),
            target_price=F("term__target_price"),
        )

    def _step(self) -> tuple[str, list[str]]:
        """What to sort by, for each group of zones that have another date; and the zones."""
        whens, params = "", list[str]()
        for day, zones in self.dates.others.items():
            marks = ", ".join(["%s"] * len(zones))
            whens += f" WHEN a.timezone IN ({marks}) THEN {decide(self.what, day)}"
            params += zones
        usual = decide(self.what, self.dates.usual)
        step = f"CASE{whens} ELSE {usual} END" if whens else usual
        turn = "DESC" if self.descending != self.is_turned else "ASC"
        return f"{step} {turn} NULLS {'FIRST' if self.is_turned else 'LAST'}", params


def _page(begin: int, end: int) -> tuple[str, int]:
    """The page in SQL, and how many accounts before it are read in vain.

    SQLite keeps as many as a limit allows in order while it reads: many take longer than to sort all of them at last.
    """
    if connection.vendor == "sqlite" and begin >= DEEP:
        return "", begin
    return f"LIMIT {end - begin} OFFSET {begin}", 0


def _as_uuid(value: Any) -> uuid.UUID:
    return value if isinstance(value, uuid.UUID) else uuid.UUID(value)


@lru_cache(maxsize=8)
def _work_sql(usual: date, latest: date) -> tuple[str, tuple[Any, ...]]:
    sql, params = list_work(usual=usual, latest=latest).query.sql_with_params()
    return sql, tuple(params)
