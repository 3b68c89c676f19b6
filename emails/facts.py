"""The registry of fact sources: how a fact is read again without knowing the app that owns its record.

An app registers a reader per kind when it starts:

    emails.facts.register_source("renewal", read_renewals)

A reader takes the ids of some records and answers their quotable fields, in one query where it can; a record that is
gone is left out. Where the fields are columns, `Columns` is the reader, and all kinds of that sort share a query.

An app that knows more of an account than the ground does tells it to letters that somebody wrote freely:

    emails.facts.register_teller("renewals", tell_renewal)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Model

from customers.queries.memo import kept, kept_each
from emails.queries.columns import Columns, Record, Wanted, read_columns, record_of
from emails.rules.facts import Fact, canonical

Key = tuple[str, str]
"""Kind and id of a record."""
Reader = Callable[[Collection[str]], Mapping[str, Record]]

Teller = Callable[[Any, datetime], Iterable[Fact]]
"""Takes an account and now; gives the facts that a letter to it may state."""

_FACTS = "facts"
_readers: dict[str, Reader] = {}
_tellers: dict[str, Teller] = {}


def register_source(kind: str, reader: Reader) -> None:
    """Take `reader` as the source of facts of this kind. A later registration replaces the earlier one."""
    _readers[kind] = reader


def offer_source(kind: str, reader: Reader) -> None:
    """Take `reader` unless an app that knows more of this kind has registered already; the order of start-up varies."""
    _readers.setdefault(kind, reader)


def register_teller(app: str, teller: Teller) -> None:
    """Take what `teller` says of an account as facts of every letter written freely; one per app."""
    _tellers[app] = teller


def told_facts(customer: Any, *, now: datetime) -> tuple[Fact, ...]:
    """Gather what the apps on the left know of the account."""
    return tuple(fact for teller in _tellers.values() for fact in teller(customer, now))


def read(kind: str, id: str, field: str) -> str | None:
    """Read one value again, in canonical form; None when record, field or source is gone."""
    return _value(_records({(kind, id)}).get((kind, id)), field)


def read_again(facts: Iterable[Fact]) -> dict[tuple[str, str, str], str | None]:
    """Read facts again, at most one call per kind: (kind, id, field) → canonical value, None where it is gone."""
    facts = list(facts)
    records = _records({(fact.kind, fact.id) for fact in facts})
    return {(fact.kind, fact.id, fact.field): _value(records.get((fact.kind, fact.id)), fact.field) for fact in facts}


def current_values(facts: Iterable[Fact], values: Mapping[tuple[str, str, str], str | None]) -> dict[str, str | None]:
    """Sort what was read by the keys of these facts."""
    return {fact.key: values.get((fact.kind, fact.id, fact.field)) for fact in facts}


def keep_rows(*rows: Model | None) -> None:
    """Have the facts of these rows not be read again within `reading_once`: who calls has just read them."""
    known: dict[Key, Record | None] = kept(_FACTS, dict)
    for kind, reader in _readers.items():
        for row in rows:
            if isinstance(reader, Columns) and type(row) is reader.model and (record := record_of(reader, row)):
                known[kind, str(row.pk)] = record


def _records(keys: Collection[Key]) -> Mapping[Key, Record]:
    """The records by kind and id; a page reads each once."""
    return kept_each(_FACTS, keys, _read)


def _read(keys: Collection[Key]) -> Mapping[Key, Record]:
    ids: dict[str, set[str]] = defaultdict(set)
    for kind, id in keys:
        ids[kind].add(id)
    readers = {kind: reader for kind in ids if (reader := _readers.get(kind))}
    together = {kind: Wanted(one, ids[kind]) for kind, one in readers.items() if isinstance(one, Columns)}
    records = dict(read_columns(together))
    records |= {kind: read(ids[kind]) for kind, read in readers.items() if kind not in together}
    return {(kind, id): record for kind, found in records.items() for id, record in found.items()}


def _value(record: Record | None, field: str) -> str | None:
    if record is None or record.get(field) is None:
        return None
    return canonical(record[field])
