"""Rows for the clock to work on, made by the database itself: by the million where that is asked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from customers.models import Customer, User
from journeys.models import AutomationLog, AutomationSchedule

KIND = "bench.note"
ACCOUNTS = 1_000
TABLE = AutomationSchedule._meta.db_table
LINES = AutomationLog._meta.db_table
COLUMNS = (
    "id, created_at, updated_at, customer_id, type, kind, subject_kind, subject_id, occurrence, trigger_at, zone, "
    "status, retry_count, max_retries, payload, reason, error_message, executed_at"
)


def make_accounts(count: int = ACCOUNTS, *, owner: User | None = None) -> list[Customer]:
    """This will make accounts in UTC."""
    owner = owner or User.objects.create(username="bench-clock", email="bench@bench.example")
    return Customer.objects.bulk_create(
        [Customer(name=f"Bench {n}", external_id=f"bench-{n}", owner=owner, timezone="UTC") for n in range(count)],
        batch_size=1_000,
    )


def make_rows(count: int, *, at: datetime, is_done: bool = False) -> None:
    """This will write so many rows, due at the moment, or done then."""
    status, executed_at = ("COMPLETED", at) if is_done else ("SCHEDULED", None)
    values: list[Any] = [at, at, KIND, at, status, executed_at]
    accounts = Customer.objects.count()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # Kept as it keeps them: no time zone in the text.
            texts = [value.strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else value for value in values]
            cursor.execute(_sqlite(accounts), [count, *texts])
        else:
            cursor.execute(_postgres(accounts), [*values, count])


def analyze() -> None:
    """This will have the database learn what is in its tables, and be done with what it would do later by itself.

    PostgreSQL's autovacuum would begin a minute after a large fill, on a core that is being measured.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("ANALYZE")
        else:
            cursor.execute(f"VACUUM (ANALYZE) {TABLE}")
            cursor.execute("ANALYZE")
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


def _postgres(accounts: int) -> str:
    return f"""
        INSERT INTO {TABLE} ({COLUMNS})
        SELECT gen_random_uuid(), %s, %s, account.id, 'SEND_NOTIFICATION', %s, 'bench', gen_random_uuid(), '', %s, '',
               %s, 0, 3, '{{}}', '', '', %s
        FROM generate_series(1, %s) AS n
        JOIN (SELECT id, row_number() OVER () - 1 AS r FROM customers_customer) AS account
          ON account.r = n %% {accounts}
    """  # noqa: S608


def _sqlite(accounts: int) -> str:
    fresh = "lower(hex(randomblob(16)))"
    return f"""
        WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < %s),
        account AS MATERIALIZED (SELECT id, row_number() OVER () - 1 AS r FROM customers_customer)
        INSERT INTO {TABLE} ({COLUMNS})
        SELECT {fresh}, %s, %s, account.id, 'SEND_NOTIFICATION', %s, 'bench', {fresh}, '', %s, '', %s, 0, 3, '{{}}', '',
               '', %s
        FROM counted JOIN account ON account.r = counted.n %% {accounts}
    """  # noqa: S608
