"""The keyed marks of the record: only this workspace can make them, and they say nothing of what they are made of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from customers.rules.record_lines import Line, put_head, put_said
from customers.services.digests import keyed_digest

MARK_BYTES = 16


def said_of(line: Line, *, data: str | None = None) -> str:
    """This will give the keyed digest, in hex, of what the line says. data: as `put_data` gives it, where known."""
    return keyed_digest("record", put_said(line, data=data)).hex()


def mark_line(line: Line, *, said: str | None = None, data: str | None = None) -> str:
    """This will give the mark of a line as it was written.

    said: its digest, where its words have been erased. data: as `put_data` gives it, where it is known.
    """
    return keyed_digest("record.line", f"{put_head(line)}\0{said or said_of(line, data=data)}")[:MARK_BYTES].hex()


def mark_wiped(line: Line) -> str:
    """This will give the mark of the words that an erasure leaves, so that nobody else can change them."""
    return keyed_digest("record.wiped", put_said(line))[:MARK_BYTES].hex()


def link(previous: str, *, number: int, kind: str, line_id: Any, mark: str, sealed_at: datetime) -> str:
    """This will give a link's digest, in hex, over its place, its line and the link before."""
    at = sealed_at.astimezone(UTC).isoformat()
    return keyed_digest("record.seal", f"{previous}\0{number}\0{kind}\0{line_id or ''}\0{mark}\0{at}").hex()
