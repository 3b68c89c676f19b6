"""A journey as an answer: as it stands, or as a plan would have it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rest_framework.exceptions import ValidationError

from journeys.actions import Asked
from journeys.api.journey_bodies import changes_body, history_of, plan_body
from journeys.models import AutomationSchedule, Journey, ProgrammeVersion
from journeys.queries.facts import read_journey
from journeys.queries.rows import rows_of
from journeys.queries.timelines import MonthRow, list_months
from journeys.rules.changes import Plan


def show_timeline(
    journey: Journey, *, now: datetime, plan: Plan | None = None, with_history: bool = False
) -> dict[str, Any]:
    """This will give the journey as it stands; plan: what has just been done to it, for `changes`."""
    rows: list[AutomationSchedule] = list(rows_of([journey.pk]).order_by("trigger_at", "pk"))
    return {
        "journey": journey,
        "months": list_months(journey, read_journey(journey), now=now),
        "automations": rows,
        "changes": changes_body(plan, journey, journey.customer_id) if plan else [],
        "history": history_of(journey) if with_history else [],
    }


def show_plan(plan: Plan, asked: Asked) -> dict[str, Any]:
    """This will give the journey as the plan would have it."""
    journey = asked.journey
    if journey is None:
        months = [MonthRow(month, None, is_current=False, is_overdue=False) for month in plan.months]
        known: Mapping[Any, AutomationSchedule] = {}
    else:
        ids = {row.number: row.deliverable_id for row in list_months(journey, read_journey(journey), now=asked.now)}
        months = [
            MonthRow(month, ids.get(month.number), is_current=month.number == journey.current_month, is_overdue=False)
            for month in plan.months
        ]
        known = {row.pk: row for row in rows_of([journey.pk])}
    return plan_body(plan, journey=journey, customer_id=asked.customer.pk, months=months, known=dict(known))


def find_programme(reference: str) -> ProgrammeVersion:
    """This will give the last published version of the programme of this id or name. Raises ValidationError."""
    published = ProgrammeVersion.objects.filter(published_at__isnull=False, programme__is_archived=False)
    published = published.select_related("programme").order_by("-number")
    try:
        found = published.filter(programme=uuid.UUID(reference)).first()
    except ValueError:
        found = published.filter(programme__name__iexact=reference).first()
    if found is None:
        raise ValidationError({"programme": ["There is no such programme, or none of it is published."]})
    version: ProgrammeVersion = found
    return version
