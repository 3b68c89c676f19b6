"""One row at a time, as the journey spec's own loop does and a task per row would: read, do, log, mark done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from journeys.enums import AutomationStatus, JourneyKind, LogStatus
from journeys.models import AutomationLog, AutomationSchedule
from journeys.queries.due import DUE_COLUMNS, as_due, list_held
from journeys.queries.facts import load_steps
from journeys.rules.automations import Do
from journeys.rules.journeys import decide
from journeys.services.mailing import queue_journey_mails

Way = Callable[[UUID, datetime], None]


def note(pk: UUID, now: datetime) -> None:
    """Read the client, write a line of the log, mark the row as done."""
    row = AutomationSchedule.objects.select_related("customer").get(pk=pk)
    _complete(row, f"Noted for {row.customer.name}", now)


def remind(pk: UUID, now: datetime) -> None:
    """Ask what keeps the client's mail back, write the mail and queue it, log it, mark the row as done."""
    with transaction.atomic():
        row = AutomationSchedule.objects.get(pk=pk)
        due = as_due(*(getattr(row, name) for name in DUE_COLUMNS))
        decision = decide(JourneyKind(due.kind))(load_steps([due])[due.id], now)
        if list_held([due]) or not isinstance(decision, Do):
            return
        queue_journey_mails(decision.effects, now=now)
        _complete(row, decision.action, now)


WAYS: dict[str, Way] = {"note": note, "remind": remind}


def _complete(row: AutomationSchedule, action: str, now: datetime) -> None:
    row.status, row.executed_at = AutomationStatus.COMPLETED, now
    row.save()
    AutomationLog.objects.create(
        customer_id=row.customer_id,
        automation_id=row.pk,
        at=now,
        type=row.type,
        kind=row.kind,
        action=action,
        status=LogStatus.SUCCESS,
        attempt=row.retry_count + 1,
    )
