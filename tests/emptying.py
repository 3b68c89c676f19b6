"""How PostgreSQL is emptied after a test that commits: only what holds something, by DELETE.

Django truncates all tables, which makes a new file for each of them and each of their indexes: 1 to 2 s a test.
"""

from __future__ import annotations

from typing import Any

from django.db import connection


def empty_what_is_full() -> None:
    """Have Django's flush do so on this connection."""
    if connection.vendor == "postgresql":
        truncate = connection.ops.sql_flush
        connection.ops.sql_flush = lambda style, tables, **how: (
            truncate(style, tables, **how) if any(how.values()) else list_statements(tables)
        )


def list_statements(tables: list[str]) -> list[str]:
    """What empties them, in one transaction: the order is free, as foreign keys are looked at behind it all.

    The record's guards are off meanwhile: a TRUNCATE they would not see, but a DELETE.
    """
    full = [connection.ops.quote_name(table) for table in _list_full(tables)]
    return [
        *(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in full),
        *(f"DELETE FROM {table}" for table in full),
        "SET CONSTRAINTS ALL IMMEDIATE",
        *(f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in full),
    ]


def _list_full(tables: list[str]) -> list[Any]:
    asked = " UNION ALL ".join(
        f"(SELECT '{table}' FROM {connection.ops.quote_name(table)} LIMIT 1)" for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [table for (table,) in cursor.fetchall()]
