"""Plan touches as a view of the clock's rows: a follow-up's day and state are those of the row behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from customers.queries.calendars import local_date
from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule
from outreach.enums import TouchState
from outreach.models import OutreachPlan, Touch
from outreach.rules.planning import week_of

SHOWN_FIELDS = ("due_date", "day", "week", "state", "note", "moved_reason", "infeasible_reason", "updated_at")
WAITING = frozenset({AutomationStatus.SCHEDULED, AutomationStatus.RUNNING})
NOT_SHOWN = frozenset({TouchState.DONE, TouchState.CANCELLED})
"""What was done stays done, and what the plan no longer has stays away."""

PREPARED = "Prepared; it waits for a person."


def show_rows(automation_ids: Sequence[UUID], now: datetime) -> None:
    """Bring the touches of these rows in line with them."""
    _show_all(Touch.objects.filter(automation__in=automation_ids), now=now)


def show_plan(plan: OutreachPlan, *, now: datetime) -> None:
    """Bring all touches of the plan in line that have a row, as after it was computed again."""
    _show_all(plan.touches.filter(automation__isnull=False), now=now)


def renewal_date_of(plan_id: UUID) -> date | None:
    """Read the day to which the plan counts down off one of its touches; it is the renewal's, which lives elsewhere."""
    counted = Touch.objects.filter(plan=plan_id, day__isnull=False, due_date__isnull=False)
    found = counted.values_list("due_date", "day").first()
    return found[0] + timedelta(days=found[1]) if found else None


def _show_all(touches: QuerySet[Touch], *, now: datetime) -> None:
    rows = list(touches.exclude(state__in=NOT_SHOWN).select_related("automation", "plan__customer"))
    counts_to = {plan_id: renewal_date_of(plan_id) for plan_id in {touch.plan_id for touch in rows}}
    for touch in rows:
        if touch.automation is not None:
            _show(touch, touch.automation)
            _count_days(touch, counts_to[touch.plan_id])
            touch.updated_at = now
    _save(rows)


def _save(touches: Iterable[Touch]) -> None:
    Touch.objects.bulk_update(touches, SHOWN_FIELDS)


def _show(touch: Touch, row: AutomationSchedule) -> None:
    touch.due_date = local_date(row.trigger_at, touch.plan.customer.timezone)
    touch.infeasible_reason = ""
    touch.moved_reason = row.payload.get("moved_reason", "") if row.status in WAITING else ""
    touch.state, touch.note = _state(touch, row)


def _state(touch: Touch, row: AutomationSchedule) -> tuple[TouchState, str]:
    """What the row's state means for the contact: prepared is not done, that is up to a person."""
    if row.status in WAITING:
        return TouchState.PLANNED, row.reason
    if row.status == AutomationStatus.COMPLETED:
        is_skipped = touch.state == TouchState.SKIPPED
        return (TouchState.SKIPPED, touch.note) if is_skipped else (TouchState.PLANNED, PREPARED)
    return TouchState.SKIPPED, (row.reason or row.get_status_display())[:300]


def _count_days(touch: Touch, renewal_date: date | None) -> None:
    if renewal_date is None or touch.due_date is None:
        return
    touch.day = (renewal_date - touch.due_date).days
    first = touch.plan.first_date
    touch.week = week_of(touch.day, first_day=(renewal_date - first).days) if first else touch.week
