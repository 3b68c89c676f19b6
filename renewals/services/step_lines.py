"""Keeps the next steps of all accounts on PostgreSQL: triggers list what changes, the clock writes its lines anew.

A trigger only adds to the list, so no writer waits for another. What is taken off the list was committed before its
line is written; what is committed later is on the list again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID
from zlib import crc32

from django.db import connection, transaction
from django.db.models import QuerySet

from customers.enums import HoldScope, TodoActor, TodoState
from customers.models import Brake, Contract, Customer, Hold, Todo
from customers.queries.moments import Waiting, When
from customers.queries.seen import read_zones
from emails.models import Draft
from journeys.registry import Sweeper, register_sweeper
from outreach.enums import LIVE_PLAN_STATES, TouchState
from outreach.models import OutreachPlan, Touch
from renewals.models import Renewal, StepChange, StepLine
from renewals.queries.book_days import LocalDates, group_zones
from renewals.queries.book_work import DRAFTS_FOR_A_PERSON
from renewals.queries.step_lines import CHANGES, COLUMNS, LINES, new_lines

BATCH = 20_000
LOCK = crc32(LINES.encode())
PLANS = OutreachPlan._meta.db_table
OF_PLAN = f"(SELECT customer_id FROM {PLANS} WHERE id = {{row}}.plan_id)"  # noqa: S608  # our own names only


def _one_of(column: str, *states: str) -> str:
    names = ", ".join(f"'{state!s}'" for state in sorted(states))
    return f"{{row}}.{column} IN ({names})"


@dataclass(frozen=True)
class Watched:
    """A table that a step hangs on. columns: those that matter; holds: of which rows; account: how it is reached."""

    table: str
    columns: tuple[str, ...]
    holds: str = "TRUE"
    account: str = "{row}.customer_id"

    def of(self, row: str) -> str:
        """What of a row matters."""
        return ", ".join([f"({self.holds.format(row=row)})", *(f"{row}.{name}" for name in self.columns)])


WATCHED = (
    Watched(Customer._meta.db_table, ("id", "name", "timezone", "created_at"), account="{row}.id"),
    Watched(Contract._meta.db_table, ("customer_id", "state", "renewal_date", "notice_days", "target_price")),
    Watched(Renewal._meta.db_table, ("customer_id", "contract_id", "price_locked_at", "outcome", "closed_at")),
    Watched(Brake._meta.db_table, ("customer_id", "set_at"), "{row}.cleared_at IS NULL"),
    Watched(
        Hold._meta.db_table,
        ("customer_id", "starts_at"),
        f"{{row}}.ended_at IS NULL AND {_one_of('scope', HoldScope.ACCOUNT)}",
    ),
    Watched(Draft._meta.db_table, ("customer_id", "created_at"), _one_of("state", *DRAFTS_FOR_A_PERSON)),
    Watched(
        Todo._meta.db_table,
        ("customer_id", "due_date", "waits_since"),
        f"{_one_of('state', TodoState.OPEN)} AND {_one_of('actor', TodoActor.CSM)}",
    ),
    Watched(PLANS, ("customer_id",), _one_of("state", *LIVE_PLAN_STATES)),
    Watched(
        Touch._meta.db_table,
        ("plan_id", "due_date"),
        f"{_one_of('state', TouchState.PLANNED)} AND {{row}}.condition = '' AND {{row}}.draft_id IS NULL",
        OF_PLAN,
    ),
)


def register() -> None:
    register_sweeper(Sweeper("book_steps", sweep, only_listens=True, waiting=waiting))


def waiting(now: When) -> Waiting:
    """What is listed, and what is another by the day."""
    return StepChange.objects.filter(pk__gt=0).order_by("pk"), _by_day(now)


def _by_day(now: When) -> QuerySet[StepLine]:
    return StepLine.objects.filter(until_at__lte=now).order_by("until_at")


def sweep(now: datetime) -> int:
    """What the clock calls. It does nobody's work: nothing of it goes on the tick's report."""
    take_changes(now=now)
    return 0


def take_changes(*, now: datetime) -> None:
    """This will write the lines of what changed, or is another by the day. Another who does leaves it to the first."""
    if connection.vendor != "postgresql":
        # No lines are kept, so that nothing would wait for them.
        StepChange.objects.all().delete()
        StepLine.objects.all().delete()
        return
    dates = group_zones(read_zones(), now=now)
    while _take(_listed, dates) == BATCH:
        pass
    by_day = list(_by_day(now).values_list("account", flat=True))
    for begin in range(0, len(by_day), BATCH):
        _take(partial(_some, by_day[begin : begin + BATCH]), dates)


def _take(find: Callable[[], tuple[int, list[UUID]]], dates: LocalDates) -> int:
    """This will write the lines of the accounts that are found, and give how many stood on the list."""
    lines, params = new_lines(dates, only_listed=True)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        count, accounts = find()
        if accounts:
            cursor.execute(f"DELETE FROM {LINES} WHERE account = ANY(%s)", [accounts])  # noqa: S608
            listed = "WITH listed AS (SELECT %s::uuid[] AS ids)"
            cursor.execute(f"INSERT INTO {LINES} ({', '.join(COLUMNS)}) {listed} {lines}", [accounts, *params])
        return count


def _listed() -> tuple[int, list[UUID]]:
    first = f"SELECT id FROM {CHANGES} ORDER BY id LIMIT {BATCH}"  # noqa: S608  # our own names only
    gone = f"WITH gone AS (DELETE FROM {CHANGES} WHERE id IN ({first}) RETURNING account)"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"{gone} SELECT count(*), array_agg(DISTINCT account) FROM gone")  # noqa: S608
        count, accounts = cursor.fetchone()
    return count, accounts or []


def _some(accounts: list[UUID]) -> tuple[int, list[UUID]]:
    return 0, accounts


def keep_steps(connection: Any, *, now: datetime) -> None:
    """This will put the triggers in place after a migration, and set right what was written without them."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        if CHANGES not in connection.introspection.table_names(cursor):
            return
        for statement in _list_statements():
            cursor.execute(statement)
    decide_all(connection, now=now)


def decide_all(connection: Any, *, now: datetime) -> None:
    """This will decide every account of a book on PostgreSQL anew, and write the lines that are not as they were."""
    with connection.cursor() as cursor:
        columns, dates = ", ".join(COLUMNS), group_zones(read_zones(), now=now)
        fresh, params = new_lines(dates, only_listed=False)
        other = f"(SELECT {columns} FROM {{}} EXCEPT ALL SELECT {columns} FROM {{}})"  # noqa: S608
        others = f"{other.format('fresh', LINES)} UNION ALL {other.format(LINES, 'fresh')}"
        cursor.execute(
            f"INSERT INTO {CHANGES} (account) WITH fresh AS MATERIALIZED ({fresh}) "  # noqa: S608
            f"SELECT account FROM ({others}) AS others",
            params,
        )
    take_changes(now=now)


def _list_statements() -> Iterator[str]:
    for one in WATCHED:
        function = f"{CHANGES}_{one.table}"
        of_old, of_new = (one.account.format(row=row) for row in ("OLD", "NEW"))
        found = f"SELECT DISTINCT of_row FROM unnest(ARRAY[{of_old}, {of_new}]) AS of_row WHERE of_row IS NOT NULL"  # noqa: S608
        yield (
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN INSERT INTO {CHANGES} (account) {found}; RETURN NULL; END $$"
        )
        was, now_is = one.of("OLD"), one.of("NEW")
        held, holds = one.holds.format(row="OLD"), one.holds.format(row="NEW")
        changed = f"({was}) IS DISTINCT FROM ({now_is}) AND ({held} OR {holds})"
        for event, condition in (("insert", holds), ("delete", held), ("update", changed)):
            yield (
                f"CREATE OR REPLACE TRIGGER {CHANGES}_{event} AFTER {event.upper()} ON {one.table} FOR EACH ROW "
                f"WHEN ({condition}) EXECUTE FUNCTION {function}()"
            )
