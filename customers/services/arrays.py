"""Many rows in one statement, on both databases: the arrays go in as parameters and are joined there.

For rows by the thousand, where a statement per row, or per hundred rows, is what takes the time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, models


def moment(value: datetime | None) -> str | None:
    """Write a moment as this database keeps it."""
    if value is None:
        return None
    text = value.astimezone(UTC).isoformat(sep=" ")
    return text.removesuffix("+00:00") if connection.vendor == "sqlite" else text


def insert_rows(
    model: type[models.Model], fields: Sequence[str], rows: Sequence[Sequence[Any]], *, only_if: str = "true"
) -> int:
    """Insert the rows, those that are there already left out; gives how many were new.

    Values are plain: text, numbers, booleans, None, ids as hex, moments by `moment`. only_if: further SQL, our own
    and never a value from outside, about the columns new.c0, new.c1, … in the order of the fields.
    """
    if not rows:
        return 0
    columns = [model._meta.get_field(name) for name in fields]
    names = ", ".join(_quoted(column) for column in columns)
    source, parameters = _source(columns, rows)
    # WHERE in any case: SQLite would take ON for a join.
    sql = (
        f"INSERT INTO {_table(model)} ({names}) SELECT * FROM ({source}) AS new WHERE {only_if} ON CONFLICT DO NOTHING"  # noqa: S608
    )
    return _execute(sql, parameters)


def insert_objects(objects: Sequence[models.Model], *, differing: Sequence[str]) -> int:
    """Insert unsaved objects of one model that differ in the named fields alone, those that are there left out.

    Like `bulk_create(ignore_conflicts=True)` for long texts and many columns. Gives how many were new.
    """
    if not objects:
        return 0
    chosen: list[Any] = [objects[0]._meta.get_field(name) for name in differing]
    return len(insert_alike(objects[0], differing, [[_put(field, one) for field in chosen] for one in objects]))


def insert_all(objects: Sequence[models.Model]) -> None:
    """Insert unsaved objects of one model, in one statement. Raises IntegrityError where one of them is there already.

    Like `bulk_create`, in a fraction of its time: what all have alike is prepared once.
    """
    if not objects:
        return
    # The moment it was made is set as it is written, and stands in the first from a time before that went wrong.
    fields = [
        field
        for field in type(objects[0])._meta.concrete_fields
        if not (field.generated or getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False))
    ]
    columns = {field.name: [getattr(one, field.attname) for one in objects] for field in fields}
    differing = [name for name, values in columns.items() if values.count(values[0]) < len(values)]
    if insert_objects(objects, differing=differing) < len(objects):
        raise IntegrityError(f"Of {len(objects)} rows of {type(objects[0]).__name__} some are there already.")
    for one in objects:
        one._state.adding, one._state.db = False, connection.alias


def insert_alike(
    pattern: models.Model,
    differing: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    twice: Mapping[str, str] | None = None,
) -> set[UUID]:
    """Insert rows that differ from the unsaved pattern in the named fields alone; gives the ids of those that are new.

    What all have in common goes in once, the rest as one JSON text, which the database takes apart. rows: values in the
    order of the fields; what is JSON itself as its text. twice: fields that get the value of another, by its name.
    """
    if not rows:
        return set()
    model = type(pattern)
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    chosen: list[Any] = [model._meta.get_field(name) for name in differing]
    texts = [n for n, field in enumerate(chosen) if isinstance(field, models.JSONField)]
    plains = [n for n in range(len(chosen)) if n not in texts]
    place = {differing[n]: at for at, n in enumerate([*plains, *texts])}
    place.update({name: place[other] for name, other in (twice or {}).items()})
    parameters: list[Any] = []
    picks = []
    for field in fields:
        # Of all, since what a field does as it is saved (the moment it was made) counts for each.
        value = field.pre_save(pattern, True)
        if field.name in place:
            picks.append(_pick(field, place[field.name]))
        else:
            picks.append(_constant(field))
            parameters.append(field.get_db_prep_save(value, connection))
    each = "json_each(%s)" if connection.vendor == "sqlite" else "jsonb_array_elements(%s::jsonb) AS given (value)"
    names = ", ".join(_quoted(field) for field in fields)
    sql = (
        f"INSERT INTO {_table(model)} ({names}) SELECT {', '.join(picks)} FROM {each} WHERE true "  # noqa: S608
        f"ON CONFLICT DO NOTHING RETURNING {_quoted(model._meta.pk)}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*parameters, f"[{','.join(_joined(row, plains, texts) for row in rows)}]"])
        return {pk if isinstance(pk, UUID) else UUID(pk) for (pk,) in cursor.fetchall()}


def insert_copies(
    patterns: Sequence[tuple[int, models.Model]], *, own: Sequence[str], rows: Sequence[Sequence[Any]]
) -> int:
    """Insert all the patterns of its group for each row, and give how many those are.

    patterns: unsaved objects of one model, with the number of their group. rows: a group's number, then the values of
    the fields `own`. Everything else is the pattern's, but for the id, which the database makes.
    """
    if not patterns or not rows:
        return 0
    model = type(patterns[0][1])
    fields = [field for field in model._meta.concrete_fields if not field.generated and not field.primary_key]
    chosen: list[Any] = [model._meta.get_field(name) for name in own]
    alike = [field for field in fields if field not in chosen]
    group: Any = models.IntegerField()
    shown, shown_values = _source(
        [group, *alike], [[number, *(_written(field, one) for field in alike)] for number, one in patterns]
    )
    each, each_values = _source([group, *chosen], [[row[0], *map(_plain, row[1:])] for row in rows])
    names = ", ".join(_quoted(field) for field in (model._meta.pk, *chosen, *alike))
    picks = [f"own.c{n}" for n in range(1, len(chosen) + 1)] + [f"shown.c{n}" for n in range(1, len(alike) + 1)]
    sql = (
        f"INSERT INTO {_table(model)} ({names}) SELECT {_new_id()}, {', '.join(picks)} "  # noqa: S608
        f"FROM ({each}) AS own JOIN ({shown}) AS shown ON shown.c0 = own.c0"
    )
    return _execute(sql, [*each_values, *shown_values])


def update_rows(
    model: type[models.Model], fields: Sequence[str], rows: Sequence[Sequence[Any]], *, matched: int = 1
) -> int:
    """Update rows by their first `matched` fields, the id first; gives how many were. Values as for `insert_rows`."""
    if not rows:
        return 0
    columns = [model._meta.get_field(name) for name in fields]
    source, parameters = _source(columns, rows)
    table = _table(model)
    changes = ", ".join(f"{_quoted(column)} = new.c{n}" for n, column in enumerate(columns) if n >= matched)
    same = " AND ".join(f"{table}.{_quoted(column)} = new.c{n}" for n, column in enumerate(columns[:matched]))
    return _execute(f"UPDATE {table} SET {changes} FROM ({source}) AS new WHERE {same}", parameters)  # noqa: S608


def upsert_rows(
    model: type[models.Model],
    fields: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    unique: Sequence[str],
    changed: Sequence[str],
) -> int:
    """Insert the rows, and of those that are there write the fields `changed`; gives how many were written.

    unique: the fields that tell which row is there, each once among the rows. Values as for `insert_rows`.
    """
    if not rows:
        return 0
    columns = {name: model._meta.get_field(name) for name in fields}
    source, parameters = _source(list(columns.values()), rows)
    names = ", ".join(_quoted(column) for column in columns.values())
    keys = ", ".join(_quoted(columns[name]) for name in unique)
    changes = ", ".join(f"{_quoted(columns[name])} = excluded.{_quoted(columns[name])}" for name in changed)
    sql = (
        f"INSERT INTO {_table(model)} ({names}) SELECT * FROM ({source}) AS new WHERE true "  # noqa: S608
        f"ON CONFLICT ({keys}) DO UPDATE SET {changes}"
    )
    return _execute(sql, parameters)


def find_differing(
    model: type[models.Model], fields: Sequence[str], rows: Sequence[Sequence[Any]], *, matched: int
) -> dict[int, bool]:
    """Ask which of the rows do not stand there as they are told: the place of each, and whether it is there at all.

    The database compares, so that of a thousand rows that are as they were nothing is fetched. matched: the first so
    many fields tell which row is meant, the others what it should say. Values as for `insert_rows`.
    """
    if not rows:
        return {}
    columns: list[Any] = [models.IntegerField(), *(model._meta.get_field(name) for name in fields)]
    source, parameters = _source(columns, [[place, *row] for place, row in enumerate(rows)])
    table, key = _table(model), f"{_table(model)}.{_quoted(model._meta.pk)}"
    pairs = [(f"{table}.{_quoted(column)}", f"new.c{n}") for n, column in enumerate(columns[1:], start=1)]
    same = " AND ".join(f"{ours} = {told}" for ours, told in pairs[:matched])
    differs = "IS NOT" if connection.vendor == "sqlite" else "IS DISTINCT FROM"
    others = "".join(f" OR {ours} {differs} {told}" for ours, told in pairs[matched:])
    sql = (
        f"SELECT new.c0, {key} IS NOT NULL FROM ({source}) AS new LEFT JOIN {table} ON {same} "  # noqa: S608
        f"WHERE {key} IS NULL{others}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return {place: bool(is_there) for place, is_there in cursor.fetchall()}


def _execute(sql: str, parameters: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


def _put(field: Any, one: models.Model) -> Any:
    value = getattr(one, field.attname)
    return _strict_json(value) if isinstance(field, models.JSONField) else value


def _joined(row: Sequence[Any], plains: Sequence[int], texts: Sequence[int]) -> str:
    """A row as JSON text, the parts that are JSON already at its end."""
    text = _to_json([row[n] for n in plains])
    return f"{text[:-1]},{','.join(row[n] for n in texts)}]" if texts else text


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date | time) else value


# Made once: `json.dumps` makes one for each row.
_to_json = json.JSONEncoder(ensure_ascii=False, default=_plain).encode
_strict_json = json.JSONEncoder(ensure_ascii=False).encode


def _written(field: Any, one: models.Model) -> Any:
    """The plain value that a save would write."""
    value = field.pre_save(one, True)
    if isinstance(field, models.JSONField):
        return json.dumps(value)
    return _plain(value)


def _new_id() -> str:
    """A random UUID of version 4, as this database keeps it."""
    if connection.vendor != "sqlite":
        return "gen_random_uuid()"
    parts = (
        "hex(randomblob(6))",
        "'4'",
        "substr(hex(randomblob(2)), 2)",
        "substr('89AB', 1 + (random() & 3), 1)",
        "substr(hex(randomblob(2)), 2)",
        "hex(randomblob(6))",
    )
    return f"lower({' || '.join(parts)})"


def _pick(field: Any, n: int) -> str:
    """A value out of a JSON row; what is JSON itself stays as it is."""
    if connection.vendor == "sqlite":
        return f"json_extract(value, '$[{n}]')"
    if isinstance(field, models.JSONField):
        return f"value->{n}"
    return f"(value->>{n})::{field.db_type(connection)}"


def _constant(field: Any) -> str:
    return "%s" if connection.vendor == "sqlite" else f"%s::{field.db_type(connection)}"


def _source(columns: Sequence[Any], rows: Sequence[Sequence[Any]]) -> tuple[str, list[Any]]:
    """A table of the values with the columns c0, c1, …"""
    if connection.vendor == "sqlite":
        picks = ", ".join(f"json_extract(value, '$[{n}]') AS c{n}" for n in range(len(columns)))
        return f"SELECT {picks} FROM json_each(%s)", [json.dumps(rows)]  # noqa: S608
    casts = ", ".join(f"%s::{column.db_type(connection)}[]" for column in columns)
    names = ", ".join(f"c{n}" for n in range(len(columns)))
    return f"SELECT * FROM unnest({casts}) AS given ({names})", [list(values) for values in zip(*rows, strict=True)]  # noqa: S608


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _quoted(column: Any) -> str:
    return connection.ops.quote_name(column.column)
