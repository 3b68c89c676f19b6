"""A handler with a fault: each of the drill's rows leaves two notes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from config.drills import engine

once = engine.write_notes


def write_twice(dues: Sequence[Any], now: datetime) -> None:
    once(dues, now)
    once(dues, now)


engine.write_notes = write_twice
engine.register_note()
