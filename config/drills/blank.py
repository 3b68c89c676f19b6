"""One migrated database for a whole run, of which each drill gets a copy: to migrate takes longer than many a drill."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

from config.benchmarks.scratch import scratch_database


class Blank:
    """Made when the first drill asks for it, on the server that the run began on."""

    def __init__(self) -> None:
        self.where = _where()
        self._name = ""
        self._stack = ExitStack()

    def get_name(self) -> str:
        if not self._name:
            old_name = connection.settings_dict["NAME"]
            self._stack.enter_context(scratch_database(f"{name_scratch()}_blank"))
            self._name = str(connection.settings_dict["NAME"])
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
        with scratch_database(name_scratch()):
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
def _copied(blank: str, name: str) -> Iterator[str]:
    if connection.vendor == "sqlite":
        with tempfile.TemporaryDirectory(prefix="evergreen-drill-") as folder:
            yield shutil.copy(blank, str(Path(folder) / "drill.sqlite3"))
        return
    quote = connection.ops.quote_name
    drop = f"DROP DATABASE IF EXISTS {quote(name)} WITH (FORCE)"
    try:
        _say(drop, f"CREATE DATABASE {quote(name)} TEMPLATE {quote(blank)}")
        yield name
    finally:
        # Also under processes that were killed, or have not noticed yet that all is over.
        _say(drop)


def _say(*statements: str) -> None:
    connection.close()
    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _stand_on(name: Any) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _where() -> tuple[Any, Any]:
    return connection.settings_dict["HOST"], connection.settings_dict["PORT"]
