"""How a line of the record is put into words for its marks: the same when it is written and when it is read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID


class Line(Protocol):
    """A line as a row, or as facts read from one."""

    @property
    def id(self) -> Any: ...
    @property
    def customer_id(self) -> Any: ...
    @property
    def at(self) -> datetime: ...
    @property
    def verb(self) -> str: ...
    @property
    def actor_id(self) -> Any: ...
    @property
    def actor_name(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def subject_kind(self) -> str: ...
    @property
    def subject_id(self) -> Any: ...
    @property
    def data(self) -> Any: ...


class LineFacts(NamedTuple):
    """A line as verification reads it."""

    id: UUID
    customer_id: UUID | None
    at: datetime
    verb: str
    actor_id: UUID | None
    actor_name: str
    summary: str
    subject_kind: str
    subject_id: UUID | None
    data: Any
    said_digest: str | None = None
    mark: str | None = None
    wiped_mark: str | None = None


# Made once: every line of the record is written by both.
_to_json = json.JSONEncoder().encode
_to_sorted_json = json.JSONEncoder(sort_keys=True).encode

FACTS = LineFacts._fields


def put_head(line: Line) -> str:
    """Give what no erasure may change: which line, when, what kind of thing, by whom of ours, about what."""
    ours = line.actor_name if line.actor_id else ""
    ids = '", "'.join([_id(one) for one in (line.id, line.customer_id, line.actor_id, line.subject_id)])
    at = line.at.astimezone(UTC).isoformat()
    # Written as JSON writes the list of them, which takes several times as long; neither ids nor moments need escapes.
    return f'["{ids}", "{at}", {_to_json(line.verb)}, {_to_json(ours)}, {_to_json(line.subject_kind)}]'


def put_said(line: Line, *, data: str | None = None) -> str:
    """Give what may speak of a customer's person: the words, the data, and the name where none of ours acted.

    data: what `put_data` gives of the line's, where it is known.
    """
    name = "" if line.actor_id else line.actor_name
    told = put_data(line.data) if data is None else data
    return f"{_id(line.id)}\0[{_to_json(line.summary)}, {told}, {_to_json(name)}]"


def put_data(data: Any) -> str:
    """Give a line's data as one text, the same on both databases."""
    return _to_sorted_json(plain(data))


def plain(value: Any) -> Any:
    """Give JSON as both databases give it back: keys are text, and a number without a fraction is whole."""
    if isinstance(value, dict):
        return {_key(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        return str(value)
    return value


def _key(key: Any) -> str:
    return key if isinstance(key, str) else str(json.loads(json.dumps({key: 0}).split(":")[0][1:]))


def _id(value: Any) -> str:
    if value is None or isinstance(value, UUID):
        return value.hex if value else ""
    return (UUID(int=value) if isinstance(value, int) else UUID(str(value))).hex
