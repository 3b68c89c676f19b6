"""Keeps the sums of the book on PostgreSQL: triggers list the accounts that change, the clock takes them into the sums.

A trigger only adds to the list, so no writer waits for another. What is taken off the list was committed before the
line is written anew; what is committed later is on the list again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from journeys.registry import Sweeper, register_sweeper
from renewals.models import BookChange, Renewal
from renewals.queries.book_sums import ACCOUNTS, ADDED, CHANGES, FACETS, FRESH, LINE, LINES, PEOPLE, PLACES, SUMS, TERMS

PREFIX = "renewals_book_"
RENEWALS = Renewal._meta.db_table
BATCH = 20_000
LOCK = 7_302_611
"""Of the one who takes changes into the sums."""
WATCHED: dict[str, tuple[str, tuple[str, ...]]] = {
    ACCOUNTS: ("id", ("owner_id", "segment", "timezone", "churn_risk", "relationship_strength")),
    TERMS: ("customer_id", ("customer_id", "state", "renewal_date", "currency", "current_price", "target_price")),
    RENEWALS: ("customer_id", ("customer_id", "contract_id", "confidence")),
}
"""Tables: how a row names its account, and what of it the sums hang on."""
KEYS = ", ".join(PLACES)
_ADDED = ", ".join(ADDED)
_GROW = ", ".join(f"{name} = {SUMS}.{name} + excluded.{name}" for name in ADDED)
_TAKE_OFF = f"""
WITH gone AS (DELETE FROM {CHANGES} WHERE id IN (SELECT id FROM {CHANGES} ORDER BY id LIMIT {BATCH}) RETURNING account)
SELECT count(*), array_agg(DISTINCT account) FROM gone
"""  # noqa: S608  # our own names only
_INTO_SUMS = f"""
INSERT INTO {SUMS} (facet, {KEYS}, {_ADDED})
SELECT f.facet, {KEYS}, {{sums}} FROM moved AS l {FACETS} WHERE f.facet IS NOT NULL GROUP BY f.facet, {KEYS}
ORDER BY f.facet, {KEYS} ON CONFLICT (facet, team, renewal_date, zone, currency) DO UPDATE SET {_GROW}
"""  # noqa: S608  # our own names only
_LESS = f"""
WITH moved AS (DELETE FROM {LINES} WHERE account = ANY(%s) RETURNING {LINE})
{_INTO_SUMS.format(sums=", ".join(f"-SUM({name})" for name in ADDED))}
"""  # noqa: S608  # our own names only
_MORE = f"""
WITH moved AS (INSERT INTO {LINES} ({LINE}) {FRESH} WHERE c.id = ANY(%s) RETURNING {LINE})
{_INTO_SUMS.format(sums=", ".join(f"SUM({name})" for name in ADDED))}
"""  # our own names only
_DIFFERENT = f"""
INSERT INTO {CHANGES} (account) SELECT account FROM (
    ({FRESH} EXCEPT SELECT {LINE} FROM {LINES}) UNION ALL (SELECT {LINE} FROM {LINES} EXCEPT {FRESH})
) AS different
"""  # noqa: S608  # our own names only
# The lock has whoever makes the person an owner now be seen here, or wait and see the new team.
_OF_PERSON = f"""
PERFORM 1 FROM {PEOPLE} WHERE id = NEW.id FOR UPDATE;
INSERT INTO {CHANGES} (account) SELECT id FROM {ACCOUNTS} WHERE owner_id = NEW.id;
"""  # noqa: S608  # our own names only


def register() -> None:
    register_sweeper(Sweeper("book_sums", sweep, waiting=lambda now: (BookChange.objects.order_by("pk"),)))


def sweep(now: datetime) -> int:
    """What the clock calls. It does nobody's work: nothing of it goes on the tick's report."""
    take_changes()
    return 0


def take_changes() -> None:
    """This will take the listed accounts into the sums. At the same time as another, it leaves that to the other."""
    while connection.vendor == "postgresql" and _take_batch() == BATCH:
        pass


def _take_batch() -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_TAKE_OFF)
        count, accounts = cursor.fetchone()
        if count:
            cursor.execute(_LESS, [accounts])
            cursor.execute(_MORE, [accounts])
            cursor.execute(f"DELETE FROM {SUMS} WHERE accounts = 0")  # noqa: S608  # our own name
        return int(count)


def keep_sums(connection: Any) -> None:
    """This will put the triggers in place after a migration, and set right what was written without them."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        if CHANGES not in connection.introspection.table_names(cursor):
            return
        for statement in _list_statements():
            cursor.execute(statement)
        cursor.execute(_DIFFERENT)
    take_changes()


def drop_triggers(connection: Any) -> None:
    """This will take the triggers away while migrations run, which may change the columns they name."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for table in {*WATCHED, PEOPLE} & set(connection.introspection.table_names(cursor)):
            for name in ("insert", "delete", "update"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {PREFIX}{name} ON {table}")


def _list_statements() -> Iterator[str]:
    for table, (account, columns) in WATCHED.items():
        many, one = f"{PREFIX}{table}_many", f"{PREFIX}{table}_one"
        yield _function(many, f"INSERT INTO {CHANGES} (account) SELECT DISTINCT {account} FROM changed;")  # noqa: S608
        for name, rows in (("insert", "NEW"), ("delete", "OLD")):
            yield (
                f"CREATE OR REPLACE TRIGGER {PREFIX}{name} AFTER {name.upper()} ON {table} "
                f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {many}()"
            )
        both = f"INSERT INTO {CHANGES} (account) SELECT DISTINCT unnest(ARRAY[OLD.{account}, NEW.{account}]);"
        yield _function(one, both)
        yield _on_update(table, columns, one)
    yield _function(f"{PREFIX}team", _OF_PERSON)
    yield _on_update(PEOPLE, ("team_id",), f"{PREFIX}team")


def _function(name: str, body: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$ BEGIN {body} RETURN NULL; END $$ LANGUAGE plpgsql"
    )


def _on_update(table: str, columns: Iterable[str], function: str) -> str:
    """Most updates change nothing that the sums hang on: these call nothing."""
    was, now = (", ".join(f"{row}.{name}" for name in columns) for row in ("OLD", "NEW"))
    return (
        f"CREATE OR REPLACE TRIGGER {PREFIX}update AFTER UPDATE ON {table} FOR EACH ROW "
        f"WHEN (({was}) IS DISTINCT FROM ({now})) EXECUTE FUNCTION {function}()"
    )
