"""Mails that nobody could get: written once the account has somebody to write to, while they are still wanted."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from customers.base import lock_customer
from customers.enums import TodoState
from customers.models import Todo
from customers.services.todos import finish_todo
from journeys.enums import JourneyKind
from journeys.models import AutomationSchedule
from journeys.queries.facts import read_facts
from journeys.queries.mail_facts import read_mail_facts
from journeys.queries.rows import rows_of
from journeys.queries.template_pins import list_left_out
from journeys.rules.automations import Do, too_late
from journeys.rules.effects import SendMail
from journeys.rules.journeys import StepFacts, decide
from journeys.services.handlers import EXPIRES_AFTER, EXPIRING
from journeys.services.mailing import NOBODY_TODO, effect_of_mail, queue_journey_mails


def write_unaddressed(customer_ids: Collection[UUID], *, now: datetime) -> int:
    """This will write what these accounts could not get before, and close the to-dos that asked for a contact.

    What is not wanted any more is closed unwritten. Gives how many mails were queued.
    """
    open_todos = Todo.objects.filter(customer__in=customer_ids, kind=NOBODY_TODO, state=TodoState.OPEN)
    found = open_todos.order_by("created_at").values_list("customer_id", "source_id").distinct()
    return sum(_write_for(customer_id, journey_id, now=now) for customer_id, journey_id in set(found) if journey_id)


def _write_for(customer_id: UUID, journey_id: UUID, *, now: datetime) -> int:
    with transaction.atomic():
        lock_customer(customer_id)
        facts = read_mail_facts({journey_id}).get(journey_id)
        if facts is None or facts.recipient is None:
            return 0
        todos = Todo.objects.filter(
            customer=customer_id, source_id=journey_id, kind=NOBODY_TODO, state=TodoState.OPEN
        ).order_by("created_at")
        wanted: list[SendMail] = []
        for todo in todos:
            effects = list(_still_wanted(journey_id, todo.metadata.get("mail", ""), now=now))
            finish_todo(todo, now=now, by=None, state=TodoState.DONE if effects else TodoState.DISMISSED)
            wanted += effects
        return len(queue_journey_mails(wanted, now=now))


def _still_wanted(journey_id: UUID, mail: str, *, now: datetime) -> Iterable[SendMail]:
    """Ask the rule again, as if the row were due now; a reminder that is days late is not sent."""
    effect = effect_of_mail(journey_id, mail)
    row = _row_of(effect) if effect else None
    if effect is None or row is None:
        return []
    limit = EXPIRES_AFTER if effect.kind in EXPIRING else None
    if too_late(trigger_at=row.trigger_at, now=now, expires_after=limit):
        return []
    journey = read_facts([journey_id])[journey_id]
    left_out = list_left_out([journey_id]).get(journey_id, frozenset())
    step = StepFacts(journey, effect.occurrence, effect.month, row.payload, row.trigger_at, left_out)
    decision = decide(JourneyKind(effect.kind))(step, now)
    return [one for one in decision.effects if isinstance(one, SendMail)] if isinstance(decision, Do) else []


def _row_of(effect: SendMail) -> AutomationSchedule | None:
    rows = rows_of([effect.journey_id]).filter(occurrence=effect.occurrence)
    row: AutomationSchedule | None = rows.filter(kind=effect.kind).first()
    return row
