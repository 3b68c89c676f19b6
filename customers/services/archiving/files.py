"""The files of the archive: added to, made durable before a row goes, and read back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from customers.rules.archives import unpack, without_doubles


class ArchiveDamaged(Exception):
    """Raised when a file is shorter than what was written to it for certain: nothing is added, no row goes."""


def add_piece(path: Path, piece: bytes, *, size: int) -> int:
    """This will write a piece behind what is whole, wait until it is on disk, and give the size of the file then.

    size: what is there for certain. Behind it may stand pieces of a run that was killed before its rows went, or of a
    database that was restored since: they are kept, and read over as doubles. What was torn off goes.
    Raises ArchiveDamaged; OSError as the disk does.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    with path.open("ab") as file:
        end = _whole(path, size=size)
        if end < file.tell():
            file.truncate(end)
        file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        _sync_folder(path.parent)
    return end + len(piece)


def check_file(path: Path, *, size: int, rows: int) -> str:
    """This will say what is wrong with a file; "" where every row is there and can be read."""
    if not path.exists():
        return "is not there"
    if path.stat().st_size < size:
        return f"is {path.stat().st_size} bytes long, {size} were written"
    if not _ends_whole(path, size):
        return "cannot be read to its end"
    found = sum(1 for _ in read_rows(path))
    return f"holds {found} rows, {rows} were moved" if found < rows else ""


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """This will give each row of a file once."""
    raw = path.read_bytes()
    return without_doubles(row for _, rows in unpack(raw) for row in rows)


def _whole(path: Path, *, size: int) -> int:
    """Give where the last whole piece ends."""
    there = path.stat().st_size
    if there < size:
        raise ArchiveDamaged(f"{path.name} is {there} bytes long where {size} were written; look for the whole file")
    with path.open("rb") as file:
        file.seek(size)
        tail = file.read()
    return size + max((end for end, _ in unpack(tail)), default=0)


def _ends_whole(path: Path, size: int) -> bool:
    """Whether what was written for certain can be read: its last piece ends where it was said to end."""
    ends = [end for end, _ in unpack(path.read_bytes())]
    return size in ends or size == 0


def _sync_folder(folder: Path) -> None:
    """The name of a new file is durable once its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
