"""The order of the book by next step on PostgreSQL, as it stands at this moment: the lines that are kept, but of what
has changed since or is another by the day, decided anew. In one statement, so that it sees one moment.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.db import connection
from django.db.models import Max, Min
from django.db.models.expressions import RawSQL

from renewals.models import StepChange, StepLine
from renewals.queries.book_days import LocalDates
from renewals.queries.book_sql import ACCOUNTS_WITH_WORK, decide, decided_until
from renewals.queries.book_work import (
    accounts_with_term,
    deciding_columns,
    due_todos,
    list_work,
    open_todos,
    todos_due_there,
)

LINES, CHANGES = StepLine._meta.db_table, StepChange._meta.db_table
LISTED = "SELECT unnest(ids) FROM listed"
"""The accounts of a part of a statement that is called so. The planner takes them for few, unlike a table's rows."""
COLUMNS = ("account", "name", "action", "since", "nobody", "without_contract", "until_at", "todo_begun", "todo_until")
_SORTED_BY = {"action": ("action",), "waits": ("nobody", "since"), "name": ("name",)}
_ORDER = f"""
WITH listed AS MATERIALIZED (
    SELECT array_agg(account) AS ids FROM (SELECT account FROM {CHANGES} UNION {{stale}}) AS found
), fresh AS (
    SELECT account, name, action, since, since IS NULL AS nobody FROM ({{decided}}) AS decided
)
SELECT account FROM (
    SELECT account, name, action, since, nobody FROM fresh
    UNION ALL
    (SELECT account, name, action, since, nobody FROM {LINES} AS line WHERE account NOT IN ({LISTED}){{seen}}
    ORDER BY {{order}} LIMIT %s)
) AS each_of_them ORDER BY {{order}} LIMIT %s OFFSET %s
"""  # noqa: S608
_SAID: dict[str, Callable[[date], str]] = {
    "action": partial(decide, "action"),
    "since": partial(decide, "waits"),
    "until": decided_until,
}


@dataclass(frozen=True)
class Order:
    """what: see `StepOrder`. is_turned: from the end."""

    what: str
    descending: bool
    is_turned: bool

    def say(self) -> str:
        """Of those that are equal the same names come first in either direction."""
        *before, step = _SORTED_BY[self.what]
        turn, step_turn = ("DESC" if down else "ASC" for down in (self.is_turned, self.descending != self.is_turned))
        then = [name for name in ("name", "account") if name != step]
        return ", ".join(
            [*(f"{name} {turn}" for name in before), f"{step} {step_turn}", *(f"{n} {turn}" for n in then)]
        )


@dataclass(frozen=True)
class Asked:
    """Which accounts are asked for: with their contract as `term`.

    is_all: those there are. are_many: and anywhere. have_none: those without a contract alone. holders: of them those
    that hold a text; None: all.
    """

    accounts: Any
    is_all: bool = False
    are_many: bool = False
    have_none: bool = False
    holders: RawSQL | None = None

    def say(self) -> tuple[str, list[Any]]:
        """As a condition on a line. Of many each line is asked in turn until a page is full; a few are looked up."""
        held, asked = (
            ("", []) if self.holders is None else (" AND account = ANY(%s::uuid[])", list(self.holders.params))
        )
        if self.is_all:
            return held, asked
        if not (self.are_many or self.have_none):
            sql, params = self.accounts.values("pk").query.sql_with_params()
            return f"{held} AND account IN ({sql})", [*asked, *params]
        rows = self.accounts.filter(pk=RawSQL("line.account", [])).values("pk")
        sql, params = rows.query.sql_with_params()
        # The offset has PostgreSQL not make a join of it, for which it would read and sort all.
        only = " AND without_contract" if self.have_none else ""
        return f"{held}{only} AND EXISTS ({sql} OFFSET 0)", [*asked, *params]

    def changed(self) -> Any:
        """Those of them that are listed."""
        rows = self.accounts.filter(pk__in=_listed())
        return rows if self.holders is None else rows.filter(pk__in=self.holders)


def read_ids(asked: Asked, dates: LocalDates, order: Order, *, begin: int, end: int) -> list[uuid.UUID]:
    """This will give a part of the accounts in their order. Raises EmptyResultSet if there can be none."""
    stale, stale_params = _stale(dates)
    decided, params = _decided(asked.changed(), dates, due_todos(dates.usual), only_listed=True)
    seen, seen_params = asked.say()
    sql = _ORDER.format(stale=stale, decided=decided, seen=seen, order=order.say())
    with connection.cursor() as cursor:
        cursor.execute(sql, [*stale_params, *params, *seen_params, end, end - begin, begin])
        return [account for (account,) in cursor.fetchall()]


def _stale(dates: LocalDates) -> tuple[str, list[Any]]:
    """This will say in SQL which lines may be others by the day."""
    parts = ("until_at <= %s", "todo_until <= %s", "todo_begun > %s")
    sql = " UNION ".join(f"SELECT account FROM {LINES} WHERE {part}" for part in parts)  # noqa: S608
    return sql, [dates.at, dates.usual, dates.usual]


def new_lines(dates: LocalDates, *, only_listed: bool) -> tuple[str, list[Any]]:
    """This will say in SQL the lines as they would be written now, with COLUMNS; only_listed: those of `listed`."""
    accounts = accounts_with_term()
    todos = open_todos().filter(due_date__isnull=False)
    if only_listed:
        accounts, todos = accounts.filter(pk__in=_listed()), todos.filter(customer__in=_listed())
    decided, params = _decided(accounts, dates, todos_due_there(dates), only_listed=only_listed)
    is_due = dates.days_between("due_date", least=None, most=0, timezone="customer__timezone")
    days, day_params = (
        todos.values("customer_id")
        .annotate(todo_begun=Max("due_date", filter=is_due), todo_until=Min("due_date", filter=~is_due))
        .query.sql_with_params()
    )
    until_at = "(LEAST(d.until, t.todo_until)::timestamp AT TIME ZONE d.zone)"
    said = {"nobody": "since IS NULL", "until_at": until_at}
    columns = ", ".join(f"{said[name]} AS {name}" if name in said else name for name in COLUMNS)
    sql = f"SELECT {columns} FROM ({decided}) AS d LEFT JOIN ({days}) AS t ON t.customer_id = d.account"  # noqa: S608
    return sql, [*params, *day_params]


def _decided(accounts: Any, dates: LocalDates, todos: Any, *, only_listed: bool) -> tuple[str, list[Any]]:
    """What each account needs next, and until when. todos: those that are due."""
    columns, column_params = deciding_columns(accounts, dates).query.sql_with_params()
    listed = _listed() if only_listed else None
    work, work_params = list_work(todos=todos, latest=date.max, accounts=listed).query.sql_with_params()
    steps, params = list[str](), list[Any]()
    for name, say in _SAID.items():
        step, zones = dates.say_by_zone(say, timezone="a.timezone")
        steps.append(f"{step} AS {name}")
        params += zones
    source = ACCOUNTS_WITH_WORK.format(accounts=columns, work=work)
    sql = f"SELECT a.account, a.name, a.zone, a.contract IS NULL AS without_contract, {', '.join(steps)} FROM {source}"  # noqa: S608
    return sql, [*params, *column_params, *work_params]


def _listed() -> RawSQL:
    return RawSQL(LISTED, [])  # noqa: S611
