"""Which rows are about one contact: declared by each table (`of_person`), read by export and erasure."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from customers.rules.wiping import ERASED, speaks_of, wipe_text

_KEPT_VALUE = re.compile(r"\d{4}-\d{2}-\d{2}(T[\d:.+Z-]+)?|[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}|[0-9a-f]{64}")
"""Dates, ids and digests: they say nothing without the row that they lead to."""

CODES = frozenset({"check", "kind", "field", "type", "key", "state", "passed", "waits", "message_id"})
"""Entries of JSON that hold a code of ours, or an id made by us, by their name."""


@dataclass(frozen=True)
class OfPerson:
    """How a table's rows belong to a contact, and which of their columns hold words about them.

    by: lookups whose value is the id of the contact or of another row about them (a letter, a reply, an objection).
    words: columns that go whole, in whatever words. adds: columns that lead to further rows about them. named: a column
    that holds their name alone. shared: a relation to contacts; a row that leads to others as well is theirs too, and
    loses the name and the address only.
    """

    by: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()
    named: str = ""
    shared: str = ""


def blank_text(text: str, *, longest: int | None = None) -> str:
    """Give what stands in a column whose words went: nothing where nothing stood."""
    if not text:
        return ""
    return ERASED if longest is None or longest >= len(ERASED) else ""


def blank_json(value: Any, name: str = "") -> Any:
    """Take every text out but dates, ids, digests and our own codes; keys and figures stay."""
    if isinstance(value, str):
        is_kept = name in CODES or not value or _KEPT_VALUE.fullmatch(value)
        return value if is_kept else ERASED
    if isinstance(value, list):
        return [blank_json(one, name) for one in value]
    if isinstance(value, dict):
        return {key: blank_json(one, key) for key, one in value.items()}
    return value


def blank_entries(value: Any, terms: Sequence[str]) -> Any:
    """Blank each smallest object that speaks of somebody, with all it says; others stay as they are."""
    if isinstance(value, str):
        return wipe_text(value, terms)
    if isinstance(value, list):
        return [blank_entries(one, terms) for one in value]
    if not isinstance(value, dict):
        return value
    if any(_says(key, terms) or _says(one, terms) for key, one in value.items()):
        return {wipe_text(key, terms): blank_json(one) for key, one in value.items()}
    return {key: blank_entries(one, terms) for key, one in value.items()}


def blank_bytes(raw: bytes, terms: Sequence[str]) -> bytes:
    """The same of a call or an answer in JSON; of anything else nothing is left."""
    try:
        read = json.loads(raw)
    except ValueError:
        return b""
    return json.dumps(blank_entries(read, terms), ensure_ascii=False).encode()


def _says(value: Any, terms: Sequence[str]) -> bool:
    """Whether the value says it itself, in a text or a plain list of texts."""
    if isinstance(value, list):
        return any(isinstance(one, str) and speaks_of(one, terms) for one in value)
    return isinstance(value, str) and speaks_of(value, terms)
