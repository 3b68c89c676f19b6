"""A backup of the database at hand, taken and put back as ops do: by pg_dump and pg_restore where they are."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection

from config.benchmarks.scratch import copied_database, use_database
from config.drills.postgres_dumps import NoDump, drop_database, dump_database, restore_database

DUMPED = "pg_dump and pg_restore"
COPIED = "a copy of the file"
BY_TEMPLATE = "a copy by template, since {}"


@dataclass(frozen=True)
class Backup:
    """put_back: has the connection lead to a database as it was when the backup was taken. figures: of the taking."""

    by: str
    put_back: Callable[[], None]
    figures: dict[str, Any] = field(default_factory=dict)


@contextmanager
def taken_backup() -> Iterator[Backup]:
    """This will take a backup now, and drop in the end what it was put back to; the connection leads here again."""
    name = str(connection.settings_dict["NAME"])
    with tempfile.TemporaryDirectory(prefix="evergreen-drill-") as folder:
        try:
            backup = _dump(name, Path(folder) / "yesterday.dump")
        except NoDump as why:
            by = BY_TEMPLATE.format(why) if connection.vendor == "postgresql" else COPIED
            with copied_database() as (today, yesterday):
                use_database(today)
                yield Backup(by, lambda: use_database(yesterday))
            return
        try:
            yield backup
        finally:
            use_database(name)
            drop_database(f"{name}_copy")


def _dump(name: str, path: Path) -> Backup:
    began = time.monotonic()
    dump_database(name, path)
    figures = {"dump_s": round(time.monotonic() - began, 2), "dump_mb": round(path.stat().st_size / 1e6, 2)}

    def put_back() -> None:
        """Into a database of its own, made anew, to which the desk is led then."""
        began, there = time.monotonic(), f"{name}_copy"
        restore_database(path, there)
        use_database(there)
        figures["restore_s"] = round(time.monotonic() - began, 2)

    return Backup(DUMPED, put_back, figures)
