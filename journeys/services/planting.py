"""Write whole journeys: the journey, its months and its automations, for many customers in few statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from uuid import UUID

from django.db import IntegrityError

from customers.models import Customer, Hold, User
from customers.services.arrays import insert_copies, insert_objects
from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule, Journey, JourneyMonth, ProgrammeVersion
from journeys.queries.rows import SUBJECT
from journeys.rules.moments import moment_of
from journeys.rules.timeline import TYPES, StepPlan, Timeline, payload_of

OWN = (
    "id", "customer", "version", "start_date", "zone", "local_time", "current_month", "held_since", "open_due_date",
)  # fmt: skip
"""What one journey of a start has otherwise than the next."""


@dataclass(frozen=True)
class Course:
    """A published version with its steps, read once for many journeys."""

    version: ProgrammeVersion
    steps: tuple[StepPlan, ...]
    step_ids: Mapping[int, UUID]


@dataclass(frozen=True)
class Seed:
    """One journey to be, with its dates."""

    customer: Customer
    course: Course
    timeline: Timeline
    start_date: date


def plant(seeds: Sequence[Seed], *, now: datetime, by: User | None) -> list[Journey]:
    """This will write the journeys with all their months and automations. Their customers must be locked.

    Those with the same dates are a group: its rows are worked out once, and the database copies them for each journey.
    """
    held = _list_held({seed.customer.pk for seed in seeds})
    journeys = [_journey(seed, now, by, is_held=seed.customer.pk in held) for seed in seeds]
    _insert(journeys)
    groups: dict[tuple[UUID, int, str], int] = {}
    months: list[tuple[int, JourneyMonth]] = []
    rows: list[tuple[int, AutomationSchedule]] = []
    own: list[tuple[int, UUID, UUID]] = []
    for seed, journey in zip(seeds, journeys, strict=True):
        key = (journey.version_id, id(seed.timeline), journey.zone)
        if key not in groups:
            groups[key] = len(groups)
            months += [(groups[key], month) for month in list_months(seed, journey, now, by)]
            rows += [(groups[key], row) for row in list_rows(seed, journey, now)]
        own.append((groups[key], journey.customer_id, journey.pk))
    insert_copies(months, own=("customer", "journey"), rows=own)
    insert_copies(rows, own=("customer", "subject_id"), rows=own)
    _set_start_dates(seeds, now)
    return journeys


def _insert(journeys: Sequence[Journey]) -> None:
    """Raises IntegrityError where a customer is on a journey already."""
    if insert_objects(journeys, differing=OWN) != len(journeys):
        raise IntegrityError("a customer is on a journey already")


def _list_held(customer_ids: set[UUID]) -> set[UUID]:
    return set(Hold.objects.filter(customer__in=customer_ids, ended_at=None).values_list("customer_id", flat=True))


def _journey(seed: Seed, now: datetime, by: User | None, *, is_held: bool) -> Journey:
    return Journey(
        customer=seed.customer,
        version=seed.course.version,
        start_date=seed.start_date,
        zone=seed.customer.timezone,
        local_time=seed.course.version.local_time,
        current_month=seed.timeline.first_kept or 1,
        started_at=now,
        started_by=by,
        held_since=now if is_held else None,
        # What the triggers would find: so they have nothing to write.
        open_due_date=min(month.due_date for month in seed.timeline.months if not month.skip_reason),
    )


def list_months(seed: Seed, journey: Journey, now: datetime, by: User | None) -> Iterator[JourneyMonth]:
    """This will give the months of a timeline, unsaved."""
    for month in seed.timeline.months:
        is_skipped = bool(month.skip_reason)
        yield JourneyMonth(
            customer_id=journey.customer_id,
            journey=journey,
            step_id=seed.course.step_ids[month.number],
            number=month.number,
            due_date=month.due_date,
            skipped_at=now if is_skipped else None,
            skipped_by=by if is_skipped else None,
            skip_reason=month.skip_reason,
        )


def list_rows(seed: Seed, journey: Journey, now: datetime, *, hour: time | None = None) -> Iterator[AutomationSchedule]:
    """This will give the automations of a timeline, unsaved. hour: None takes the journey's."""
    at = hour or journey.local_time
    for row in seed.timeline.rows:
        moment = _moment(row.local_date, at, journey.zone)
        yield AutomationSchedule(
            customer_id=journey.customer_id,
            type=TYPES[row.kind],
            kind=row.kind,
            subject_kind=SUBJECT,
            subject_id=journey.pk,
            occurrence=row.occurrence,
            payload=payload_of(row.kind, row.month),
            # A past date is only planned where a person ticked it: then it is due now, not late.
            trigger_at=max(moment, now) if row.is_included_past else moment,
            local_date=row.local_date,
            local_time=at,
            zone=journey.zone,
            status=AutomationStatus.SKIPPED if row.skip_reason else AutomationStatus.SCHEDULED,
            reason=row.skip_reason,
        )


@lru_cache(maxsize=4096)
def _moment(day: date, hour: time, zone: str) -> datetime:
    return moment_of(day, hour, zone)


def _set_start_dates(seeds: Sequence[Seed], now: datetime) -> None:
    for start_date in {seed.start_date for seed in seeds}:
        ids = [seed.customer.pk for seed in seeds if seed.start_date == start_date]
        Customer.objects.filter(pk__in=ids).update(programme_start_date=start_date, updated_at=now)
