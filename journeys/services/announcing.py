"""Plan what follows something that has happened; once each, also where it was planned before and taken back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule
from journeys.queries.rows import SUBJECT
from journeys.services.scheduling import NewAutomation, moment_fields, schedule_automations

UNDONE = "The change that planned it was taken back."


def announce(wanted: Iterable[NewAutomation], *, now: datetime) -> None:
    """This will write the rows; one that an undo has ended is planned again instead of written twice."""
    rows = list(wanted)
    schedule_automations(rows)
    taken_back = AutomationSchedule.objects.filter(
        subject_kind=SUBJECT, status=AutomationStatus.CANCELLED, reason=UNDONE
    )
    subjects = {row.subject_id for row in rows}
    if not rows or not taken_back.filter(subject_id__in=subjects).exists():
        return
    for row in rows:
        taken_back.filter(subject_id=row.subject_id, kind=row.kind, occurrence=row.occurrence).update(
            status=AutomationStatus.SCHEDULED, reason="", updated_at=now, **moment_fields(row.at)
        )
