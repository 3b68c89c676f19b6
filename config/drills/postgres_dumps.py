"""PostgreSQL's own programs, on the server that the connection leads to: a dump of a database, and one made of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from django.db import connection

LONGEST_S = 300.0


class NoDump(Exception):
    """Raised where pg_dump is not to be had, or cannot read this server; its words say why."""


def dump_database(name: str, path: Path) -> None:
    """This will write the database into the file. Raises NoDump."""
    if connection.vendor != "postgresql":
        raise NoDump("this is not PostgreSQL")
    if missing := [program for program in ("pg_dump", "pg_restore") if shutil.which(program) is None]:
        raise NoDump(f"{missing[0]} is not on this machine")
    connection.close()
    if said := _run("pg_dump", "--format=custom", f"--file={path}", name):
        raise NoDump(f"pg_dump said: {said}")


def restore_database(path: Path, name: str) -> None:
    """This will make the database of that name anew from the file. Raises RuntimeError."""
    drop_database(name)
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(name)} TEMPLATE template0")
    if said := _run("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={name}", str(path)):
        raise RuntimeError(f"pg_restore said: {said}")


def copy_database(source: str, name: str) -> None:
    """This will make the database of that name anew as a copy of another that nobody works in."""
    drop_database(name)
    quote = connection.ops.quote_name
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {quote(name)} TEMPLATE {quote(source)}")


def drop_database(name: str) -> None:
    """This will drop it, also under processes that were killed, or have not noticed yet that all is over."""
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
