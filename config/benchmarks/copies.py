"""Copies of rows that the database makes itself: a table grows many times over in one statement.

Rows that services or fillers have written are the pattern. The copies get keys of their own, so that they refer to
each other as the first ones do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import md5
from typing import Any

from django.db import connection, models, transaction

COUNTED = {
    "postgresql": "SELECT generate_series(1, %s) AS n",
    "sqlite": "WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < %s) SELECT n "
    "FROM counted",
}
ADDRESSES_AND_KEYS = frozenset({
    "address", "digest", "email", "external_id", "from_email", "message_id", "provider_id", "reply_token", "smtp_id",
    "to_email",
})  # fmt: skip
"""Texts of which each row has its own, whether the table demands it or not."""

Told = Mapping[str, str]
"""Columns and what they are in the copy number `n` of `source`, in SQL."""


def multiply(*tables: type[models.Model], times: int, different: frozenset[str] = ADDRESSES_AND_KEYS) -> None:
    """This will copy every row of the tables so many times. What refers to another of them refers to the same copy."""
    with transaction.atomic(), without_triggers():
        for model in tables:
            copy_rows(model, set(tables), times=times, different=different)


@contextmanager
def without_triggers() -> Iterator[None]:
    """This will have PostgreSQL run no trigger in the transaction, nor look at references. Takes a superuser.

    The copies of what has passed them are as right, and nobody is to be told of them. SQLite cannot.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def copy_rows(
    model: type[models.Model],
    tables: set[type[models.Model]],
    *,
    times: int,
    different: frozenset[str] = ADDRESSES_AND_KEYS,
    told: Told | None = None,
    where: str = "",
) -> None:
    """This will copy the rows of one table. tables: those that are copied as well; where: which rows, in SQL."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        connection.connection.create_function("md5", 1, _md5, deterministic=True)
    with connection.cursor() as cursor:
        cursor.execute(_copies_of(model, tables, different, told or {}, where), [times])


def plain_indexes(*tables: type[models.Model]) -> dict[str, str]:
    """This will give PostgreSQL's indexes of the tables that no constraint needs, each with what makes it again."""
    with connection.cursor() as cursor:
        cursor.execute(_PLAIN_INDEXES, [[model._meta.db_table for model in tables]])
        return dict(cursor.fetchall())


_PLAIN_INDEXES = """
SELECT quote_ident(c.relname), pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_class t ON t.oid = i.indrelid WHERE t.relname = ANY(%s) AND NOT i.indisunique
"""


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def _copies_of(
    model: type[models.Model], tables: set[type[models.Model]], different: frozenset[str], told: Told, where: str
) -> str:
    values = {}
    own = _own_columns(model, tables, different)
    for field in model._meta.concrete_fields:
        if field.generated or isinstance(field, models.AutoField):
            continue
        column = connection.ops.quote_name(str(field.column))
        values[column] = told.get(field.name) or _value(
            field, f"source.{column}", is_own=field.name in own, is_moved=_is_moved(field, tables)
        )
    table = connection.ops.quote_name(model._meta.db_table)
    return (
        f"INSERT INTO {table} ({', '.join(values)}) SELECT {', '.join(values.values())} "  # noqa: S608
        f"FROM {table} AS source, ({COUNTED[connection.vendor]}) AS copies WHERE {where or '1 = 1'}"
    )


def _value(field: Any, column: str, *, is_own: bool, is_moved: bool) -> str:
    if is_moved:
        return _fresh(column)
    if is_own and isinstance(field, models.IntegerField):
        return f"{column} + n * 1000"
    if is_own:
        in_front = f"substr(n || '.' || {column}, 1, {field.max_length or 100})"
        in_an_address = f"replace({column}, '@', '.' || n || '@')"
        return f"CASE WHEN {column} = '' THEN '' WHEN {column} LIKE '%%@%%' THEN {in_an_address} ELSE {in_front} END"
    return column


def _fresh(column: str) -> str:
    """Another id, the same one wherever it is named."""
    if connection.vendor == "postgresql":
        return f"md5({column}::text || n)::uuid"
    return f"CASE WHEN {column} IS NULL THEN NULL ELSE md5({column} || n) END"


def _is_moved(field: Any, tables: set[type[models.Model]]) -> bool:
    """Whether it is an id of a row that is copied, or may be: plain ids name rows of apps on the left."""
    if field.is_relation:
        return field.related_model in tables and isinstance(field.target_field, models.UUIDField)
    return isinstance(field, models.UUIDField)


def _own_columns(model: type[models.Model], tables: set[type[models.Model]], different: frozenset[str]) -> set[str]:
    """The fields, beside ids, of which each copy needs a value of its own."""
    fields = {field.name: field for field in model._meta.concrete_fields}
    own = {name for name in fields if name in different}
    for names in _unique(model):
        parts = [fields[name] for name in names]
        if own.isdisjoint(names) and not any(_is_moved(field, tables) for field in parts):
            own |= {field.name for field in parts if not field.is_relation and not field.choices}
    return own


def _unique(model: type[models.Model]) -> Iterator[tuple[str, ...]]:
    yield from ((field.name,) for field in model._meta.concrete_fields if field.unique and not field.primary_key)
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields:
            yield tuple(constraint.fields)
