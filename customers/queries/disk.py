"""Had the database no room to write? Its own trouble, and no row's."""

from __future__ import annotations

import sqlite3

from django.db import DatabaseError

DISK_FULL = "53100"
"""PostgreSQL's SQLSTATE for it."""


def is_disk_full(error: BaseException) -> bool:
    """This will say whether a statement failed for want of room on the disk."""
    if not isinstance(error, DatabaseError):
        return False
    cause = error.__cause__
    code = getattr(cause, "sqlite_errorcode", None)
    return getattr(cause, "sqlstate", None) == DISK_FULL or code == sqlite3.SQLITE_FULL
