"""Automations and a hold: which it stops, and which are due when it ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from customers.models import Customer
from customers.registry.holds import HoldSource, Stop, Stops
from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule
from journeys.registry import list_kinds_not_stopped_by


def list_stopped(customer: Customer, scope: str, now: datetime) -> list[Stops]:
    return [_as_stops(_rows(customer, scope))]


def list_overdue(customer: Customer, scope: str, now: datetime) -> list[Stops]:
    """This will list what has fallen due meanwhile; each kind says itself how late it may still run."""
    return [_as_stops(_rows(customer, scope).filter(trigger_at__lte=now))]


def _rows(customer: Customer, scope: str) -> QuerySet[AutomationSchedule]:
    rows = AutomationSchedule.objects.filter(customer=customer, status=AutomationStatus.SCHEDULED)
    return rows.exclude(kind__in=list_kinds_not_stopped_by(scope)).order_by("trigger_at", "pk")


def _as_stops(rows: Iterable[AutomationSchedule]) -> Stops:
    return Stops.of("automations", "automation", [_as_stop(row) for row in rows])


def _as_stop(row: AutomationSchedule) -> Stop:
    what = row.kind.rpartition(".")[2].replace("_", " ")
    name = f"{row.get_type_display()}: {what}"
    return Stop(str(row.pk), f"{name}, {row.occurrence}" if row.occurrence else name, row.trigger_at)


SOURCE = HoldSource("journeys", stops=list_stopped, waiting=list_overdue)
