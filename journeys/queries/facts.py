"""Journeys as the decisions see them, many at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from customers.queries.many import many
from journeys.enums import DeliverableState, JourneyState
from journeys.models import BusinessPlan, Journey, JourneyMonth, ProgrammeVersion
from journeys.queries.template_pins import list_left_out
from journeys.rules.automations import Due
from journeys.rules.journeys import JourneyFacts, MonthFacts, StepFacts


def read_facts(journey_ids: Collection[UUID]) -> dict[UUID, JourneyFacts]:
    """This will read the journeys with their months, in four queries however many they are."""
    rows = Journey.objects.filter(pk__in=many(journey_ids)).order_by().values_list(*_Standing._fields[:-1])
    found = list(rows)
    # Shared by thousands: read once.
    versions = ProgrammeVersion.objects.in_bulk({version_id for _, _, version_id, *_ in found})
    return _read([_Standing._make((*row, versions[row[2]].celebrates_apart)) for row in found])


def facts_of(journeys: Collection[Journey]) -> dict[UUID, JourneyFacts]:
    """This will read what belongs to journeys that were read just now with their versions, in two queries."""
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
            months=tuple(months[journey.pk]),
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


_MONTH_FIELDS = (
    "number",
    "step__title",
    "due_date",
    "step__reminder_days",
    "step__overdue_days",
    "step__escalation_days",
    "skipped_at",
    "deliverable__state",
    "deliverable__delivered_at",
    "deliverable__opened_at",
)


def _read_months(journey_ids: Sequence[UUID]) -> dict[UUID, list[MonthFacts]]:
    rows = JourneyMonth.objects.filter(journey__in=many(journey_ids)).order_by("number")
    # By the numbers of the ids: a UUID is slow to find by.
    found = {pk.int: list[MonthFacts]() for pk in journey_ids}
    for journey_id, *values in rows.values_list("journey_id", *_MONTH_FIELDS):
        found[journey_id.int].append(_month(*values))
    return {pk: found[pk.int] for pk in journey_ids}


@lru_cache(maxsize=4096)
def _month(
    number: int,
    title: str,
    due_date: date,
    reminder_days: int,
    overdue_days: int,
    escalation_days: int,
    skipped_at: datetime | None,
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
        is_skipped=skipped_at is not None,
        deliverable=DeliverableState(state) if state else None,
        delivered_at=delivered_at,
        opened_at=opened_at,
    )


def _list_with_plan(customer_ids: Iterable[UUID]) -> set[UUID]:
    approved = BusinessPlan.objects.filter(customer__in=many(customer_ids), approved_at__isnull=False)
    return set(approved.values_list("customer_id", flat=True))
