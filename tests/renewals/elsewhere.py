"""What somebody else does meanwhile, on a connection of their own."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Any

from django.db import connection


def elsewhere(act: Callable[[], Any]) -> None:
    """This will do it and come back when it is done and committed."""

    def run() -> None:
        act()
        connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join()
