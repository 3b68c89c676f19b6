"""What a ticking process of a drill does. Imports nothing of Django before it has set it up: it starts from nothing."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from config.drills import sender
from config.drills.sender import Orders, drill_now, say_ready

KIND = "drill.note"
SHORT_KIND = "drill.short"
"""Dropped when it is late by more than EXPIRES_AFTER."""
EXPIRES_AFTER = timedelta(days=2)
PAUSE_S = 0.02
APPLY_S = 0.002
"""Each row takes a moment, so that a kill often lands in the middle of a batch."""


def tick_on(orders: Orders) -> None:
    """This will tick again and again, as beat and the workers do, until it is told to stop or is killed."""
    set_up(orders)
    register_note()
    register_note(SHORT_KIND, expires_after=EXPIRES_AFTER)
    go_on_ticking(orders)


def set_up(orders: Orders) -> None:
    """This will make Django ready, and keep still: refusals are counted by the drill."""
    sender.set_up(orders)
    logging.disable(logging.WARNING)


def go_on_ticking(orders: Orders, *, before: Callable[[], object] = lambda: None) -> None:
    """This will call `before` and tick, until the orders say stop. The database may be away or full meanwhile."""
    from django.db import DatabaseError, InterfaceError, connection
    from django.test.utils import override_settings

    from journeys.services.clock import tick

    # The mark of this installation is not the drill's to overwrite.
    own = tempfile.TemporaryDirectory(prefix="evergreen-drill-")
    with own, override_settings(DATA_DIR=orders.data_dir or own.name):
        say_ready(orders)
        while not orders.stop.is_set():
            try:
                before()
                tick(now=drill_now(orders), clock=partial(drill_now, orders))
            except (DatabaseError, InterfaceError):
                connection.close()
            time.sleep(PAUSE_S)


def register_note(kind: str = KIND, *, expires_after: timedelta | None = None) -> None:
    """This will have the clock write one to-do for each automation of the drill: twice would be seen."""
    from journeys.registry import Handler, register_handler
    from journeys.rules.automations import Do, Due

    def decide(due: Due, now: datetime) -> Do:
        return Do("Noted", (due,))

    register_handler(Handler(kind=kind, load=load_dues, decide=decide, apply=write_notes, expires_after=expires_after))


def load_dues(dues: Sequence[Any]) -> Mapping[Any, Any]:
    return {due.id: due for due in dues}


def write_notes(dues: Sequence[Any], now: datetime) -> None:
    from customers.enums import TodoActor
    from customers.models import Todo

    time.sleep(APPLY_S * len(dues))
    Todo.objects.bulk_create(
        [
            Todo(customer_id=due.customer_id, title=str(due.id), actor=TodoActor.AI, kind=due.kind, waits_since=now)
            for due in dues
        ]
    )
