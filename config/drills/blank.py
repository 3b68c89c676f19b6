"""One migrated database for a whole run, of which each drill gets a copy: to migrate takes longer than many a drill.

On PostgreSQL other servers of the run, and the drills that run in a process of their own, get it from a dump.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from django.db import connection

from config.benchmarks.scratch import scratch_database
from config.drills.postgres_dumps import NoDump, copy_database, drop_database, dump_database, restore_database

DUMP = "EVERGREEN_DRILL_BLANK"
"""The variable that says where the dump is."""


class Blank:
    """Made when the first drill asks for it, on the server that the run began on."""

    def __init__(self) -> None:
        self.where = _where()
        self._name = ""
        self._stack = ExitStack()

    def get_name(self) -> str:
        if not self._name:
            old_name = connection.settings_dict["NAME"]
            self._stack.enter_context(_migrated(f"{name_scratch()}_blank"))
            self._name = str(connection.settings_dict["NAME"])
            if DUMP not in os.environ:
                self._stack.enter_context(_dumped(self._name))
            _stand_on(old_name)
        return self._name

    def drop(self) -> None:
        if self._name:
            _stand_on(self._name)
            self._stack.close()


kept: list[Blank] = []


def name_scratch() -> str:
    """What the scratch databases of this run are called, after the name of the desk's own."""
    return f"drill_{os.getpid()}"


@contextmanager
def kept_blank() -> Iterator[None]:
    """This will have every `empty_database` within be a copy of one that is migrated once."""
    kept.append(Blank())
    try:
        yield
    finally:
        kept.pop().drop()


@contextmanager
def empty_database() -> Iterator[None]:
    """This will switch the connection to an empty, migrated database and drop it afterwards."""
    if not kept or kept[-1].where != _where():
        with _migrated(name_scratch()):
            yield
        return
    old_name, blank = connection.settings_dict["NAME"], kept[-1].get_name()
    with _copied(blank, f"{old_name}_{name_scratch()}") as name:
        _stand_on(name)
        try:
            yield
        finally:
            _stand_on(old_name)


@contextmanager
def _migrated(suffix: str) -> Iterator[None]:
    """A database from the run's dump where there is one, else one that is migrated here."""
    dump, old_name = os.environ.get(DUMP), connection.settings_dict["NAME"]
    if not dump or connection.vendor != "postgresql":
        with scratch_database(suffix):
            yield
        return
    name = f"{old_name}_{suffix}"
    try:
        restore_database(Path(dump), name)
        _stand_on(name)
        yield
    finally:
        _stand_on(old_name)
        drop_database(name)


@contextmanager
def _dumped(name: str) -> Iterator[None]:
    """What can be restored elsewhere in this run; nothing where it cannot be dumped."""
    with tempfile.TemporaryDirectory(prefix="evergreen-drill-") as folder:
        path = Path(folder) / "blank.dump"
        # PostgreSQL's own user, as whom servers of the run are started, reads none of it.
        with suppress(NoDump):
            dump_database(name, path)
            os.environ[DUMP] = str(path)
        try:
            yield
        finally:
            os.environ.pop(DUMP, None)


@contextmanager
def _copied(blank: str, name: str) -> Iterator[str]:
    if connection.vendor == "sqlite":
        with tempfile.TemporaryDirectory(prefix="evergreen-drill-") as folder:
            yield shutil.copy(blank, str(Path(folder) / "drill.sqlite3"))
        return
    try:
        copy_database(blank, name)
        yield name
    finally:
        drop_database(name)


def _stand_on(name: Any) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _where() -> tuple[Any, Any]:
    return connection.settings_dict["HOST"], connection.settings_dict["PORT"]
