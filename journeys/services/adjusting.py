"""Give a journey, or a thousand, another start date: every month that is still open moves with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from customers.models import Customer, User
from journeys.enums import AutomationStatus
from journeys.models import Journey, JourneyChange, JourneyMonth
from journeys.queries.facts import read_facts, read_journey
from journeys.queries.rows import as_facts, open_rows_of, read_rows, rows_moved_by_start, snapshot
from journeys.rules.changes import Plan, plan_adjust
from journeys.rules.row_moves import RowFacts, list_pushed_months, local_day, move_by_start
from journeys.rules.timeline import MONTH_KINDS, occurrence_of
from journeys.services.changing import Note, Refused, because, lock_journey, note_changes
from journeys.services.shifting import NEAR, shift_months, shift_rows
from journeys.services.skipping import leave_skipped

NOTHING_LEFT = "All its months would lie in the past."

Kept = dict[UUID, list[dict[str, Any]]]
"""Rows as they were, by journey, where the change does something else to them than to the others."""


@dataclass(frozen=True)
class Move:
    """Journeys that move by the same number of days and whose own clocks stand alike. own_now: where they stand."""

    journeys: Sequence[Journey]
    days: int
    own_now: datetime
    now: datetime
    by: User | None
    include_past: bool = False
    reason: str = ""
    zones: Mapping[UUID, str] = field(default_factory=dict)

    @property
    def ids(self) -> list[UUID]:
        return [journey.pk for journey in self.journeys]

    def today(self, journey_id: UUID) -> date:
        return local_day(self.own_now, self.zones[journey_id])


def adjust_journey(
    journey: Journey,
    *,
    start_date: date,
    now: datetime,
    by: User | None,
    include_past: bool = False,
    reason: str = "",
) -> JourneyChange:
    """This will move the start date, and with it every open month. Raises Refused."""
    with transaction.atomic():
        journey = lock_journey(journey)
        days = check_adjust(journey, start_date)
        notes, refused = adjust_all([(journey, days)], now=now, by=by, include_past=include_past, reason=reason)
        if refused:
            raise Refused(refused[journey.pk])
        [change] = note_changes(notes, action="adjusted", now=now, by=by)
    return change


def preview_adjust(
    journey: Journey,
    *,
    start_date: date,
    now: datetime,
    by: User | None = None,
    include_past: bool = False,
    reason: str = "",
) -> Plan:
    """This will show the dates that another start date gives. Raises Refused."""
    days = check_adjust(journey, start_date)
    rows = read_rows([journey.pk])[journey.pk]
    plan = plan_adjust(read_journey(journey), rows, days=days, now=now, include_past=include_past)
    if all(month.is_settled for month in plan.months):
        raise Refused(NOTHING_LEFT)
    return plan


def check_adjust(journey: Journey, start_date: date) -> int:
    """This will count the days between the two start dates. Raises Refused."""
    if not journey.is_active:
        raise Refused("The journey is not under way.")
    days = (start_date - journey.start_date).days
    if not days:
        raise Refused("It starts on that day already.")
    return days


def adjust_all(
    wanted: Iterable[tuple[Journey, int]], *, now: datetime, by: User | None, include_past: bool, reason: str = ""
) -> tuple[list[Note], dict[UUID, str]]:
    """This will move each journey by its days, those alike together; gives what to note, and who was refused why.

    Their customers must be locked.
    """
    groups: dict[tuple[int, datetime], list[Journey]] = defaultdict(list)
    for journey, days in wanted:
        groups[days, journey.held_since or now].append(journey)
    notes: list[Note] = []
    refused: dict[UUID, str] = {}
    for (days, own_now), journeys in groups.items():
        zones = {journey.pk: journey.zone for journey in journeys}
        move = Move(journeys, days, own_now, now, by, include_past, reason, zones)
        pushed = {} if include_past or days > 0 else _find_pushed(move)
        barred = {journey_id for journey_id, reasons in pushed.items() if reasons is None}
        refused |= dict.fromkeys(barred, NOTHING_LEFT)
        rest = replace(move, journeys=[j for j in journeys if j.pk not in barred])
        notes += _adjust(rest, {pk: reasons for pk, reasons in pushed.items() if reasons})
    return notes, refused


def _find_pushed(move: Move) -> dict[UUID, dict[int, str] | None]:
    """The months of each journey that the move puts into the past; None where that are all it has."""
    latest = local_day(move.own_now + timedelta(days=1), "UTC") - timedelta(days=move.days)
    near = JourneyMonth.objects.filter(
        journey__in=move.ids, skipped_at=None, deliverable=None, due_date__lte=latest
    ).values_list("journey_id", flat=True)
    found: dict[UUID, dict[int, str] | None] = {}
    for journey_id, facts in read_facts(set(near)).items():
        reasons = list_pushed_months(facts, days=move.days, today=move.today(journey_id))
        left = [month for month in facts.months if not month.is_settled and month.number not in reasons]
        found[journey_id] = reasons if left else None
    return found


def _adjust(move: Move, pushed: Mapping[UUID, Mapping[int, str]]) -> list[Note]:
    kept: Kept = defaultdict(list)
    _skip_pushed(move, pushed, kept)
    _shift(move, kept)
    shift_months(move.ids, days=move.days, now=move.now)
    _set_start_dates(move)
    if pushed:
        leave_skipped(read_facts(list(pushed)), now=move.now)
    return [
        Note(
            journey,
            because(f"Start moved to {journey.start_date + timedelta(days=move.days):%d %b %Y}", move.reason),
            {
                "days": move.days,
                "start_date": journey.start_date.isoformat(),
                "current_month": journey.current_month,
                "skipped": sorted(pushed.get(journey.pk, ())),
                "rows": kept[journey.pk],
            },
        )
        for journey in move.journeys
    ]


def _shift(move: Move, kept: Kept) -> None:
    def mover(journey_id: UUID, row: RowFacts) -> RowFacts:
        return move_by_start(
            row,
            days=move.days,
            own_now=move.own_now,
            today=move.today(journey_id),
            include_past=move.include_past,
        )

    # What a move to earlier days takes past now must be looked at by the rule as well.
    near = max(move.own_now, move.now) + NEAR + timedelta(days=max(0, -move.days))
    touched = shift_rows(rows_moved_by_start(move.ids), mover, days=move.days, near=near, now=move.now)
    for journey_id, row in touched:
        kept[journey_id].append(snapshot(row))


def _skip_pushed(move: Move, pushed: Mapping[UUID, Mapping[int, str]], kept: Kept) -> None:
    alike: dict[tuple[int, str], list[UUID]] = defaultdict(list)
    for journey_id, reasons in pushed.items():
        for number, reason in reasons.items():
            alike[number, reason].append(journey_id)
    for (number, reason), journey_ids in alike.items():
        JourneyMonth.objects.filter(journey__in=journey_ids, number=number).update(
            skipped_at=move.now, skipped_by=move.by, skip_reason=reason, updated_at=move.now
        )
        rows = open_rows_of(journey_ids).filter(kind__in=MONTH_KINDS, occurrence=occurrence_of(number))
        for journey_id, row in as_facts(rows):
            kept[journey_id].append(snapshot(row))
        rows.update(status=AutomationStatus.SKIPPED, reason=reason, updated_at=move.now)


def _set_start_dates(move: Move) -> None:
    alike: dict[date, list[Journey]] = defaultdict(list)
    for journey in move.journeys:
        alike[journey.start_date + timedelta(days=move.days)].append(journey)
    for day, journeys in alike.items():
        Journey.objects.filter(pk__in=[j.pk for j in journeys]).update(start_date=day, updated_at=move.now)
        Customer.objects.filter(pk__in=[j.customer_id for j in journeys]).update(
            programme_start_date=day, updated_at=move.now
        )
