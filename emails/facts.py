"""The registry of fact sources: how a fact is read again without knowing the app that owns its record.

An app registers a reader per kind when it starts:

    emails.facts.register_source("renewal", read_renewal)

A reader takes a record's id and answers its quotable fields, or None when the record is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from emails.rules.facts import Fact, canonical

Reader = Callable[[str], Mapping[str, object] | None]

_readers: dict[str, Reader] = {}


def register_source(kind: str, reader: Reader) -> None:
    """Take `reader` as the source of facts of this kind. A later registration replaces the earlier one."""
    _readers[kind] = reader


def has_source(kind: str) -> bool:
    return kind in _readers


def read(kind: str, id: str, field: str) -> str | None:
    """Read one value again, in canonical form; None when record, field or source is gone."""
    return _value(_record(kind, id), field)


def read_again(facts: Iterable[Fact]) -> dict[str, str | None]:
    """Read every fact again, each record once: fact key → canonical value, None where it is gone."""
    records: dict[tuple[str, str], Mapping[str, object] | None] = {}
    current: dict[str, str | None] = {}
    for fact in facts:
        where = (fact.kind, fact.id)
        if where not in records:
            records[where] = _record(*where)
        current[fact.key] = _value(records[where], fact.field)
    return current


def _record(kind: str, id: str) -> Mapping[str, object] | None:
    reader = _readers.get(kind)
    return reader(id) if reader else None


def _value(record: Mapping[str, object] | None, field: str) -> str | None:
    if record is None or record.get(field) is None:
        return None
    return canonical(record[field])
