"""Queries that are put into the database's words once, and ids that are handed from one query to the next."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, QuerySet
from django.db.models.expressions import RawSQL

IDS = object()
"""Stands in a prepared query for the ids that it is asked about."""


def find_once(rows: QuerySet[Any, Any]) -> RawSQL:
    """This will look up the ids that a query gives as "pk", and name them for `__in`. None becomes an object here."""
    sql, params = rows.query.sql_with_params()
    is_sqlite = connection.vendor == "sqlite"
    names = "json_group_array(pk)" if is_sqlite else "COALESCE(array_agg(pk)::text, '{}')"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM ({sql}) AS found", params)  # noqa: S608
        return in_ids(cursor.fetchone()[0])


class IsOneOf(Func):
    """Whether a column is one of the ids that `find_once` found, asked of row after row in another order; PostgreSQL.

    It knows how many they are, unlike behind `__in`, and so how soon a page is full.
    """

    output_field = BooleanField()
    template = "(%(expressions)s))"
    arg_joiner = " = ANY("

    def __init__(self, column: F, found: RawSQL) -> None:
        super().__init__(column, RawSQL("%s::uuid[]", found.params))


def one_of_asked() -> RawSQL:
    """This will name, for `__in`, the ids that a prepared query is read with."""
    return in_ids(IDS)


class Prepared:
    """The lists of values of a query over `one_of_asked`. For the one database that a process has."""

    def __init__(self, rows: QuerySet[Any, Any]) -> None:
        self._compiler = rows.query.get_compiler(connection=connection)
        self._sql, self._params = self._compiler.as_sql()
        self._converters = self._compiler.get_converters([column for column, *_ in self._compiler.select or ()])

    def read(self, ids: Sequence[uuid.UUID]) -> Iterable[Sequence[Any]]:
        asked = _as_parameter(ids)
        params: list[Any] = [asked if value is IDS else value for value in self._params]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, params)
            found = cursor.fetchall()
        return self._compiler.apply_converters(found, self._converters) if self._converters else found


def in_ids(parameter: object) -> RawSQL:
    """This will name, for `__in`, ids that the database wrote as one value."""
    if connection.vendor == "sqlite":
        return RawSQL("SELECT value FROM json_each(%s)", [parameter])
    return RawSQL("SELECT unnest(%s::uuid[])", [parameter])


def _as_parameter(ids: Iterable[uuid.UUID]) -> str:
    names = [one.hex for one in ids]
    return json.dumps(names) if connection.vendor == "sqlite" else "{" + ",".join(names) + "}"
