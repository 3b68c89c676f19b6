"""Old rows as lines of a file: from when on a row is old, what the file is called, and how its pieces are read.

A file holds gzip members one after the other, each with the JSON lines of one batch; any gzip reads the whole.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from typing import Any

LEVEL = 6
READ_AT_ONCE = 65_536


def horizon_of(now: datetime, *, months: int) -> datetime:
    """Give the begin of the month before which rows are old: whole months go, so that each file is made once."""
    there = now.astimezone(UTC)
    year, month = divmod(there.year * 12 + there.month - 1 - months, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)


def month_of(moment: datetime) -> date:
    """Give the first day of the month, UTC, that a row belongs to."""
    return moment.astimezone(UTC).date().replace(day=1)


def file_name(table: str, month: date) -> str:
    return f"{table}-{month:%Y-%m}.jsonl.gz"


def pack(rows: Iterable[dict[str, Any]]) -> bytes:
    """Give the rows as one piece of a file; the same rows give the same bytes."""
    lines = "".join(json.dumps(row, default=_plain, separators=(",", ":")) + "\n" for row in rows)
    return gzip.compress(lines.encode(), LEVEL, mtime=0)


def unpack(raw: bytes) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Give the rows of each whole piece, and where it ends; what was torn off in the middle is left out."""
    view, start = memoryview(raw), 0
    while start < len(raw):
        reader, text, at = zlib.decompressobj(wbits=31), [], start
        try:
            # Bit by bit: handed the whole rest, each piece would copy it.
            while at < len(raw) and not reader.eof:
                text.append(reader.decompress(view[at : at + READ_AT_ONCE]))
                at = min(at + READ_AT_ONCE, len(raw))
        except zlib.error:
            return
        if not reader.eof:
            return
        start = at - len(reader.unused_data)
        yield start, [json.loads(line) for line in b"".join(text).splitlines()]


def without_doubles(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Leave out a row that stands there already: a run that was killed, or a restored database, writes some again."""
    seen: set[str] = set()
    for row in rows:
        if row["id"] not in seen:
            seen.add(row["id"])
            yield row


def _plain(value: Any) -> str:
    """Moments to the microsecond, so that a row can be put back as it was; ids with their dashes."""
    return value.isoformat() if isinstance(value, date | time) else str(value)
