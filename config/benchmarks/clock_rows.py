"""Rows for the clock to work on, made by the database itself: by the million where that is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from customers.models import Customer, User
from journeys.models import AutomationLog, AutomationSchedule, PendingAutomation

KIND = "bench.note"
ACCOUNTS = 1_000
WRITERS = 3
TABLE = AutomationSchedule._meta.db_table
PENDING = PendingAutomation._meta.db_table
LINES = AutomationLog._meta.db_table
ACCOUNTS_TABLE = Customer._meta.db_table
COLUMNS = (
    "id, created_at, updated_at, customer_id, type, kind, subject_kind, subject_id, occurrence, trigger_at, zone, "
    "status, retry_count, max_retries, payload, reason, error_message, executed_at"
)

ACCOUNT_COLUMNS = [str(field.column) for field in Customer._meta.concrete_fields if not field.generated]
FRESH = {"postgresql": "gen_random_uuid()", "sqlite": "lower(hex(randomblob(16)))"}
COUNTED = {
    "postgresql": "WITH counted (n) AS (SELECT generate_series(1, %s))",
    "sqlite": "WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < %s)",
}

# Those that other things rest on last: a primary key goes when no reference needs it any more.
CONSTRAINTS = f"""
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype IN ('f', 'u', 'p') AND '{TABLE}'::regclass IN (conrelid, confrelid)
ORDER BY array_position(ARRAY['f', 'u', 'p'], contype::text), conname
"""  # noqa: S608
INDEXES = f"""
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = '{TABLE}'::regclass AND indexrelid NOT IN (SELECT conindid FROM pg_constraint)
"""  # noqa: S608


def make_accounts(count: int = ACCOUNTS, *, owner: User | None = None) -> list[Customer]:
    """This will make accounts in UTC."""
    owner = owner or User.objects.create(username="bench-clock", email="bench@bench.example")
    return Customer.objects.bulk_create(
        [Customer(name=f"Bench {n}", external_id=f"bench-{n}", owner=owner, timezone="UTC") for n in range(count)],
        batch_size=1_000,
    )


def add_accounts(total: int) -> None:
    """This will have so many accounts: more of the kind of the first, written by the database itself."""
    there = Customer.objects.count()
    if total <= there:
        return
    fresh = {"id": FRESH[connection.vendor], "name": f"'Bench ' || ({there} - 1 + n)"}
    fresh["external_id"] = f"'bench-' || ({there} - 1 + n)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"{COUNTED[connection.vendor]} INSERT INTO {ACCOUNTS_TABLE} ({', '.join(ACCOUNT_COLUMNS)}) "  # noqa: S608
            f"SELECT {', '.join(fresh.get(name, name) for name in ACCOUNT_COLUMNS)} FROM counted, "
            f"(SELECT * FROM {ACCOUNTS_TABLE} WHERE external_id = 'bench-0') AS first",
            [total - there],
        )


def make_many_rows(count: int, *, at: datetime, is_done: bool = False) -> None:
    """This will write rows by the million, where the database can by several connections at once."""
    if connection.vendor == "sqlite":
        make_rows(count, at=at, is_done=is_done)
        return
    parts = [count // WRITERS] * (WRITERS - 1)
    with ThreadPoolExecutor(WRITERS) as writers:
        done = [writers.submit(_write_part, part, at, is_done) for part in (*parts, count - sum(parts))]
        for part in done:
            part.result()


def _write_part(count: int, at: datetime, is_done: bool) -> None:
    try:
        with connection.cursor() as cursor:
            # The planner knows nothing of numbers that are counted, and would sort all of them.
            cursor.execute("SET enable_mergejoin = off")
        make_rows(count, at=at, is_done=is_done)
    finally:
        connection.close()


def make_rows(count: int, *, at: datetime, is_done: bool = False) -> None:
    """This will write so many rows, due at the moment, or done then; the accounts have them in turn."""
    status, executed_at = ("COMPLETED", at) if is_done else ("SCHEDULED", None)
    values: list[Any] = [at, at, KIND, at, status, executed_at]
    if connection.vendor == "sqlite":
        # Kept as it keeps them: no time zone in the text.
        values = [value.strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else value for value in values]
    fresh = FRESH[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(
            f"{COUNTED[connection.vendor]}, "  # noqa: S608
            f"account AS MATERIALIZED (SELECT id, row_number() OVER () - 1 AS r FROM {ACCOUNTS_TABLE}) "
            f"INSERT INTO {TABLE} ({COLUMNS}) SELECT {fresh}, %s, %s, account.id, 'SEND_NOTIFICATION', %s, 'bench', "
            f"{fresh}, '', %s, '', %s, 0, 3, '{{}}', '', '', %s "
            f"FROM counted JOIN account ON account.r = counted.n %% {Customer.objects.count()}",
            [count, *values],
        )


@contextmanager
def indexed_afterwards() -> Iterator[None]:
    """This will have PostgreSQL make the indexes of the clock's table, and look at its references, once over all rows.

    Ten million rows take minutes so; with every index kept up row by row, an hour.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(CONSTRAINTS)
        constraints = cursor.fetchall()
        cursor.execute(INDEXES)
        indexes = cursor.fetchall()
        for table, name, _ in constraints:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '1GB'")
        for table, name, definition in reversed(constraints):
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        for _, definition in indexes:
            cursor.execute(definition)
        cursor.execute("RESET maintenance_work_mem")


def analyze() -> None:
    """This will have the database learn what is in its tables, and be done with what it would do later by itself.

    PostgreSQL's autovacuum would begin a minute after a large fill, on a core that is being measured.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("ANALYZE")
        else:
            cursor.execute("VACUUM (ANALYZE)")
            cursor.execute("CHECKPOINT")


def clear_rows() -> None:
    """This will remove what a round has left; the log refuses to be deleted from, not to be truncated."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DELETE FROM {TABLE}")  # noqa: S608
        else:
            cursor.execute(f"TRUNCATE {TABLE}, {LINES} CASCADE")


def moment_before(now: datetime) -> datetime:
    return now - timedelta(minutes=1)
