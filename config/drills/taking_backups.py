"""A backup of the database at hand, taken and put back as ops do: by pg_dump and pg_restore where they are."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection

from config.benchmarks.scratch import copied_database, use_database

DUMPED = "pg_dump and pg_restore"
COPIED = "a copy of the file"
BY_TEMPLATE = "a copy by template, since {}"
LONGEST_S = 300.0


class NoDump(Exception):
    """Raised where pg_dump is not to be had, or cannot read this server; its words say why."""


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
            _drop(f"{name}_copy")


def _dump(name: str, path: Path) -> Backup:
    if connection.vendor != "postgresql":
        raise NoDump("this is not PostgreSQL")
    if missing := [program for program in ("pg_dump", "pg_restore") if shutil.which(program) is None]:
        raise NoDump(f"{missing[0]} is not on this machine")
    connection.close()
    began = time.monotonic()
    if said := _run("pg_dump", "--format=custom", f"--file={path}", name):
        raise NoDump(f"pg_dump said: {said}")
    figures = {"dump_s": round(time.monotonic() - began, 2), "dump_mb": round(path.stat().st_size / 1e6, 2)}

    def put_back() -> None:
        """Into a database of its own, made anew, to which the desk is led then."""
        began, there = time.monotonic(), f"{name}_copy"
        _drop(there)
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(there)} TEMPLATE template0")
        if said := _run("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={there}", str(path)):
            raise RuntimeError(f"pg_restore said: {said}")
        use_database(there)
        figures["restore_s"] = round(time.monotonic() - began, 2)

    return Backup(DUMPED, put_back, figures)


def _drop(name: str) -> None:
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)} WITH (FORCE)")


def _run(*words: str) -> str:
    """Gives what it complained of; nothing where it went well."""
    kept = connection.settings_dict
    there = {"PGHOST": kept["HOST"], "PGPORT": kept["PORT"], "PGUSER": kept["USER"], "PGPASSWORD": kept["PASSWORD"]}
    run = subprocess.run(  # noqa: S603  # words of our own
        words,
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        env={**os.environ, **{name: str(value) for name, value in there.items() if value}},
    )
    return (run.stderr.strip()[-300:] or f"ended with {run.returncode}") if run.returncode else ""
