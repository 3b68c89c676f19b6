"""Large tables for a test, and by what plan PostgreSQL would answer each statement that is sent while one looks on.

A few rows that services or factories have written are copied by the database itself, hundreds of times, with keys of
their own, so that the copies refer to each other as the first ones do. ANALYZE finds what values they hold; then each
row is counted as many. So to read a whole table costs what it does in a house of that size, and to find one account's
rows what it does in any. The planner is left free: it reads all of a table where no index narrows it down enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models

from config.benchmarks import copies

EACH_IS = 50
LARGE = 50_000
"""From so many rows on a table must not be read from end to end; fewer are read as fast as an index."""

DIFFERENT = copies.ADDRESSES_AND_KEYS | {"key", "name"}
"""Texts of which each row has its own, whether the table demands it or not."""

ASKED = ("SELECT", "WITH", "UPDATE", "INSERT", "DELETE")


class Explained:
    """What read the tables while it looked on: the statements, and those parts of their plans that read all."""

    def __init__(self, tables: set[str]) -> None:
        self.tables = tables
        self.statements: list[str] = []
        self.whole: list[tuple[str, str]] = []
        self._partial = partial_indexes()

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        is_asked = sql.lstrip("( \n").startswith(ASKED)
        if is_asked and not many and any(table in sql for table in self.tables):
            self.statements.append(sql)
            plan = explain(sql, params)
            self.whole += [(sql[:300], words) for words in reads_whole(plan, self.tables, self._partial)]
        return execute(sql, params, many, context)

    @property
    def scans(self) -> list[tuple[str, str]]:
        """Tables that are read themselves; an index may be read in its order until a page is full."""
        return [(sql, words) for sql, words in self.whole if words.startswith("Seq Scan")]


class Look:
    """Looks on at one part of the work after the other. found: of each part what it read from end to end."""

    def __init__(self) -> None:
        self.tables = large_tables()
        self.asked: dict[str, int] = {}
        self.found: dict[str, list[tuple[str, str]]] = {}

    @contextmanager
    def __call__(self, part: str) -> Iterator[None]:
        explained = Explained(self.tables)
        with connection.execute_wrapper(explained):
            yield
        self.asked[part] = len(explained.statements)
        if explained.scans:
            self.found[part] = explained.scans

    @property
    def idle(self) -> list[str]:
        """Parts that asked nothing of a large table: they prove nothing."""
        return [part for part, count in self.asked.items() if not count]


def explain(sql: str, params: Any = None) -> dict[str, Any]:
    with connection.connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        found: dict[str, Any] = cursor.fetchone()[0][0]["Plan"]
    return found


def reads_whole(node: dict[str, Any], tables: set[str], partial: set[str]) -> Iterator[str]:
    """A scan of the table, or of an index of all its rows from end to end."""
    kind, table, index = node["Node Type"], node.get("Relation Name"), node.get("Index Name")
    if kind == "Seq Scan" and table in tables:
        yield f"Seq Scan of {table}"
    elif table in tables and index and "Index Cond" not in node and index not in partial:
        yield f"{kind} of all of {index}"
    for part in node.get("Plans", ()):
        yield from reads_whole(part, tables, partial)


def read_by(node: dict[str, Any]) -> Iterator[str]:
    """By which indexes a plan reads."""
    if "Index Name" in node:
        yield node["Index Name"]
    for part in node.get("Plans", ()):
        yield from read_by(part)


def partial_indexes() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NOT NULL")
        return {name for (name,) in cursor.fetchall()}


def large_tables() -> set[str]:
    """This will give the tables that hold LARGE rows or more, as the planner knows since `know_tables`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples >= %s", [LARGE])
        return {name for (name,) in cursor.fetchall()}


def know_tables() -> None:
    """This will have the planner know what is there, each row counted as EACH_IS, and every page as vacuumed.

    How many rows fill a page the planner takes from `pg_class`, how many pages there are from the file. VACUUM does not
    run in a test's transaction, and without its mark an index alone never answers. Takes a superuser.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute(
            "UPDATE pg_class SET reltuples = reltuples * %s, relallvisible = CASE relkind WHEN 'r' THEN relpages "
            "ELSE 0 END WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace AND reltuples > 0",
            [EACH_IS],
        )


def multiply(*tables: type[models.Model], times: int) -> None:
    """This will copy every row of the tables so many times, names and keys too of its own each."""
    copies.multiply(*tables, times=times, different=DIFFERENT)
