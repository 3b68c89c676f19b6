"""A handler for tests whose effect is a row in the database, and automations for it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from customers.enums import HoldScope, TodoActor
from customers.models import Customer, Todo
from journeys.enums import AutomationType
from journeys.models import AutomationSchedule
from journeys.registry import Handler
from journeys.rules.automations import Decision, Do, Due

KIND = "test.note"


@dataclass
class Notebook:
    """Decides to write one to-do per automation; `decisions` answers otherwise for some, `poison` fails for others."""

    decisions: dict[uuid.UUID, Decision] = field(default_factory=dict)
    poison: set[uuid.UUID] = field(default_factory=set)
    gone: set[uuid.UUID] = field(default_factory=set)

    def load(self, dues: Sequence[Due]) -> Mapping[uuid.UUID, Due]:
        return {due.id: due for due in dues if due.id not in self.gone}

    def decide(self, due: Due, now: datetime) -> Decision:
        return self.decisions.get(due.id) or Do("Noted", (due,))

    def apply(self, effects: Sequence[Due], now: datetime) -> None:
        for due in effects:
            write_note(due, now)
            if due.id in self.poison:
                raise RuntimeError("poison\x00 row")

    def handler(
        self,
        *,
        expires_after: timedelta | None = None,
        stopped_by: frozenset[str] = frozenset({HoldScope.ACCOUNT}),
    ) -> Handler:
        return Handler(
            kind=KIND,
            load=self.load,
            decide=self.decide,
            apply=self.apply,
            expires_after=expires_after,
            stopped_by=stopped_by,
        )


def write_note(due: Due, now: datetime) -> None:
    # Without a key: a second run would leave a second to-do, and the test would see it.
    Todo.objects.create(customer_id=due.customer_id, title=str(due.id), actor=TodoActor.AI, kind=KIND, waits_since=now)


def notes() -> list[str]:
    return sorted(Todo.objects.filter(kind=KIND).values_list("title", flat=True))


def make_automation(customer: Customer, at: datetime, **fields: Any) -> AutomationSchedule:
    values = {
        "type": AutomationType.SEND_NOTIFICATION,
        "kind": KIND,
        "subject_kind": "customer",
        "subject_id": uuid.uuid4(),
        "trigger_at": at,
    }
    row = AutomationSchedule.objects.create(customer=customer, **{**values, **fields})
    # Planned a day ahead, as most rows are.
    AutomationSchedule.objects.filter(pk=row.pk).update(created_at=at - timedelta(days=1))
    return row
