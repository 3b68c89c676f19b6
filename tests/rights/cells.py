"""Who calls, and whose the object is: the cells of the matrix of one line, as far as this run tries them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from zlib import crc32

from django.db import connection

from customers.enums import Role
from tests.rights.table import NOBODY, Row
from tests.rights.world import RELATIONS

PART = 4
"""By day PostgreSQL is asked one in so many: what is decided is decided in Python, and SQLite is asked everything."""
ALWAYS = (Role.CSM, "foreign")


def list_cells(row: Row, called: str) -> Iterator[tuple[str, str]]:
    """This will give each role with each relation to whose it is. called: what is opened, as no other is called."""
    for role, relation in _all_cells(row):
        if (role, relation) == ALWAYS or is_tried(f"{called} {role} {relation}"):
            yield role, relation


def is_tried(what: str) -> bool:
    """Whether this run tries it: everything, but on PostgreSQL by day (docs/nightly.md)."""
    is_night = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
    return connection.vendor == "sqlite" or is_night or crc32(what.encode()) % PART == 0


def _all_cells(row: Row) -> Iterator[tuple[str, str]]:
    yield NOBODY, "own"
    yield from ((role, relation) for role in Role.values for relation in (RELATIONS if row.has_object else ("own",)))
    if row.has_object:
        yield Role.OPS, "missing"
