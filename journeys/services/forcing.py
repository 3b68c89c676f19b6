"""Write a month before its turn: of one journey, or the same month of many."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from customers.models import User
from journeys.enums import AutomationStatus, JourneyKind, JourneyState
from journeys.models import AutomationSchedule, Journey, JourneyChange
from journeys.queries.facts import read_journey
from journeys.queries.rows import as_facts, read_rows, rows_of, snapshot
from journeys.rules.changes import FORCED, Plan, plan_force
from journeys.rules.journeys import JourneyFacts
from journeys.rules.row_moves import RowFacts
from journeys.rules.timeline import occurrence_of
from journeys.services.changing import NotAllowed, Note, Refused, because, lock_journey, note_changes

RUN = (AutomationStatus.RUNNING, AutomationStatus.COMPLETED)


def force_month(journey: Journey, number: int, *, now: datetime, by: User, reason: str = "") -> JourneyChange:
    """This will have the month written now, though the one before it is not delivered. Raises Refused, NotAllowed."""
    check_may_force(by)
    with transaction.atomic():
        journey = lock_journey(journey)
        row = _find_row(journey, read_journey(journey), number)
        notes = force_all([(journey, row)], number, now=now, reason=reason)
        [change] = note_changes(notes, action="forced", now=now, by=by)
    return change


def preview_force(journey: Journey, number: int, *, now: datetime, by: User, reason: str = "") -> Plan:
    """This will show what forcing the month does. Raises Refused, NotAllowed."""
    check_may_force(by)
    facts = read_journey(journey)
    _find_row(journey, facts, number)
    return plan_force(facts, read_rows([journey.pk])[journey.pk], number=number, now=now)


def check_may_force(by: User) -> None:
    """This will raise NotAllowed for all but a lead and ops."""
    if not by.is_leader:
        raise NotAllowed("A lead or ops may force a month.")


def why_not_force(journey: JourneyFacts, row: RowFacts | None, number: int) -> str:
    """This will say why a month cannot be written now; "" where it can. row: what writes it."""
    month = journey.month(number)
    if journey.state != JourneyState.ACTIVE:
        return "The journey is not under way."
    if month is None or month.is_skipped:
        return f"M{number} is skipped." if month else f"There is no M{number}."
    if month.deliverable is not None:
        return f"The deliverable of M{number} is there already."
    return f"M{number} is being written just now." if row is None else ""


def read_writers(journey_ids: Sequence[UUID], number: int) -> Mapping[UUID, RowFacts]:
    """This will read the automation of each journey that writes the month, unless it has run or runs just now."""
    rows = rows_of(journey_ids).filter(kind=JourneyKind.GENERATE, occurrence=occurrence_of(number))
    return dict(as_facts(rows.exclude(status__in=RUN)))


def force_all(
    wanted: Sequence[tuple[Journey, RowFacts]], number: int, *, now: datetime, reason: str = ""
) -> list[Note]:
    """This will make the row of each journey due now; on hold, when that ends. Gives what to note.

    Their customers must be locked. One statement for all whose rows carry the same.
    """
    alike: dict[str, list[UUID]] = defaultdict(list)
    for _, row in wanted:
        if row.id is not None:
            alike[json.dumps(row.payload, sort_keys=True)].append(row.id)
    held_since = Journey.objects.filter(pk=OuterRef("subject_id")).values("held_since")
    for payload, ids in alike.items():
        AutomationSchedule.objects.filter(pk__in=ids).exclude(status__in=RUN).update(
            status=AutomationStatus.SCHEDULED,
            trigger_at=Coalesce(Subquery(held_since), Value(now)),
            payload={**json.loads(payload), "force": True},
            reason=FORCED,
            retry_count=0,
            error_message="",
            updated_at=now,
        )
    summary = because(f"M{number} is written now, by force", reason)
    return [Note(journey, summary, {"rows": [snapshot(row)]}) for journey, row in wanted]


def _find_row(journey: Journey, facts: JourneyFacts, number: int) -> RowFacts:
    row = read_writers([journey.pk], number).get(journey.pk)
    if refusal := why_not_force(facts, row, number):
        raise Refused(refusal)
    if row is None:
        raise ValueError("a month without a row is refused")
    return row
