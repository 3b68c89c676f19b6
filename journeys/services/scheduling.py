"""Write, move, cancel and hurry automations. Rows are permanent: what exists is not made again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from customers.models import User
from customers.queries.many import many
from customers.services.activity import record
from journeys.enums import AutomationStatus, AutomationType
from journeys.models import AutomationSchedule
from journeys.rules.moments import moment_of
from journeys.services.telling import tell_moved

BATCH = 1000


class NotScheduled(Exception):
    """Raised when the automation has run, or runs just now: nothing about it can be changed any more."""


@dataclass(frozen=True)
class LocalMoment:
    """An hour of a day where the customer lives."""

    date: date
    time: time
    zone: str


@dataclass(frozen=True)
class NewAutomation:
    """What is to happen, to whom, and when: at a moment, or at an hour of the customer's day."""

    type: AutomationType
    kind: str
    customer_id: UUID
    subject_kind: str
    subject_id: UUID
    at: datetime | LocalMoment
    occurrence: str = ""
    payload: dict[str, Any] = field(default_factory=dict)


def schedule_automations(wanted: Iterable[NewAutomation]) -> None:
    """This will write the rows in batches; one that exists for its subject, kind and occurrence is left as it is."""
    rows = [_row(one) for one in wanted]
    AutomationSchedule.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)


def move_automation(
    automation: AutomationSchedule, *, to: datetime | LocalMoment, reason: str, now: datetime, by: User | None
) -> None:
    """This will give the row another moment. Raises NotScheduled."""
    fields = moment_fields(to)
    _change(automation, "automation.moved", f"Moved {automation}: {reason}", fields, reason, now, by)


def cancel_automation(automation: AutomationSchedule, *, reason: str, now: datetime, by: User | None) -> None:
    """This will keep the row from ever running. Raises NotScheduled."""
    fields = {"status": AutomationStatus.CANCELLED}
    _change(automation, "automation.cancelled", f"Cancelled {automation}: {reason}", fields, reason, now, by)


def trigger_automation(automation: AutomationSchedule, *, now: datetime, by: User, reason: str = "") -> None:
    """This will make the row due now; the next tick runs it, held customers wait as always. Raises NotScheduled."""
    fields = {"trigger_at": now}
    summary = f"Triggered {automation}" + (f": {reason}" if reason else "")
    _change(automation, "automation.triggered", summary, fields, "", now, by)


def cancel_of_subject(*, subject_kind: str, subject_id: UUID, kinds: Iterable[str], reason: str, now: datetime) -> int:
    """This will cancel what is still scheduled of those kinds for a subject, and count it."""
    rows = AutomationSchedule.objects.filter(
        subject_kind=subject_kind,
        subject_id=subject_id,
        kind__in=list(kinds),
        status=AutomationStatus.SCHEDULED,
    )
    return end_rows(rows, status=AutomationStatus.CANCELLED, reason=reason, now=now)


def move_rows(moves: Mapping[UUID, LocalMoment], *, reason: str, now: datetime) -> int:
    """This will give each row that is still scheduled its new moment, and count them."""
    with transaction.atomic():
        rows = list(AutomationSchedule.objects.filter(pk__in=list(moves), status=AutomationStatus.SCHEDULED))
        moved = [row for row in rows if _move(row, moves[row.pk], reason, now)]
        tell_moved([(row.kind, row.pk) for row in moved], now=now)
    return len(moved)


def _move(row: AutomationSchedule, to: LocalMoment, reason: str, now: datetime) -> int:
    scheduled = AutomationSchedule.objects.filter(pk=row.pk, status=AutomationStatus.SCHEDULED)
    return scheduled.update(**moment_fields(to), reason=reason[:500], updated_at=now)


def end_rows(rows: QuerySet[AutomationSchedule, Any], *, status: AutomationStatus, reason: str, now: datetime) -> int:
    """This will end those of the rows that are still scheduled, as cancelled or skipped, and count them."""
    with transaction.atomic():
        scheduled = rows.filter(status=AutomationStatus.SCHEDULED)
        return end_found(list(scheduled.values_list("kind", "pk")), status=status, reason=reason, now=now)


def end_found(found: Sequence[tuple[str, UUID]], *, status: AutomationStatus, reason: str, now: datetime) -> int:
    """This will end rows that were read just now, while they are still scheduled. found: kind and id of each.

    Must be called inside a transaction.
    """
    if not found:
        return 0
    rows = AutomationSchedule.objects.filter(pk__in=many(pk for _, pk in found), status=AutomationStatus.SCHEDULED)
    ended: int = rows.update(status=status, reason=reason[:500], updated_at=now)
    tell_moved(found, now=now)
    return ended


def _change(
    automation: AutomationSchedule,
    verb: str,
    summary: str,
    fields: dict[str, Any],
    reason: str,
    now: datetime,
    by: User | None,
) -> None:
    with transaction.atomic():
        scheduled = AutomationSchedule.objects.filter(pk=automation.pk, status=AutomationStatus.SCHEDULED)
        if not scheduled.update(**fields, reason=reason[:500], updated_at=now):
            raise NotScheduled("It has run already, or runs just now.")
        record(verb, summary[:500], customer=automation.customer_id, by=by, now=now, subject=automation)
        tell_moved([(automation.kind, automation.pk)], now=now)
    automation.refresh_from_db()


def _row(one: NewAutomation) -> AutomationSchedule:
    return AutomationSchedule(
        type=one.type,
        kind=one.kind,
        customer_id=one.customer_id,
        subject_kind=one.subject_kind,
        subject_id=one.subject_id,
        occurrence=one.occurrence,
        payload=one.payload,
        **moment_fields(one.at),
    )


def moment_fields(at: datetime | LocalMoment) -> dict[str, Any]:
    """This will give the columns that hold a moment."""
    if isinstance(at, datetime):
        return {"trigger_at": at, "local_date": None, "local_time": None, "zone": ""}
    return {
        "trigger_at": moment_of(at.date, at.time, at.zone),
        "local_date": at.date,
        "local_time": at.time,
        "zone": at.zone,
    }
