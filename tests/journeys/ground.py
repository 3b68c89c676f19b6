"""Programmes, journeys and what a reviewer and a client do, for the tests of the journey."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

from django.db import transaction

from customers.base import lock_customer
from customers.models import Customer, User
from journeys.enums import AutomationStatus, DeliverableState, JourneyKind
from journeys.models import (
    AutomationSchedule,
    BusinessPlan,
    Deliverable,
    Journey,
    JourneyMonth,
    Programme,
    ProgrammeStep,
    ProgrammeVersion,
)
from journeys.rules.default_programme import DAYS_APART, NAME, STEPS
from journeys.services.delivering import deliver_month, release_first_month
from journeys.services.journeys import start_journey

START = date(2026, 3, 9)  # a Monday
PUBLISHED_AT = datetime(2026, 1, 1, tzinfo=UTC)


def default_version() -> ProgrammeVersion:
    """The programme of a new workspace; made again where a test that commits has flushed it."""
    programme, _ = Programme.objects.get_or_create(name=NAME)
    version = programme.versions.filter(published_at__isnull=False).order_by("-number").first()
    return version or make_version(programme=programme, months=len(STEPS))


def make_version(
    *,
    programme: Programme | None = None,
    months: int = 8,
    number: int = 1,
    offsets: Mapping[int, int] = MappingProxyType({}),
    **fields: Any,
) -> Any:
    """A published version with so many months, 30 days apart; offsets: days of those that differ, by their number."""
    programme = programme or Programme.objects.create(name=f"Programme of {months}", segment=f"segment-{months}")
    values = {"published_at": PUBLISHED_AT, **fields}
    version = ProgrammeVersion.objects.create(programme=programme, number=number, **values)
    ProgrammeStep.objects.bulk_create(
        ProgrammeStep(
            version=version,
            number=index,
            title=f"New {index}" if index in offsets else STEPS[(index - 1) % len(STEPS)].title,
            offset_days=offsets.get(index, DAYS_APART * (index - 1)),
        )
        for index in range(1, months + 1)
    )
    return version


def begin(customer: Customer, *, now: datetime, by: User | None = None, start: date = START, **fields: Any) -> Journey:
    """A journey, started."""
    return start_journey(
        customer, start_date=start, version=fields.pop("version", None) or default_version(), now=now, by=by, **fields
    )


def approve_plan(customer: Customer, *, now: datetime) -> None:
    BusinessPlan.objects.create(customer=customer, number=1, body="Sell more.", saved_at=now, approved_at=now)
    release_first_month(customer.pk, now=now)


def deliver(journey: Journey, number: int, *, now: datetime, by: User | None = None) -> Deliverable:
    """What an approval does: the deliverable is DELIVERED and its month follows, in one transaction."""
    month = JourneyMonth.objects.get(journey=journey, number=number)
    with transaction.atomic():
        lock_customer(journey.customer_id)
        deliverable, _ = Deliverable.objects.get_or_create(
            month=month, defaults={"journey": journey, "customer_id": journey.customer_id, "title": month.step.title}
        )
        deliverable.state, deliverable.delivered_at, deliverable.due_at = DeliverableState.DELIVERED, now, None
        deliverable.save()
        deliver_month(deliverable, now=now, by=by)
    return deliverable


def open_month(journey: Journey, number: int, *, now: datetime) -> None:
    Deliverable.objects.filter(journey=journey, month__number=number).update(opened_at=now)


def row(journey: Journey, kind: JourneyKind, month: int) -> AutomationSchedule:
    return AutomationSchedule.objects.get(subject_id=journey.pk, kind=kind, occurrence=f"month-{month}")


def open_dates(journey: Journey) -> dict[tuple[str, str], date]:
    """The local day of each automation that is still to come."""
    rows = AutomationSchedule.objects.filter(subject_id=journey.pk, status=AutomationStatus.SCHEDULED)
    return {(row.kind, row.occurrence): row.local_date for row in rows}
