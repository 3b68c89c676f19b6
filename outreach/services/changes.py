"""Moving rows so that they can be put back exactly: each change keeps what the row was before."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction

from emails.enums import DraftState
from emails.models import Draft
from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule
from journeys.services.scheduling import LocalMoment
from journeys.services.telling import tell_moved
from outreach.enums import CauseKind, TargetKind, TouchState
from outreach.models import ScheduleChange, Touch


@dataclass(frozen=True)
class Cause:
    """Why rows are moved: a reply, a decision, a brake."""

    kind: CauseKind
    id: uuid.UUID


@dataclass(frozen=True)
class Target:
    """A table whose rows may be moved. fields: what is kept of a row; free: the states in which it may be touched."""

    model: type[models.Model]
    fields: tuple[str, ...]
    state_field: str
    free: frozenset[str]


TARGETS: Mapping[TargetKind, Target] = {
    TargetKind.AUTOMATION: Target(
        AutomationSchedule,
        ("status", "trigger_at", "local_date", "local_time", "zone", "reason"),
        "status",
        frozenset({AutomationStatus.SCHEDULED, AutomationStatus.CANCELLED}),
    ),
    TargetKind.TOUCH: Target(
        Touch,
        ("state", "due_date", "day", "week", "moved_reason", "note", "fixed_date", "fixed_reason"),
        "state",
        frozenset({TouchState.PLANNED, TouchState.SKIPPED}),
    ),
    TargetKind.DRAFT: Target(
        Draft,
        ("scheduled_send_date", "not_before"),
        "state",
        frozenset({DraftState.SCHEDULED, DraftState.QUEUED, DraftState.BLOCKED}),
    ),
}
KIND_OF = {target.model: kind for kind, target in TARGETS.items()}


def change_row(row: Any, *, cause: Cause, customer_id: uuid.UUID, now: datetime, **after: Any) -> bool:
    """Write fields of a row and keep what they were; False when the row has moved on to where nothing may touch it.

    Must be called inside a transaction, under `lock_customer`.
    """
    kind = KIND_OF[type(row)]
    target = TARGETS[kind]
    rows = target.model._default_manager.filter(pk=row.pk, **{f"{target.state_field}__in": target.free})
    before = rows.values(*after).first()
    if before is None or before == after or not rows.update(**after, updated_at=now):
        return False
    _keep(kind, row.pk, cause=cause, customer_id=customer_id, before=_texts(before), after=_texts(after), now=now)
    if kind == TargetKind.AUTOMATION:
        tell_moved([(row.kind, row.pk)], now=now)
    return True


def _keep(
    kind: TargetKind,
    target_id: uuid.UUID,
    *,
    cause: Cause,
    customer_id: uuid.UUID,
    before: dict[str, Any],
    after: dict[str, Any],
    now: datetime,
) -> None:
    """Note the change; a second one for the same cause adds to the first, whose old values are the older."""
    change, made = ScheduleChange.objects.get_or_create(
        cause_kind=cause.kind,
        cause_id=cause.id,
        target_kind=kind,
        target_id=target_id,
        restored_at=None,
        defaults={"customer_id": customer_id, "before": before, "after": after, "made_at": now},
    )
    if not made:
        change.before, change.after = before | change.before, change.after | after
        change.save(update_fields=["before", "after", "updated_at"])


def move_fields(moment: LocalMoment, at: datetime) -> dict[str, Any]:
    """The fields of a row of the clock that say when."""
    return {"trigger_at": at, "local_date": moment.date, "local_time": moment.time, "zone": moment.zone}


def restore(cause: Cause, *, now: datetime) -> int:
    """Put every row back that was moved for this cause, and count them; the latest change goes first.

    A row that has run since is left. One that was moved again since for another cause stays where that put it, and
    forgets this one: when that is taken back too, it returns to where it was before both.
    """
    with transaction.atomic():
        changes = ScheduleChange.objects.filter(cause_kind=cause.kind, cause_id=cause.id, restored_at=None)
        restored = 0
        for change in reversed(list(changes.order_by("created_at"))):
            restored += _put_back(change, now=now)
            ScheduleChange.objects.filter(pk=change.pk).update(restored_at=now, updated_at=now)
    return restored


def _put_back(change: ScheduleChange, *, now: datetime) -> bool:
    later = ScheduleChange.objects.filter(
        target_kind=change.target_kind,
        target_id=change.target_id,
        restored_at=None,
        created_at__gt=change.created_at,
    )
    next_one = later.order_by("created_at").first()
    if next_one is not None:
        kept = {name: value for name, value in change.before.items() if name in next_one.before}
        next_one.before = {**next_one.before, **kept}
        next_one.save(update_fields=["before", "updated_at"])
        return False
    target = TARGETS[TargetKind(change.target_kind)]
    rows = target.model._default_manager.filter(
        pk=change.target_id, **{f"{target.state_field}__in": target.free}, **_values(target.model, change.after)
    )
    row = rows.first()
    if row is None or not rows.update(**_values(target.model, change.before), updated_at=now):
        return False
    if isinstance(row, AutomationSchedule):
        tell_moved([(row.kind, row.pk)], now=now)
    return True


def _texts(values: Mapping[str, Any]) -> dict[str, Any]:
    """Write dates and moments to the microsecond, so that they come back exactly."""
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}


def _values(model: type[models.Model], texts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(model, name, text) for name, text in texts.items()}


def _value(model: type[models.Model], name: str, text: Any) -> Any:
    field: Any = model._meta.get_field(name)
    return field.to_python(text)
