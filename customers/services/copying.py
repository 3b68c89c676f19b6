"""Rows by the hundred that are most likely all new: by PostgreSQL's binary COPY, which neither plans, parses nor casts.

What stands there already is found by the constraints alone: then all goes back, and in by `insert_alike`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from struct import Struct
from typing import Any
from uuid import UUID

from django.db import DataError, IntegrityError, connection, models, transaction

from customers.queries import memo
from customers.services.arrays import insert_alike

FEW = 20
"""So many go in by one plain statement as fast."""

Encoder = Callable[[Sequence[Any]], list[bytes]]
"""A column's values, each as the database takes it."""


def insert_new(
    pattern: models.Model,
    differing: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    twice: Mapping[str, str] | None = None,
) -> set[UUID]:
    """This will do what `insert_alike` does, in less time where none of the rows is there.

    The first of the fields is the id.
    """
    if len(rows) <= FEW or connection.vendor != "postgresql":
        return insert_alike(pattern, differing, rows, twice=twice)
    try:
        with transaction.atomic(), connection.wrap_database_errors:
            _copy(pattern, differing, rows, twice or {})
    except (IntegrityError, DataError):
        return insert_alike(pattern, differing, rows, twice=twice)
    return {row[0] for row in rows}


def _copy(
    pattern: models.Model, differing: Sequence[str], rows: Sequence[Sequence[Any]], twice: Mapping[str, str]
) -> None:
    model = type(pattern)
    fields: list[Any] = [field for field in model._meta.concrete_fields if not field.generated]
    columns = dict(zip(differing, zip(*rows, strict=True), strict=True))
    written = _write(pattern, fields, columns, twice)
    quoted = connection.ops.quote_name
    names = ", ".join(quoted(field.column) for field in fields)
    sql = f"COPY {quoted(model._meta.db_table)} ({names}) FROM STDIN WITH (FORMAT binary)"
    memo.forget()
    with connection.cursor() as cursor, cursor.copy(sql) as copy:
        copy.write(b"".join([_BEGIN, *chain.from_iterable(zip(*written, strict=False)), _END]))


def _write(
    pattern: models.Model, fields: Sequence[Any], columns: Mapping[str, Sequence[Any]], twice: Mapping[str, str]
) -> list[Iterable[bytes]]:
    """The rows, column by column. What all have in common is written once, though they might have differed in it."""
    done: list[Iterable[bytes]] = []
    by_name: dict[str, list[bytes]] = {}
    same = len(fields).to_bytes(2, "big")
    for field in fields:
        # Of all, since what a field does as it is saved (the moment it was made) counts for each.
        value = field.pre_save(pattern, True)
        name = twice.get(field.name, field.name)
        column = columns.get(name)
        if column is not None and (column[0] != column[-1] or column.count(column[0]) < len(column)):
            if name not in by_name:
                by_name[name] = _encoder_of(field)(column)
            done += [repeat(same), by_name[name]]
            same = b""
        elif column is not None:
            same += _encoder_of(field)(column[:1])[0]
        else:
            value = json.dumps(value) if isinstance(field, models.JSONField) and value is not None else value
            same += _encoder_of(field)([value])[0]
    return [*done, [same] * len(next(iter(columns.values())))]


# Each value is its length and its bytes. Source: PostgreSQL, COPY, "Binary Format"; the types' own `…recv` functions.
_BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = (-1).to_bytes(2, "big", signed=True)
_NULL = (-1).to_bytes(4, "big", signed=True)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_length = Struct(">i").pack


def _encoder_of(field: Any) -> Encoder:
    target = field.target_field if field.is_relation else field
    return _ENCODERS[target.get_internal_type()]


def _texts(values: Sequence[str | None]) -> list[bytes]:
    return [_NULL if one is None else _length(len(data := one.encode())) + data for one in values]


def _jsons(values: Sequence[str | None]) -> list[bytes]:
    return [_NULL if one is None else _length(len(data := one.encode()) + 1) + b"\x01" + data for one in values]


def _uuids(values: Sequence[UUID | None]) -> list[bytes]:
    return [_NULL if one is None else b"\0\0\0\x10" + one.bytes for one in values]


def _moments(values: Sequence[datetime | None]) -> list[bytes]:
    return [_NULL if one is None else b"\0\0\0\x08" + _microseconds(one - _EPOCH) for one in values]


def _microseconds(since: timedelta) -> bytes:
    count = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return count.to_bytes(8, "big", signed=True)


def _booleans(values: Sequence[bool | None]) -> list[bytes]:
    return [_NULL if one is None else b"\0\0\0\x01" + bytes([one]) for one in values]


def _whole(width: int) -> Encoder:
    length = _length(width)
    return lambda values: [_NULL if one is None else length + one.to_bytes(width, "big", signed=True) for one in values]


_ENCODERS: Mapping[str, Encoder] = {
    "BooleanField": _booleans,
    "CharField": _texts,
    "DateTimeField": _moments,
    "IntegerField": _whole(4),
    "JSONField": _jsons,
    "PositiveIntegerField": _whole(4),
    "PositiveSmallIntegerField": _whole(2),
    "TextField": _texts,
    "UUIDField": _uuids,
}
