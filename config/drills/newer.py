"""Tomorrow's code in a process of a drill: one kind and one column more than today's.

Imports nothing of Django before it has set it up: it starts from nothing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from config.drills.engine import APPLY_S, KIND, go_on_ticking, load_dues, set_up
from config.drills.sender import Orders

NEW_KIND = "drill.new"
COLUMN = "drill_mark"
OLD, NEW = "old", "new"


def tick_on_newer_code(orders: Orders) -> None:
    """This will tick as the new version does: it knows both kinds, and writes the new column."""
    set_up(orders)
    from customers.models import Todo
    from journeys.models import AutomationSchedule

    for model in (Todo, AutomationSchedule):
        model.add_to_class(COLUMN, make_column())
    register_newer()
    go_on_ticking(orders)


def make_column() -> Any:
    """This will give the column; its default stands in the database, since old code says nothing of it."""
    from django.db import models

    return models.CharField(max_length=10, db_default=OLD)


def register_newer() -> None:
    from journeys.registry import Handler, register_handler
    from journeys.rules.automations import Do, Due

    def decide(due: Due, now: datetime) -> Do:
        return Do("Noted", (due,))

    for kind in (KIND, NEW_KIND):
        register_handler(Handler(kind=kind, load=load_dues, decide=decide, apply=write_newer_notes))


def write_newer_notes(dues: Sequence[Any], now: datetime) -> None:
    from customers.enums import TodoActor
    from customers.models import Todo

    time.sleep(APPLY_S * len(dues))
    Todo.objects.bulk_create(
        [
            Todo(
                customer_id=due.customer_id,
                title=str(due.id),
                actor=TodoActor.AI,
                kind=due.kind,
                waits_since=now,
                **{COLUMN: NEW},
            )
            for due in dues
        ]
    )
