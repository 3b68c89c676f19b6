"""Records whose facts are columns of one table: several kinds of them are read in one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import (
    DateField,
    DateTimeField,
    DecimalField,
    ExpressionWrapper,
    F,
    Field,
    IntegerField,
    JSONField,
    Model,
    QuerySet,
    TextField,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast

Record = Mapping[str, object]
_TYPES: tuple[type[Field[Any, Any]], ...] = (DateTimeField, DateField, DecimalField, IntegerField)
"""What a column is, unless it is a text. A moment is a day to Django too: it stands first."""


@dataclass(frozen=True)
class Columns:
    """A source of facts: the table, its columns or paths to those of a parent, and what else follows from them.

    computed: name → an expression that gives a value of the field's type, such as a subquery.
    """

    model: type[Model]
    fields: tuple[str, ...]
    complete: Callable[[dict[str, Any]], Record] = dict
    computed: tuple[tuple[str, Any, Field[Any, Any]], ...] = ()

    def __call__(self, ids: Collection[str]) -> Mapping[str, Record]:
        return read_columns({"": Wanted(self, ids)})[""]


def record_of(source: Columns, row: Model) -> Record | None:
    """This will give the record of a row at hand; None where it takes more than plain columns of its own."""
    if not _is_plain(source):
        return None
    return source.complete({name: getattr(row, name) for name in source.fields})


@lru_cache(maxsize=100)
def _is_plain(source: Columns) -> bool:
    if source.computed or any("__" in name for name in source.fields):
        return False
    return not any(isinstance(source.model._meta.get_field(name), JSONField) for name in source.fields)


class Wanted(NamedTuple):
    source: Columns
    ids: Collection[str]


def read_columns(wanted: Mapping[str, Wanted]) -> dict[str, Mapping[str, Record]]:
    """This will read records of several kinds in one query: kind → id → record, without those that are gone."""
    found: dict[str, dict[str, Record]] = {kind: {} for kind in wanted}
    if not wanted:
        return dict(found)
    places = {kind: _places(one.source) for kind, one in wanted.items()}
    slots = sorted({slot for taken in places.values() for slot in taken.values()})
    for kind, pk, *values in _read_rows(wanted, tuple(slots)):
        row = dict(zip(slots, values, strict=True))
        record = {name: row[slot] for name, slot in places[kind].items()}
        found[kind][str(pk)] = wanted[kind].source.complete(record)
    return dict(found)


def _read_rows(wanted: Mapping[str, Wanted], slots: tuple[_Slot, ...]) -> Iterator[Sequence[Any]]:
    """The rows of all kinds: kind, id, then a value for each slot."""
    ids = {kind: uuids(one.ids) for kind, one in wanted.items()}
    parts = [(_statement(kind, one.source, slots), ids[kind]) for kind, one in wanted.items() if ids[kind]]
    if not parts:
        return
    sql = " UNION ALL ".join(statement.ask_for(len(pks)) for statement, pks in parts)
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for statement, pks in parts for value in statement.params_for(pks)])
        rows = cursor.fetchall()
    yield from parts[0][0].convert(rows)


@dataclass(frozen=True)
class _Statement:
    """What is asked of one kind, put together once: the text around the list of ids, and the values around them."""

    before: str
    after: str
    params_before: tuple[Any, ...]
    params_after: tuple[Any, ...]
    compiler: Any
    converters: Any

    def ask_for(self, count: int) -> str:
        return f"{self.before}{', '.join(['%s'] * count)}{self.after}"

    def params_for(self, pks: Iterable[UUID]) -> list[Any]:
        return [*self.params_before, *(UUIDField().get_db_prep_value(pk, connection) for pk in pks), *self.params_after]

    def convert(self, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        return self.compiler.apply_converters(rows, self.converters)


NOBODY = UUID(int=0)
"""Stands in a statement where the ids go."""


@lru_cache(maxsize=500)
def _statement(kind: str, source: Columns, slots: tuple[_Slot, ...]) -> _Statement:
    compiler = _select(kind, source, slots).query.get_compiler(connection.alias)
    sql, params = compiler.as_sql()
    place = params.index(UUIDField().get_db_prep_value(NOBODY, connection))
    pieces = sql.split("%s")
    return _Statement(
        before="%s".join(pieces[: place + 1]),
        after="%s".join(pieces[place + 1 :]),
        params_before=tuple(params[:place]),
        params_after=tuple(params[place + 1 :]),
        compiler=compiler,
        converters=compiler.get_converters([column for column, *_ in compiler.select]),
    )


def uuids(texts: Iterable[str]) -> list[UUID]:
    """The ids that are UUIDs; any other names no record."""
    return list(_uuids(texts))


def _uuids(texts: Iterable[str]) -> Iterator[UUID]:
    for text in texts:
        try:
            yield UUID(text)
        except ValueError:
            continue


class _Slot(NamedTuple):
    """A column of the common statement: the how many-th of its type."""

    type: str
    number: int


@lru_cache(maxsize=100)
def _places(source: Columns) -> dict[str, _Slot]:
    """Where each field of a source stands: rows of a union must agree in the types of their columns."""
    taken: dict[str, int] = defaultdict(int)
    places = {}
    columns = [(name, _find_field(source.model, name)) for name in source.fields]
    for name, field in [*columns, *((name, field) for name, _, field in source.computed)]:
        kind = next((one.__name__ for one in _TYPES if isinstance(field, one)), TextField.__name__)
        places[name] = _Slot(kind, taken[kind])
        taken[kind] += 1
    return places


def _find_field(model: type[Model], path: str) -> Any:
    *parents, name = path.split("__")
    for parent in parents:
        found: Any = model._meta.get_field(parent)
        model = found.related_model
    return model._meta.get_field(name)


def _select(kind: str, source: Columns, slots: Sequence[_Slot]) -> QuerySet[Any, tuple[Any, ...]]:
    rows = source.model._default_manager.order_by().filter(pk__in=[NOBODY])
    names = {slot: name for name, slot in _places(source).items()}
    computed = {name: expression for name, expression, _ in source.computed}
    columns = [
        ExpressionWrapper(computed[name], _output(slot))
        if (name := names.get(slot)) in computed
        else _column(source.model, name, slot)
        for slot in slots
    ]
    return rows.values_list(_constant(kind), "pk", *columns)


@lru_cache(maxsize=100)
def _constant(kind: str) -> Value:
    return Value(kind, TextField())


@lru_cache(maxsize=1000)
def _column(model: type[Model], name: str | None, slot: _Slot) -> Any:
    """A value that is kept as JSON is read as its text: PostgreSQL unites only what is alike."""
    output = _output(slot)
    if name is None:
        return Cast(Value(None), output)
    is_json = isinstance(_find_field(model, name), JSONField)
    return Cast(F(name), output) if is_json else ExpressionWrapper(F(name), output)


def _output(slot: _Slot) -> Field[Any, Any]:
    if slot.type == DecimalField.__name__:
        return DecimalField(max_digits=20, decimal_places=4)
    types = {one.__name__: one for one in (*_TYPES, TextField)}
    return types[slot.type]()
