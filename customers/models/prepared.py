"""Statements that are asked again and again, put into SQL once: Django writes a query anew each time it is asked,
which takes several times as long as to send it and to read the answer.

What differs from one time to the next stands in the query as a `Slot`. Nothing else may: what is worked out while
the query is built stays as it was the first time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, TypeVarTuple

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.constants import OnConflict
from django.db.models.expressions import DatabaseDefault, Expression, RawSQL
from django.db.models.sql import InsertQuery, UpdateQuery
from django.db.transaction import mark_for_rollback_on_error

Shape = TypeVarTuple("Shape")
SHAPES = 200
"""Statements of one kind that are kept, where it has several shapes."""


class Slot(Expression):
    """Where a value goes, written as its field writes it. Not for what may be NULL in a condition."""

    def __init__(self, name: str, field: models.Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)

    @property
    def as_list(self) -> RawSQL:
        """The one value of a list, for who asks for what stands behind `__in`."""
        return RawSQL("%s", [self])


def slots_of(model: type[models.Model], names: Iterable[str]) -> dict[str, Slot]:
    """Give a slot for each of these fields, by their names."""
    fields: dict[str, Any] = {name: model._meta.get_field(name) for name in names}
    return {name: Slot(name, field) for name, field in fields.items()}


class _Text:
    """A statement as SQL, and what goes into its slots."""

    def __init__(self, sql: str, params: Sequence[Any]) -> None:
        self.sql, self._params = sql, tuple(params)

    def fill(self, values: Mapping[str, Any], connection: Any) -> list[Any]:
        """Raises KeyError for a slot without a value."""
        return [_write(one, values[one.name], connection) if isinstance(one, Slot) else one for one in self._params]


def _write(slot: Slot, value: Any, connection: Any) -> Any:
    plain = value.pk if isinstance(value, models.Model) else value
    return None if plain is None else slot.output_field.get_db_prep_save(plain, connection)


class Query:
    """A query that is asked again and again; `ask` gives its rows."""

    def __init__(self, rows: Any) -> None:
        self._rows_as = rows._iterable_class
        self._compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        self._text = _Text(*self._compiler.as_sql())
        columns = self._compiler.select[: self._compiler.col_count]
        self._converters = self._compiler.get_converters([column for column, *_ in columns])
        self._has_composites = self._compiler.has_composite_fields([column for column, *_ in columns])

    def ask(self, **values: Any) -> list[Any]:
        """This will ask with these values; one for each slot."""
        connection = connections[DEFAULT_DB_ALIAS]
        compiler = copy(self._compiler)
        compiler.connection = connection
        compiler.as_sql = lambda: (self._text.sql, self._text.fill(values, connection))
        compiler.get_converters = lambda _: self._converters
        compiler.has_composite_fields = lambda _: self._has_composites
        # What Django's own readers of rows look at of a queryset.
        query = SimpleNamespace(get_compiler=lambda *_, **__: compiler)
        return list(self._rows_as(SimpleNamespace(db=DEFAULT_DB_ALIAS, query=query, _known_related_objects={})))


class Update:
    """An UPDATE that is carried out again and again; `carry_out` gives how many rows it has changed."""

    def __init__(self, rows: Any, values: Mapping[str, Any]) -> None:
        query = rows.query.chain(UpdateQuery)
        query.add_update_values(values)
        self._text = _Text(*query.get_compiler(DEFAULT_DB_ALIAS).as_sql())

    def carry_out(self, **values: Any) -> int:
        """This will write these values; one for each slot."""
        return _execute(self._text, values)


def prepared(build: Callable[[*Shape], Any]) -> Callable[[*Shape], Any]:
    """Make of a function that builds a query, an `Update` or such, one that does so once for each of its shapes.

    Its arguments are what the statement's text hangs on.
    """

    @lru_cache(maxsize=SHAPES)
    def once(vendor: str, *args: Any) -> Any:
        built = build(*args)
        return Query(built) if isinstance(built, models.QuerySet) else built

    def find(*args: *Shape) -> Any:
        return once(connections[DEFAULT_DB_ALIAS].vendor, *args)

    return find


def insert(row: models.Model, *, leaving_twins: bool = False) -> bool:
    """This will write a new row as `save` does, without its signals.

    leaving_twins: where a constraint knows another like it nothing is written, and the answer is False.
    """
    fields: list[Any] = [field for field in row._meta.concrete_fields if not field.generated]
    left_out = tuple(name for name, value in row.__dict__.items() if isinstance(value, DatabaseDefault))
    values = {field.attname: field.pre_save(row, True) for field in fields if field.attname not in left_out}
    if not _execute(_insert(type(row), leaving_twins, left_out), values):
        return False
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    for name in left_out:
        # Read when somebody asks: the database has put it in.
        del row.__dict__[name]
    return True


@prepared
def _insert(model: type[models.Model], leaving_twins: bool, left_out: tuple[str, ...]) -> _Text:
    all_fields: list[Any] = [field for field in model._meta.concrete_fields if not field.generated]
    fields = [field for field in all_fields if field.attname not in left_out]
    query = InsertQuery(model, on_conflict=OnConflict.IGNORE if leaving_twins else None)
    pattern: Any = SimpleNamespace(**{field.attname: Slot(field.attname, field) for field in fields})
    query.insert_values(fields, [pattern], raw=True)
    ((sql, params),) = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    return _Text(sql, params)


def _execute(text: _Text, values: Mapping[str, Any]) -> int:
    connection = connections[DEFAULT_DB_ALIAS]
    with mark_for_rollback_on_error(DEFAULT_DB_ALIAS), connection.cursor() as cursor:
        cursor.execute(text.sql, text.fill(values, connection))
        count: int = cursor.rowcount
    return count
