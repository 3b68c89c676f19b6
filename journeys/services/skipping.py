"""Leave a month out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from customers.models import User
from journeys.enums import AutomationStatus, JourneyKind, JourneyState
from journeys.models import Journey, JourneyChange, JourneyMonth
from journeys.queries.facts import read_facts, read_journey
from journeys.queries.rows import as_facts, open_rows_of, read_rows, snapshot
from journeys.rules.changes import Plan, plan_skip
from journeys.rules.journeys import JourneyFacts
from journeys.rules.timeline import occurrence_of
from journeys.services.announcing import announce
from journeys.services.changing import Note, Refused, lock_journey, note_changes
from journeys.services.delivering import complete_journey, news, release_months


def skip_month(journey: Journey, number: int, *, reason: str = "", now: datetime, by: User | None) -> JourneyChange:
    """This will leave the month out, for good: nothing of it is written or sent, and the next one waits no longer.

    Where it was the last one open, the journey is completed. Raises Refused.
    """
    with transaction.atomic():
        journey = lock_journey(journey)
        facts = read_journey(journey)
        if refusal := why_not_skip(facts, number):
            raise Refused(refusal)
        notes = skip_all([(journey, facts)], number, reason=reason, now=now, by=by)
        [change] = note_changes(notes, action="skipped", now=now, by=by)
    return change


def preview_skip(journey: Journey, number: int, *, reason: str = "", now: datetime, by: User | None = None) -> Plan:
    """This will show the journey without the month. Raises Refused."""
    facts = read_journey(journey)
    if refusal := why_not_skip(facts, number):
        raise Refused(refusal)
    return plan_skip(facts, read_rows([journey.pk])[journey.pk], number=number, reason=words(number, reason), now=now)


def why_not_skip(journey: JourneyFacts, number: int) -> str:
    """This will say why a month cannot be left out; "" where it can."""
    month = journey.month(number)
    if journey.state != JourneyState.ACTIVE:
        return "The journey is not under way."
    if month is None:
        return f"There is no M{number}."
    if month.is_skipped:
        return f"M{number} is skipped already."
    if month.is_delivered:
        return f"M{number} is delivered."
    if [kept.number for kept in journey.kept] == [number]:
        return f"M{number} is the only month left: cancel the journey instead."
    return ""


def skip_all(
    wanted: Sequence[tuple[Journey, JourneyFacts]], number: int, *, reason: str, now: datetime, by: User | None
) -> list[Note]:
    """This will leave the month out of each journey; their customers must be locked. Gives what to note."""
    ids = [journey.pk for journey, _ in wanted]
    JourneyMonth.objects.filter(journey__in=ids, number=number, skipped_at=None).update(
        skipped_at=now, skipped_by=by, skip_reason=reason[:500], updated_at=now
    )
    kept: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    rows = open_rows_of(ids).filter(occurrence=occurrence_of(number))
    for journey_id, row in as_facts(rows):
        kept[journey_id].append(snapshot(row))
    rows.update(status=AutomationStatus.SKIPPED, reason=words(number, reason), updated_at=now)
    after = read_facts(ids)
    for journey_id, row in release_months(after, now=now):
        kept[journey_id].append(snapshot(row))
    leave_skipped(after, now=now)
    completed = _complete_done(after, now=now)
    return [
        Note(
            journey,
            words(number, reason),
            {
                "skipped": [number],
                "current_month": journey.current_month,
                "rows": kept[journey.pk],
                "made": completed.get(journey.pk, []),
            },
        )
        for journey, _ in wanted
    ]


def leave_skipped(journeys: Mapping[UUID, JourneyFacts], *, now: datetime) -> None:
    """This will move the journeys on whose current month is one that is left out now; back where it was the last one,
    which a month that was delivered out of turn may have made the current."""
    alike: dict[int, list[UUID]] = defaultdict(list)
    for journey in journeys.values():
        current = journey.month(journey.current_month)
        if current is not None and current.is_skipped and journey.kept:
            stands_in = journey.after(current.number) or journey.kept[-1]
            alike[stands_in.number].append(journey.id)
    for number, ids in alike.items():
        Journey.objects.filter(pk__in=ids).update(current_month=number, updated_at=now)


def _complete_done(journeys: Mapping[UUID, JourneyFacts], *, now: datetime) -> dict[UUID, list[str]]:
    """This will complete the journeys that have nothing left to deliver, and congratulate; gives what it planned."""
    planned: dict[UUID, list[str]] = {}
    for journey in journeys.values():
        if all(month.is_delivered for month in journey.kept) and complete_journey(journey.id, now=now):
            row = news(journey, JourneyKind.COMPLETED, journey.kept[-1].number, journey.own_now(now))
            announce([row], now=now)
            planned[journey.id] = [row.kind, row.occurrence]
    return planned


def words(number: int, reason: str) -> str:
    return f"M{number} skipped: {reason}"[:500] if reason else f"M{number} skipped"
