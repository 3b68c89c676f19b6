"""A customer in a programme, as rows; for tests that are not about how a journey is started."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from customers.models import Customer, User
from journeys.enums import DeliverableState
from journeys.models import Deliverable, Journey, JourneyMonth, Programme, ProgrammeStep, ProgrammeVersion
from journeys.rules.default_programme import DAYS_APART, NAME, STEPS


def make_version(now: datetime, **fields: Any) -> ProgrammeVersion:
    """The eight months, published."""
    programme = Programme.objects.get_or_create(name=f"{NAME} for tests", segment="Tests")[0]
    number = programme.versions.count() + 1
    version = ProgrammeVersion.objects.create(programme=programme, number=number, published_at=now, **fields)
    for place, step in enumerate(STEPS, 1):
        ProgrammeStep.objects.create(
            version=version,
            number=place,
            title=step.title,
            description=step.description,
            key_items=list(step.items),
            achievements=list(step.done),
            offset_days=DAYS_APART * (place - 1),
        )
    return version


def make_journey(
    customer: Customer, *, by: User, now: datetime, start: date, version: ProgrammeVersion | None = None
) -> Journey:
    version = version or make_version(now)
    journey = Journey.objects.create(
        customer=customer,
        version=version,
        start_date=start,
        zone=customer.timezone,
        started_at=now,
        started_by=by,
    )
    JourneyMonth.objects.bulk_create(
        JourneyMonth(
            customer=customer,
            journey=journey,
            step=step,
            number=step.number,
            due_date=start + timedelta(days=step.offset_days),
        )
        for step in version.steps.order_by("number")
    )
    return journey


def deliver(journey: Journey, numbers: Sequence[int], *, now: datetime, **fields: Any) -> list[Deliverable]:
    """Deliverables of these months, delivered now."""
    months = JourneyMonth.objects.filter(journey=journey, number__in=numbers).select_related("step")
    return [
        Deliverable.objects.create(
            customer_id=journey.customer_id,
            journey=journey,
            month=month,
            title=month.step.title,
            state=DeliverableState.DELIVERED,
            delivered_at=now,
            **fields,
        )
        for month in months
    ]
