"""The triggers that say when a table has changed. SQLite alone; see queries/kept.py."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from customers.queries.kept import MARK_TABLE, OPERATIONS, TRIGGER_PREFIX, list_watched

OLD_TABLE, OLD_PREFIX = "renewals_book_mark", "book_mark_"
"""One mark for the whole book, as the book alone kept it before."""


def install_marks(connection: Any) -> None:
    """This will write the marks and their triggers anew: after each migration, as remaking a table drops them.

    The table of the marks is no model's, so that emptying all tables leaves it. In one transaction: nobody writes while
    a trigger is away.
    """
    if connection.vendor != "sqlite":
        return
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        _remove(cursor, OLD_PREFIX)
        _remove(cursor, TRIGGER_PREFIX)
        cursor.execute(f"DROP TABLE IF EXISTS {OLD_TABLE}")
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {MARK_TABLE} (name text PRIMARY KEY, mark text) WITHOUT ROWID")
        for table in sorted({model._meta.db_table for model in list_watched()} & there):
            cursor.execute(f"INSERT INTO {MARK_TABLE} VALUES (%s, '') ON CONFLICT DO NOTHING", [table])  # noqa: S608
            cursor.execute(_new_mark(table))
            for operation in OPERATIONS:
                name = f"{TRIGGER_PREFIX}{table}_{operation.lower()}"
                cursor.execute(f"CREATE TRIGGER {name} AFTER {operation} ON {table} BEGIN {_new_mark(table)}; END")


def _new_mark(table: str) -> str:
    # An UPDATE, since a REPLACE would become an IGNORE inside a statement that ignores conflicts.
    return f"UPDATE {MARK_TABLE} SET mark = hex(randomblob(16)) WHERE name = '{table}'"  # noqa: S608


def _remove(cursor: Any, prefix: str) -> None:
    cursor.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, %s) = %s", [len(prefix), prefix]
    )
    for (name,) in cursor.fetchall():
        cursor.execute(f"DROP TRIGGER {name}")
