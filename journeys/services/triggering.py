"""Have an automation run now: of one journey, the same kind of many, or rows that a person ticked.

What its moment waits for is asked all the same: a hold, the month before it, the cap on mails.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from customers.models import User
from customers.services.activity import line, record_many
from journeys.enums import AutomationStatus, JourneyKind
from journeys.models import AutomationSchedule, Journey, JourneyChange
from journeys.queries.rows import as_facts, open_rows_of, snapshot
from journeys.rules.changes import Plan
from journeys.rules.naming import name_automation
from journeys.rules.row_moves import RowFacts
from journeys.services.changing import Note, Refused, because
from journeys.services.journeys import preview_trigger, trigger_row
from journeys.services.telling import tell_moved


def trigger_kind(
    journey: Journey, kind: JourneyKind, number: int | None = None, *, now: datetime, by: User, reason: str = ""
) -> JourneyChange:
    """This will have the journey's next automation of a kind run now; number: that of a month. Raises Refused."""
    return trigger_row(_find(journey, kind, number), now=now, by=by, reason=reason)


def preview_trigger_kind(
    journey: Journey,
    kind: JourneyKind,
    number: int | None = None,
    *,
    now: datetime,
    by: User | None = None,
    reason: str = "",
) -> Plan:
    """This will show the journey with that automation due now. Raises Refused."""
    return preview_trigger(_find(journey, kind, number), now=now)


def read_next(journey_ids: Sequence[UUID], kind: JourneyKind, number: int | None = None) -> Mapping[UUID, RowFacts]:
    """This will read the first automation of a kind that each journey has still to come; number: of that month."""
    rows = open_rows_of(journey_ids).filter(kind=kind).order_by("-trigger_at", "-occurrence")
    return dict(as_facts(rows if number is None else rows.filter(payload__month=number)))


def why_not_trigger(row: RowFacts | None, kind: JourneyKind, number: int | None) -> str:
    """This will say why there is nothing to trigger; "" where there is."""
    if row is not None:
        return ""
    of_month = "" if number is None else f" for M{number}"
    return f"No “{kind.label}”{of_month} is still to come."


def trigger_all(wanted: Sequence[tuple[Journey, RowFacts]], *, now: datetime, by: User, reason: str = "") -> list[Note]:
    """This will make these rows due now; on hold, when that ends. Gives what to note, one for each journey.

    Their customers must be locked. A row that has run meanwhile is left out.
    """
    rows = AutomationSchedule.objects.filter(pk__in=[row.id for _, row in wanted], status=AutomationStatus.SCHEDULED)
    there = {pk: kind for kind, pk in rows.values_list("kind", "pk")}
    held_since = Journey.objects.filter(pk=OuterRef("subject_id")).values("held_since")
    rows.update(trigger_at=Coalesce(Subquery(held_since), Value(now)), reason="", updated_at=now)
    tell_moved([(kind, pk) for pk, kind in there.items()], now=now)
    done = [(journey, row) for journey, row in wanted if row.id in there]
    record_many([line_of("automation.triggered", "Triggered", *pair, now=now, by=by, reason=reason) for pair in done])
    return notes_of("Triggered", done, reason=reason)


def line_of(
    verb: str, word: str, journey: Journey, row: RowFacts, *, now: datetime, by: User, reason: str = ""
) -> dict[str, Any]:
    """This will give the line on record about one row, as the service for one row writes it."""
    subject = AutomationSchedule(pk=row.id, kind=row.kind, occurrence=row.occurrence)
    return line(
        verb, because(f"{word} {subject}", reason), customer=journey.customer_id, by=by, now=now, subject=subject
    )


def notes_of(word: str, done: Sequence[tuple[Journey, RowFacts]], *, reason: str = "") -> list[Note]:
    """This will give a note for each journey, with all of its rows as they were."""
    by_journey: dict[UUID, list[RowFacts]] = defaultdict(list)
    journeys = {journey.pk: journey for journey, _ in done}
    for journey, row in done:
        by_journey[journey.pk].append(row)
    return [
        Note(
            journeys[pk],
            because(f"{word}: {', '.join(name_automation(row.kind, row.occurrence) for row in rows)}", reason),
            {"rows": [snapshot(row) for row in rows]},
        )
        for pk, rows in by_journey.items()
    ]


def _find(journey: Journey, kind: JourneyKind, number: int | None) -> AutomationSchedule:
    row = read_next([journey.pk], kind, number).get(journey.pk)
    if refusal := why_not_trigger(row, kind, number):
        raise Refused(refusal)
    if row is None or row.id is None:
        raise ValueError("what is not there is refused")
    return AutomationSchedule.objects.get(pk=row.id)
