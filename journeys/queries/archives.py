"""The clock's rows that grow old: finished automations of journeys that ended, and the lines of the log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from customers.registry.archives import Archived, register_archived
from journeys.enums import AutomationStatus, DeliverableState
from journeys.models import AutomationLog, AutomationSchedule, Deliverable, Journey
from journeys.queries.rows import SUBJECT

FINISHED = (
    AutomationStatus.COMPLETED,
    AutomationStatus.CANCELLED,
    AutomationStatus.SKIPPED,
    AutomationStatus.EXPIRED,
)
"""A failed one waits for a person, however long."""

ROW_COLUMNS = (
    "id", "created_at", "updated_at", "customer_id", "type", "kind", "subject_kind", "subject_id", "occurrence",
    "trigger_at", "local_date", "local_time", "zone", "status", "retry_count", "max_retries", "executed_at",
)  # fmt: skip
LINE_COLUMNS = ("id", "created_at", "customer_id", "automation_id", "at", "type", "kind", "status", "attempt")


def register() -> None:
    register_archived(Archived(AutomationSchedule, "trigger_at", ROW_COLUMNS, find_old_rows))
    register_archived(Archived(AutomationLog, "at", LINE_COLUMNS, find_old_lines))


def find_old_rows(before: datetime) -> Any:
    """This will give the finished rows of journeys that ended before then.

    Nothing is planted for a journey that ended, so that no row of it is made twice. Rows of letters, plans and upsells
    stay: their pages show them. A deliverable that still waits for somebody keeps its journey's rows.
    """
    ended = Q(completed_at__lt=before) | Q(cancelled_at__lt=before)
    waiting = Deliverable.objects.filter(journey=OuterRef("pk")).exclude(state=DeliverableState.DELIVERED)
    journeys = Journey.objects.filter(ended, ~Exists(waiting), updated_at__lt=before, pk=OuterRef("subject_id"))
    return AutomationSchedule.objects.filter(
        Exists(journeys),
        subject_kind=SUBJECT,
        status__in=FINISHED,
        trigger_at__lt=before,
        updated_at__lt=before,
    )


def find_old_lines(before: datetime) -> Any:
    """This will give the lines of attempts before then; pages count 30 days at most."""
    return AutomationLog.objects.filter(at__lt=before)
