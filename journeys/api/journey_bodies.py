"""What the doors of a client's journey take and answer. Source: INTERFACES, Journeys."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from rest_framework import serializers

from customers.api_base import DayField, TextField
from journeys.api.bodies import AutomationBody
from journeys.enums import JourneyState, MonthState
from journeys.forms.actions import LONGEST_REASON, MOST_DAYS
from journeys.models import AutomationSchedule, Journey, JourneyChange
from journeys.queries.timelines import MonthRow
from journeys.rules.changes import Plan, RowFacts
from journeys.rules.timeline import MONTH_KINDS

HIGHEST_MONTH = 999
NOTHING = uuid.UUID(int=0)


class ReasonField(serializers.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_blank=True, default="", max_length=LONGEST_REASON, **kwargs)


class StartIn(serializers.Serializer[Any]):
    """`programme`: id or name; left out, that of the client's segment. `includePast`: catch up on what is past."""

    startDate = DayField(source="start_date")
    programme = TextField(required=False, max_length=120)
    includePast = serializers.BooleanField(source="include_past", default=False)
    reason = ReasonField()


class AdjustIn(serializers.Serializer[Any]):
    startDate = DayField(source="start_date")
    includePast = serializers.BooleanField(source="include_past", default=False)
    reason = ReasonField()


class PauseIn(serializers.Serializer[Any]):
    """`until`: a day, with whose beginning there it goes on; or `days`; neither pauses until somebody resumes."""

    until = serializers.DateField(required=False, allow_null=True)
    days = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=MOST_DAYS)
    reason = ReasonField()

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked.get("until") and asked.get("days"):
            raise serializers.ValidationError({"days": ["Give a day or a number of days, not both."]})
        return asked


class SkipIn(serializers.Serializer[Any]):
    month = serializers.IntegerField(min_value=1, max_value=HIGHEST_MONTH)
    reason = ReasonField()


class ForceIn(serializers.Serializer[Any]):
    month = serializers.IntegerField(min_value=1, max_value=HIGHEST_MONTH)
    reason = ReasonField()


class ReasonIn(serializers.Serializer[Any]):
    """Why, for the record."""

    reason = ReasonField()


class TriggerIn(serializers.Serializer[Any]):
    """The next automation of this kind that is still to come; `month`: that of a month."""

    kind = serializers.ChoiceField(choices=[(kind.value, kind.label) for kind in MONTH_KINDS])
    month = serializers.IntegerField(
        source="number", required=False, allow_null=True, default=None, min_value=1, max_value=HIGHEST_MONTH
    )
    reason = ReasonField()


class CancelIn(serializers.Serializer[Any]):
    reason = ReasonField()


class UndoIn(serializers.Serializer[Any]):
    """Without an id the last change is meant that stands."""

    changeId = serializers.UUIDField(source="change_id", required=False)


class JourneyBody(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    clientId = serializers.UUIDField(source="customer_id")
    programme = serializers.CharField(source="version.programme.name")
    programmeVersion = serializers.IntegerField(source="version.number")
    startDate = serializers.DateField(source="start_date")
    state = serializers.ChoiceField(choices=JourneyState.choices)
    currentMonth = serializers.IntegerField(source="current_month")
    heldSince = serializers.DateTimeField(source="held_since", allow_null=True)
    startedAt = serializers.DateTimeField(source="started_at")
    completedAt = serializers.DateTimeField(source="completed_at", allow_null=True)
    cancelledAt = serializers.DateTimeField(source="cancelled_at", allow_null=True)


class MonthDeliverableBody(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="deliverable_id")
    status = serializers.CharField(source="facts.deliverable")
    deliveredAt = serializers.DateTimeField(source="facts.delivered_at", allow_null=True)
    openedAt = serializers.DateTimeField(source="facts.opened_at", allow_null=True)


class MonthBody(serializers.Serializer[Any]):
    month = serializers.IntegerField(source="number")
    title = serializers.CharField()
    dueDate = serializers.DateField(source="due_date")
    state = serializers.ChoiceField(choices=MonthState.choices)
    overdue = serializers.BooleanField(source="is_overdue")
    deliverable = MonthDeliverableBody(allow_null=True, source="own_deliverable")


class DateChangeBody(serializers.Serializer[Any]):
    """`old`, `new`: when it runs; null: it does not."""

    automation = AutomationBody()
    old = serializers.DateTimeField(allow_null=True)
    new = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()


class HistoryBody(serializers.Serializer[Any]):
    """One change by a person: who, what, when, and whether it was taken back."""

    id = serializers.UUIDField()
    action = serializers.CharField()
    summary = serializers.CharField()
    at = serializers.DateTimeField()
    by = serializers.CharField(source="by.username", default=None, allow_null=True)
    undoneAt = serializers.DateTimeField(source="undone_at", allow_null=True)


class TimelineBody(serializers.Serializer[Any]):
    """`journey` is null in the preview of a start. `changes`: what the call changes, or would change."""

    journey = JourneyBody(allow_null=True)
    months = MonthBody(many=True)
    automations = AutomationBody(many=True)
    changes = DateChangeBody(many=True)


class FullTimelineBody(TimelineBody):
    history = HistoryBody(many=True)


def as_row(fact: RowFacts, journey: Journey | None, customer_id: Any, known: dict[Any, AutomationSchedule]) -> Any:
    """This will give a row as the plan says it, with what only the table knows of it."""
    row = known.get(fact.id) or AutomationSchedule(
        customer_id=customer_id, subject_kind="journey", subject_id=journey.pk if journey else NOTHING
    )
    for name in ("type", "kind", "occurrence", "status", "payload", "reason"):
        setattr(row, name, getattr(fact, name))
    row.trigger_at = fact.trigger_at.astimezone(UTC)
    return row


def plan_body(
    plan: Plan, *, journey: Journey | None, customer_id: Any, months: Sequence[MonthRow], known: dict[Any, Any]
) -> dict[str, Any]:
    """This will give the parts of the answer as the plan has them."""
    return {
        "journey": journey,
        "months": months,
        "automations": [as_row(row, journey, customer_id, known) for row in plan.automations],
        "changes": changes_body(plan, journey, customer_id),
    }


def changes_body(plan: Plan, journey: Journey | None, customer_id: Any) -> list[dict[str, Any]]:
    known = _rows_by_id([change.automation.id for change in plan.changes])
    return [
        {
            "automation": as_row(change.automation, journey, customer_id, known),
            "old": change.old,
            "new": change.new,
            "reason": change.reason,
        }
        for change in plan.changes
    ]


def _rows_by_id(ids: Sequence[Any]) -> dict[Any, AutomationSchedule]:
    return {row.pk: row for row in AutomationSchedule.objects.filter(pk__in=[pk for pk in ids if pk])}


def history_of(journey: Journey) -> Sequence[JourneyChange]:
    return list(JourneyChange.objects.filter(journey=journey).select_related("by"))
