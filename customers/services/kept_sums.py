"""Keeps sums on PostgreSQL: triggers list the accounts that change, the clock takes them into the sums.

A trigger only adds to the list, so no writer waits for another. What is taken off the list was committed before the
line is written anew; what is committed later is on the list again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from django.db import connection, transaction

from customers.queries.kept_sums import ACCOUNTS, PEOPLE, KeptSums

BATCH = 20_000


@dataclass(frozen=True)
class Watched:
    """A table that the sums hang on. account: the column that names the account; columns: those that matter."""

    table: str
    account: str
    columns: tuple[str, ...]


def take_changes(kept: KeptSums) -> None:
    """This will take the listed accounts into the sums. At the same time as another, it leaves that to the other."""
    if connection.vendor != "postgresql":
        # No sums are kept, so that a list would wait for nothing.
        kept.changes._default_manager.all().delete()
        return
    while _take_batch(kept) == BATCH:
        pass


def _take_batch(kept: KeptSums) -> int:
    lines, sums, changes = (kept.table(model) for model in (kept.lines, kept.sums, kept.changes))
    # The lock is of the one who takes changes into these sums.
    lock = crc32(sums.encode())
    first = f"SELECT id FROM {changes} ORDER BY id LIMIT {BATCH}"  # noqa: S608  # our own names only
    gone = f"WITH gone AS (DELETE FROM {changes} WHERE id IN ({first}) RETURNING account)"  # noqa: S608
    less = f"DELETE FROM {lines} WHERE account = ANY(%s) RETURNING {kept.line}"  # noqa: S608
    more = f"INSERT INTO {lines} ({kept.line}) {kept.fresh} WHERE c.id = ANY(%s) RETURNING {kept.line}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(f"{gone} SELECT count(*), array_agg(DISTINCT account) FROM gone")  # noqa: S608
        count, accounts = cursor.fetchone()
        if count:
            cursor.execute(f"WITH moved AS ({less}) {_into_sums(kept, '-SUM')}", [accounts])
            cursor.execute(f"WITH moved AS ({more}) {_into_sums(kept, 'SUM')}", [accounts])
            cursor.execute(f"DELETE FROM {sums} WHERE {next(iter(kept.added))} = 0")  # noqa: S608
        return int(count)


def _into_sums(kept: KeptSums, add: str) -> str:
    sums, where = kept.table(kept.sums), ", ".join(kept.places)
    grow = ", ".join(f"{name} = {sums}.{name} + excluded.{name}" for name in kept.added)
    added = ", ".join(f"{add}({name})" for name in kept.added)
    return (
        f"INSERT INTO {sums} (facet, {where}, {', '.join(kept.added)}) "  # noqa: S608  # our own names only
        f"SELECT f.facet, {where}, {added} FROM moved AS l {kept.each_facet} WHERE f.facet IS NOT NULL "
        f"GROUP BY f.facet, {where} ORDER BY f.facet, {where} ON CONFLICT (facet, {where}) DO UPDATE SET {grow}"
    )


def keep_sums(connection: Any, kept: KeptSums, watched: Sequence[Watched]) -> None:
    """This will put the triggers in place after a migration, and set right what was written without them."""
    if connection.vendor != "postgresql":
        return
    lines, changes = kept.table(kept.lines), kept.table(kept.changes)
    gone = f"SELECT {kept.line} FROM {lines} EXCEPT ALL {kept.fresh}"  # noqa: S608  # our own names only
    new = f"{kept.fresh} EXCEPT ALL SELECT {kept.line} FROM {lines}"  # noqa: S608
    with connection.cursor() as cursor:
        if changes not in connection.introspection.table_names(cursor):
            return
        for statement in _list_statements(changes, watched):
            cursor.execute(statement)
        cursor.execute(f"INSERT INTO {changes} (account) SELECT account FROM (({gone}) UNION ALL ({new})) AS other")  # noqa: S608
    take_changes(kept)


def drop_triggers(connection: Any, kept: KeptSums, watched: Sequence[Watched]) -> None:
    """This will take the triggers away while migrations run, which may change the columns they name."""
    if connection.vendor != "postgresql":
        return
    changes = kept.table(kept.changes)
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for table in {PEOPLE, *(one.table for one in watched)} & there:
            for name in ("insert", "delete", "update"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {changes}_{name} ON {table}")


def _list_statements(changes: str, watched: Sequence[Watched]) -> Iterator[str]:
    for one in watched:
        of_many, of_one = f"{changes}_{one.table}_many", f"{changes}_{one.table}_one"
        yield _function(of_many, f"INSERT INTO {changes} (account) SELECT DISTINCT {one.account} FROM changed;")  # noqa: S608
        for name, rows in (("insert", "NEW"), ("delete", "OLD")):
            yield (
                f"CREATE OR REPLACE TRIGGER {changes}_{name} AFTER {name.upper()} ON {one.table} "
                f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {of_many}()"
            )
        both = f"SELECT DISTINCT unnest(ARRAY[OLD.{one.account}, NEW.{one.account}])"
        yield _function(of_one, f"INSERT INTO {changes} (account) {both};")
        yield _on_update(changes, one.table, one.columns, of_one)
    yield _function(f"{changes}_team", _of_person(changes))
    yield _on_update(changes, PEOPLE, ("team_id",), f"{changes}_team")


def _of_person(changes: str) -> str:
    """The lock has whoever makes the person an owner now be seen here, or wait and see the new team."""
    lock = f"PERFORM 1 FROM {PEOPLE} WHERE id = NEW.id FOR UPDATE;"  # our own names only
    return f"{lock} INSERT INTO {changes} (account) SELECT id FROM {ACCOUNTS} WHERE owner_id = NEW.id;"  # noqa: S608


def _function(name: str, body: str) -> str:
    said = f"BEGIN {body} RETURN NULL; END"
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$ {said} $$ LANGUAGE plpgsql"


def _on_update(changes: str, table: str, columns: Iterable[str], function: str) -> str:
    """Most updates change nothing that the sums hang on: these call nothing."""
    was, now = (", ".join(f"{row}.{name}" for name in columns) for row in ("OLD", "NEW"))
    return (
        f"CREATE OR REPLACE TRIGGER {changes}_update AFTER UPDATE ON {table} FOR EACH ROW "
        f"WHEN (({was}) IS DISTINCT FROM ({now})) EXECUTE FUNCTION {function}()"
    )
