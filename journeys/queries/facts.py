"""Journeys as the decisions see them, many at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from customers.queries.many import many
from journeys.enums import DeliverableState, JourneyState
from journeys.models import BusinessPlan, Deliverable, Journey, JourneyMonth, ProgrammeStep, ProgrammeVersion
from journeys.queries.courses import Course, list_step_ids, read_ways
from journeys.queries.template_pins import list_left_out
from journeys.rules.automations import Due
from journeys.rules.journeys import JourneyFacts, MonthFacts, StepFacts


def read_facts(journey_ids: Collection[UUID]) -> dict[UUID, JourneyFacts]:
    """This will read the journeys with their months, in four queries, or six where they are many."""
    rows = Journey.objects.filter(pk__in=many(journey_ids)).order_by().values_list(*_Standing._fields[:-1])
    found = list(rows)
    # Shared by thousands: read once.
    versions = ProgrammeVersion.objects.in_bulk({version_id for _, _, version_id, *_ in found})
    return _read([_Standing._make((*row, versions[row[2]].celebrates_apart)) for row in found])


def facts_of(journeys: Collection[Journey]) -> dict[UUID, JourneyFacts]:
    """This will read what belongs to journeys that were read just now with their versions.

    In two queries, or four where they are many.
    """
    return _read(
        [
            _Standing(
                journey.pk,
                journey.customer_id,
                journey.version_id,
                journey.state,
                journey.zone,
                journey.local_time,
                journey.current_month,
                journey.held_since,
                journey.version.celebrates_apart,
            )
            for journey in journeys
        ]
    )


class _Standing(NamedTuple):
    """What is read of a journey itself."""

    pk: UUID
    customer_id: UUID
    version_id: UUID
    state: str
    zone: str
    local_time: time
    current_month: int
    held_since: datetime | None
    celebrates_apart: bool


def _read(journeys: Sequence[_Standing]) -> dict[UUID, JourneyFacts]:
    months = _read_months([journey.pk for journey in journeys])
    planned = _list_with_plan({journey.customer_id for journey in journeys})
    return {
        journey.pk: JourneyFacts(
            id=journey.pk,
            customer_id=journey.customer_id,
            state=JourneyState(journey.state),
            zone=journey.zone,
            local_time=journey.local_time,
            months=months[journey.pk],
            is_plan_approved=journey.customer_id in planned,
            celebrates_apart=journey.celebrates_apart,
            current_month=journey.current_month,
            held_since=journey.held_since,
        )
        for journey in journeys
    }


def read_journey(journey: Journey) -> JourneyFacts:
    return read_facts([journey.pk])[journey.pk]


def load_steps(dues: Sequence[Due]) -> Mapping[UUID, StepFacts]:
    """This will read what the clock's rows are about; a row whose journey is gone is left out."""
    journeys = read_facts({due.subject_id for due in dues})
    left_out = list_left_out(list(journeys))
    return {
        due.id: StepFacts(
            journeys[due.subject_id],
            due.occurrence,
            due.payload.get("month"),
            due.payload,
            due.trigger_at,
            left_out.get(due.subject_id, frozenset()),
        )
        for due in dues
        if due.subject_id in journeys
    }


FEW = 20
"""Journeys whose months are read as they stand: to read what they have alike apart takes two queries more."""
_STEP_FIELDS = ("title", "reminder_days", "overdue_days", "escalation_days")
_MADE_FIELDS = ("journey_id", "month_id", "state", "delivered_at", "opened_at")
_Made = tuple[str | None, datetime | None, datetime | None]
_NOTHING: _Made = (None, None, None)


def _read_months(journey_ids: Sequence[UUID]) -> dict[UUID, tuple[MonthFacts, ...]]:
    return _read_months_of_few(journey_ids) if len(journey_ids) <= FEW else _read_months_of_many(journey_ids)


def _read_months_of_few(journey_ids: Sequence[UUID]) -> dict[UUID, tuple[MonthFacts, ...]]:
    """In one query, as pages read them."""
    found: dict[UUID, list[MonthFacts]] = {pk: [] for pk in journey_ids}
    rows = JourneyMonth.objects.filter(journey__in=many(journey_ids)).order_by("number")
    for journey_id, skipped_at, number, title, *days, due_date, state, delivered_at, opened_at in rows.values_list(
        "journey_id", "skipped_at", "number", *(f"step__{name}" for name in _STEP_FIELDS), "due_date",
        *(f"deliverable__{name}" for name in _MADE_FIELDS[2:]),
    ):  # fmt: skip
        month = _month(number, title, *days, due_date, skipped_at is not None, state, delivered_at, opened_at)
        found[journey_id].append(month)
    return {pk: tuple(months) for pk, months in found.items()}


def _read_months_of_many(journey_ids: Sequence[UUID]) -> dict[UUID, tuple[MonthFacts, ...]]:
    """In three queries. Journeys that go the same way and have no deliverable yet share their months."""
    ways = read_ways(journey_ids)
    steps = _read_steps(list_step_ids(ways.values()))
    made = _read_made(journey_ids)
    alike: dict[Course, tuple[MonthFacts, ...]] = {}
    found = {}
    for pk, way in ways.items():
        if pk in made:
            found[pk] = _months(way.course, steps, [made[pk].get(month_id, _NOTHING) for month_id in way.month_ids])
            continue
        if way.course not in alike:
            alike[way.course] = _months(way.course, steps, [_NOTHING] * len(way.month_ids))
        found[pk] = alike[way.course]
    return found


def _months(course: Course, steps: Mapping[UUID, Sequence[Any]], made: Sequence[_Made]) -> tuple[MonthFacts, ...]:
    return tuple(
        _month(month.number, *steps[month.step_id], month.due_date, month.is_skipped, *one)
        for month, one in zip(course.months, made, strict=True)
    )


def _read_steps(ids: Collection[UUID]) -> dict[UUID, Sequence[Any]]:
    rows = ProgrammeStep.objects.filter(pk__in=ids).order_by().values_list("pk", *_STEP_FIELDS)
    return {pk: values for pk, *values in rows}


def _read_made(journey_ids: Sequence[UUID]) -> dict[UUID, dict[str, _Made]]:
    """The deliverables that are there, by journey and month."""
    found: dict[UUID, dict[str, _Made]] = defaultdict(dict)
    rows = Deliverable.objects.filter(journey__in=many(journey_ids)).order_by().values_list(*_MADE_FIELDS)
    for journey_id, month_id, *values in rows:
        found[journey_id][str(month_id)] = (values[0], values[1], values[2])
    return found


@lru_cache(maxsize=4096)
def _month(
    number: int,
    title: str,
    reminder_days: int,
    overdue_days: int,
    escalation_days: int,
    due_date: date,
    is_skipped: bool,
    state: str | None,
    delivered_at: datetime | None,
    opened_at: datetime | None,
) -> MonthFacts:
    """Thousands of journeys have months that are alike: such are one."""
    return MonthFacts(
        number=number,
        title=title,
        due_date=due_date,
        reminder_days=reminder_days,
        overdue_days=overdue_days,
        escalation_days=escalation_days,
        is_skipped=is_skipped,
        deliverable=DeliverableState(state) if state else None,
        delivered_at=delivered_at,
        opened_at=opened_at,
    )


def _list_with_plan(customer_ids: Iterable[UUID]) -> set[UUID]:
    approved = BusinessPlan.objects.filter(customer__in=many(customer_ids), approved_at__isnull=False)
    return set(approved.values_list("customer_id", flat=True))
