"""Automations and a hold: which it stops, and which are due when it ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from customers.models import Customer
from customers.registry.holds import HoldSource, MovedDate, Stop, Stops
from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule
from journeys.queries.facts import read_journey
from journeys.queries.journeys import get_open_journey
from journeys.queries.rows import read_rows
from journeys.registry import list_kinds_not_stopped_by
from journeys.rules.changes import plan_pause


def list_stopped(customer: Customer, scope: str, now: datetime) -> list[Stops]:
    return [_as_stops(_rows(customer, scope))]


def list_overdue(customer: Customer, scope: str, now: datetime) -> list[Stops]:
    """This will list what has fallen due meanwhile; each kind says itself how late it may still run."""
    return [_as_stops(_rows(customer, scope).filter(trigger_at__lte=now))]


def list_moves(customer: Customer, scope: str, until: datetime | None, now: datetime) -> list[MovedDate]:
    """This will list the months still to come, with the day that each has once the hold is over."""
    journey = get_open_journey(customer)
    if journey is None:
        return []
    facts = read_journey(journey)
    after = plan_pause(facts, read_rows([journey.pk])[journey.pk], until=until, now=now)
    return [
        MovedDate(f"M{old.number} {old.title}", old.due_date, new.due_date if until else None)
        for old, new in zip(facts.months, after.months, strict=True)
        if not old.is_settled
    ]


def _rows(customer: Customer, scope: str) -> QuerySet[AutomationSchedule]:
    rows = AutomationSchedule.objects.filter(customer=customer, status=AutomationStatus.SCHEDULED)
    return rows.exclude(kind__in=list_kinds_not_stopped_by(scope)).order_by("trigger_at", "pk")


def _as_stops(rows: Iterable[AutomationSchedule]) -> Stops:
    return Stops.of("automations", "automation", [_as_stop(row) for row in rows])


def _as_stop(row: AutomationSchedule) -> Stop:
    what = row.kind.rpartition(".")[2].replace("_", " ")
    name = f"{row.get_type_display()}: {what}"
    return Stop(str(row.pk), f"{name}, {row.occurrence}" if row.occurrence else name, row.trigger_at)


SOURCE = HoldSource("journeys", stops=list_stopped, waiting=list_overdue, moves=list_moves)
