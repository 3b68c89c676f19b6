"""The triggers that say when the book has changed. SQLite alone; see queries/book_mark.py."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from renewals.queries.book_mark import MARK_TABLE, OPERATIONS, TRIGGER_PREFIX, WATCHED

# An UPDATE, since a REPLACE would become an IGNORE inside a statement that ignores conflicts.
NEW_MARK = f"UPDATE {MARK_TABLE} SET mark = hex(randomblob(16))"  # noqa: S608


def install_marks(connection: Any) -> None:
    """This will write the mark and its triggers anew: after each migration, as one that makes a table again drops them.

    The table of the mark is no model's, so that emptying all tables leaves it. In one transaction: nobody writes while
    a trigger is away.
    """
    if connection.vendor != "sqlite":
        return
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {MARK_TABLE} (id integer PRIMARY KEY CHECK (id = 1), mark text)")
        cursor.execute(f"INSERT INTO {MARK_TABLE} VALUES (1, '') ON CONFLICT DO NOTHING")  # noqa: S608
        cursor.execute(NEW_MARK)
        for table in {model._meta.db_table for model in WATCHED} & there:
            for operation in OPERATIONS:
                name = f"{TRIGGER_PREFIX}{table}_{operation.lower()}"
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                cursor.execute(f"CREATE TRIGGER {name} AFTER {operation} ON {table} BEGIN {NEW_MARK}; END")
