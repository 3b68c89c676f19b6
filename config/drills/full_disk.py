"""A disk that is filled and emptied under the processes of a drill, and a process that ticks on it.

Imports nothing of Django before it has set it up: it starts from nothing.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from config.drills.engine import go_on_ticking, register_note, set_up
from config.drills.sender import Orders

NO_LIMIT = 1073741823
SOME_PAGES = 12
"""So much is left when it is full: a claim finds its place, what is to be written for its rows does not."""
CHUNK = 64 * 1024


@dataclass(frozen=True)
class Disk:
    """pages: SQLite's limit, shared by all, 0 for none. refused: how many writes met a full disk."""

    pages: Any
    refused: Any
    ballast: str = ""

    def fill(self) -> None:
        """This will leave room for a few pages more and no others."""
        if self.ballast:
            _fill_with(self.ballast)
        else:
            self.pages.value = _count_pages() + SOME_PAGES

    def make_room(self) -> None:
        if self.ballast:
            with suppress(FileNotFoundError):
                os.unlink(self.ballast)
        self.pages.value = 0


def tick_on_a_small_disk(orders: Orders) -> None:
    """This will tick, and count the writes that find no room."""
    set_up(orders)
    # Each refused write is told with all that led to it, many times a second.
    logging.disable(logging.CRITICAL)
    register_note()
    from django.db import connection

    with connection.execute_wrapper(notice_refusals(orders.disk)):
        go_on_ticking(orders, before=lambda: keep_to(orders.disk))


def keep_to(disk: Disk) -> None:
    """This will have SQLite keep to the limit; each connection has one of its own."""
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA max_page_count={disk.pages.value or NO_LIMIT}")


def notice_refusals(disk: Disk) -> Callable[..., Any]:
    """This will give a wrapper that counts the statements that a full disk refused."""
    from django.db import OperationalError

    from customers.queries.disk import is_disk_full

    def notice(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        try:
            return execute(sql, params, many, context)
        except OperationalError as error:
            if is_disk_full(error):
                disk.refused.value += 1
            raise

    return notice


def _count_pages() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        # Pages that were freed before would be room all the same.
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA page_count")
        pages: int = cursor.fetchone()[0]
    return pages


def _fill_with(path: str) -> None:
    """Write until nothing more goes on the disk, then give a little back."""
    with suppress(OSError), open(path, "wb", buffering=0) as ballast:
        while ballast.write(b"x" * CHUNK) == CHUNK:
            pass
    os.truncate(path, max(0, os.path.getsize(path) - CHUNK))
