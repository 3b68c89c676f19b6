"""Automations that a person ticked, of whatever account: run now, or never. Those of journeys can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from customers.models import User
from customers.services.activity import record_many
from customers.services.locks import lock_ids
from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule, Journey
from journeys.queries.facts import read_journey
from journeys.queries.rows import SUBJECT, as_facts, read_rows
from journeys.rules.changes import Plan, plan_drop
from journeys.rules.row_moves import RowFacts
from journeys.services.changing import Note, lock_journey, note_changes
from journeys.services.scheduling import NotScheduled, cancel_automation, trigger_automation
from journeys.services.telling import tell_moved
from journeys.services.triggering import line_of, notes_of, trigger_all

HAS_RUN = "It has run already, or runs just now."


@dataclass
class Ticked:
    """What became of it. done: automations; refused: those that stay, and why."""

    done: int = 0
    refused: list[tuple[AutomationSchedule, str]] = field(default_factory=list)


def trigger_ticked(rows: Sequence[AutomationSchedule], *, now: datetime, by: User) -> Ticked:
    """This will have each of them run with the next tick; on hold, when that ends."""

    def act(wanted: Sequence[tuple[Journey, RowFacts]]) -> list[Note]:
        return trigger_all(wanted, now=now, by=by)

    def act_alone(row: AutomationSchedule) -> None:
        trigger_automation(row, now=now, by=by)

    return _act_on(rows, act, act_alone, action="triggered", now=now, by=by)


def cancel_ticked(rows: Sequence[AutomationSchedule], *, now: datetime, by: User) -> Ticked:
    """This will keep each of them from ever running."""
    reason = cancel_words(by)

    def act(wanted: Sequence[tuple[Journey, RowFacts]]) -> list[Note]:
        return _cancel_all(wanted, reason=reason, now=now, by=by)

    def act_alone(row: AutomationSchedule) -> None:
        cancel_automation(row, reason=reason, now=now, by=by)

    return _act_on(rows, act, act_alone, action="dropped", now=now, by=by)


def cancel_row(automation: AutomationSchedule, *, reason: str, now: datetime, by: User) -> None:
    """This will keep one row from running; one of a journey as a change that can be taken back. Raises NotScheduled."""
    if automation.subject_kind != SUBJECT:
        cancel_automation(automation, reason=reason, now=now, by=by)
        return
    with transaction.atomic():
        journey = lock_journey(Journey.objects.get(pk=automation.subject_id))
        [(_, before)] = as_facts(AutomationSchedule.objects.filter(pk=automation.pk))
        cancel_automation(automation, reason=reason, now=now, by=by)
        note_changes(notes_of("Cancelled", [(journey, before)]), action="dropped", now=now, by=by, on_record=False)


def preview_cancel_row(automation: AutomationSchedule, *, reason: str) -> Plan:
    """This will show the journey without this automation of it. Raises NotScheduled."""
    if automation.status != AutomationStatus.SCHEDULED:
        raise NotScheduled(HAS_RUN)
    journey = Journey.objects.get(pk=automation.subject_id)
    rows = read_rows([journey.pk])[journey.pk]
    return plan_drop(read_journey(journey), rows, automation=automation.pk, reason=reason)


def cancel_words(by: User, reason: str = "") -> str:
    return f"Cancelled by {by.display_name}: {reason}" if reason else f"Cancelled by {by.display_name}."


def _act_on(
    rows: Sequence[AutomationSchedule],
    act: Callable[[Sequence[tuple[Journey, RowFacts]]], list[Note]],
    act_alone: Callable[[AutomationSchedule], None],
    *,
    action: str,
    now: datetime,
    by: User,
) -> Ticked:
    """Those of journeys together, as one batch; the others one by one."""
    ticked = Ticked()
    of_journeys = [row for row in rows if row.subject_kind == SUBJECT]
    with transaction.atomic():
        lock_ids({row.customer_id for row in of_journeys})
        journeys = Journey.objects.select_related("version").in_bulk([row.subject_id for row in of_journeys])
        ids = [row.pk for row in of_journeys]
        found = AutomationSchedule.objects.filter(pk__in=ids, status=AutomationStatus.SCHEDULED)
        wanted = [(journeys[journey_id], row) for journey_id, row in as_facts(found) if journey_id in journeys]
        note_changes(act(wanted), action=action, now=now, by=by, on_record=False)
    there = {row.id for _, row in wanted}
    ticked.done = len(wanted)
    ticked.refused = [(row, HAS_RUN) for row in of_journeys if row.pk not in there]
    for row in rows:
        if row.subject_kind != SUBJECT:
            try:
                act_alone(row)
                ticked.done += 1
            except NotScheduled as refusal:
                ticked.refused.append((row, str(refusal)))
    return ticked


def _cancel_all(wanted: Sequence[tuple[Journey, RowFacts]], *, reason: str, now: datetime, by: User) -> list[Note]:
    rows = AutomationSchedule.objects.filter(pk__in=[row.id for _, row in wanted], status=AutomationStatus.SCHEDULED)
    rows.update(status=AutomationStatus.CANCELLED, reason=reason[:500], updated_at=now)
    tell_moved([(row.kind, row.id) for _, row in wanted if row.id is not None], now=now)
    record_many([line_of("automation.cancelled", "Cancelled", *pair, now=now, by=by) for pair in wanted])
    return notes_of("Cancelled", wanted)
