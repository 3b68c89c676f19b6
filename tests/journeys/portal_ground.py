"""A client under way, as rows, for the tests of what the client sees."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from customers.models import Customer, Stakeholder
from journeys.enums import DeliverableState
from journeys.models import Deliverable, Journey, JourneyMonth, Programme, ProgrammeStep, ProgrammeVersion
from tests import factories

NOW = datetime(2026, 3, 4, 14, 0, tzinfo=UTC)
START = date(2026, 1, 5)


def make_programme(*, months: int = 8, name: str = "Launch", segment: str = "portal", **version: Any) -> Any:
    """A published version with so many months, 30 days apart."""
    programme, _ = Programme.objects.get_or_create(name=name, defaults={"segment": segment})
    row = ProgrammeVersion.objects.create(
        programme=programme, number=programme.versions.count() + 1, **{"published_at": NOW, **version}
    )
    ProgrammeStep.objects.bulk_create(
        ProgrammeStep(version=row, number=number, title=f"Part {number}", offset_days=30 * (number - 1))
        for number in range(1, months + 1)
    )
    return row


def make_journey(customer: Customer | None = None, *, version: Any = None, start: date = START, **fields: Any) -> Any:
    """A journey with all its months and nothing written yet."""
    customer = customer or factories.CustomerFactory.create()
    version = version or make_programme()
    journey = Journey.objects.create(
        customer=customer, version=version, start_date=start, zone=customer.timezone, started_at=NOW, **fields
    )
    JourneyMonth.objects.bulk_create(
        JourneyMonth(
            customer=customer,
            journey=journey,
            step=step,
            number=step.number,
            due_date=start + timedelta(days=step.offset_days),
        )
        for step in version.steps.all()
    )
    return journey


def make_contact(customer: Customer, **fields: Any) -> Stakeholder:
    return factories.StakeholderFactory.create(customer=customer, **{"primary": True, **fields})


def make_deliverable(journey: Journey, number: int, **fields: Any) -> Deliverable:
    """Delivered, unless the fields say otherwise."""
    month = journey.months.get(number=number)
    values = {"state": DeliverableState.DELIVERED, "delivered_at": NOW, "title": month.step.title, "body": "Words.",
              **fields}  # fmt: skip
    return Deliverable.objects.create(customer_id=journey.customer_id, journey=journey, month=month, **values)
