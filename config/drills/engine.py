"""What a ticking process of a drill does. Imports nothing of Django before it has set it up: it starts from nothing."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from config.drills.sender import Orders, drill_now, use_database

KIND = "drill.note"
PAUSE_S = 0.02
APPLY_S = 0.002
"""Each row takes a moment, so that a kill often lands in the middle of a batch."""


def tick_on(orders: Orders) -> None:
    """This will tick again and again, as beat and the workers do, until it is told to stop or is killed."""
    import django

    django.setup()
    from django.db import DatabaseError, InterfaceError, connection
    from django.test.utils import override_settings

    from journeys.services.clock import tick

    use_database(orders.database)
    register_note()
    # The mark of this installation is not the drill's to overwrite.
    with tempfile.TemporaryDirectory(prefix="evergreen-drill-") as folder, override_settings(DATA_DIR=folder):
        while not orders.stop.is_set():
            try:
                tick(now=drill_now(orders))
            except (DatabaseError, InterfaceError):
                connection.close()
            time.sleep(PAUSE_S)


def register_note() -> None:
    """This will have the clock write one to-do for each automation of the drill: twice would be seen."""
    from journeys.registry import Handler, register_handler
    from journeys.rules.automations import Do, Due

    def load(dues: Sequence[Due]) -> Mapping[Any, Due]:
        return {due.id: due for due in dues}

    def decide(due: Due, now: datetime) -> Do:
        return Do("Noted", (due,))

    register_handler(Handler(kind=KIND, load=load, decide=decide, apply=write_notes))


def write_notes(dues: Sequence[Any], now: datetime) -> None:
    from customers.enums import TodoActor
    from customers.models import Todo

    time.sleep(APPLY_S * len(dues))
    Todo.objects.bulk_create(
        [
            Todo(customer_id=due.customer_id, title=str(due.id), actor=TodoActor.AI, kind=KIND, waits_since=now)
            for due in dues
        ]
    )
