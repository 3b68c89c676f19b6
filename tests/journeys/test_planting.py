"""Many journeys written at once: each row is the one that its own start would have written."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.enums import HoldScope
from customers.models import Customer, User
from customers.services.holds import hold_customer
from journeys.models import AutomationSchedule, Journey, JourneyMonth, Programme
from journeys.services.bulk import start_journeys
from journeys.services.journeys import lay_out, read_course, start_journey
from journeys.services.planting import list_months, list_rows
from tests import factories
from tests.journeys.ground import default_version, make_version

pytestmark = pytest.mark.django_db
ZONES = (
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Los_Angeles",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Africa/Casablanca",
    "America/Santiago",
)
SEGMENTS = ("", "small", "half past two")
MOMENTS = (
    datetime(2026, 3, 4, 15, 0, tzinfo=UTC),
    datetime(2026, 3, 28, 23, 30, tzinfo=UTC),  # the night before Europe's clocks change
    datetime(2026, 10, 31, 11, 0, tzinfo=UTC),  # a day on which Kiritimati and Pago Pago are two days apart
)
MADE = {"id", "created_at", "updated_at"}


def make_programmes() -> None:
    default_version()
    small = Programme.objects.create(name="Small", segment="small")
    make_version(programme=small, months=3)
    odd = Programme.objects.create(name="Half past two", segment="half past two")
    make_version(programme=odd, months=5, local_time=time(2, 30))  # the hour that summer time leaves out


def make_customers() -> list[Customer]:
    owner = factories.UserFactory.create()
    return [
        factories.CustomerFactory.create(owner=owner, timezone=zone, segment=segment)
        for segment in SEGMENTS
        for zone in ZONES
    ]


def values(row: Any) -> dict[str, Any]:
    fields = {field.attname for field in row._meta.concrete_fields} - MADE
    return {name: str(getattr(row, name)) for name in fields}


def picture(customers: list[Customer]) -> list[dict[str, Any]]:
    """Every column of every row, with the places of client and journey for their ids."""
    names: dict[str, str] = {str(customer.pk): f"client {n}" for n, customer in enumerate(customers)}
    journeys = Journey.objects.filter(customer__in=customers)
    names |= {str(journey.pk): f"journey of {names[str(journey.customer_id)]}" for journey in journeys}
    found = [*journeys, *JourneyMonth.objects.filter(customer__in=customers)]
    found += AutomationSchedule.objects.filter(customer__in=customers)
    rows = [{name: names.get(value, value) for name, value in values(row).items()} for row in found]
    return sorted(rows, key=str)


@pytest.mark.parametrize(
    ("now", "days", "include_past"),
    [(MOMENTS[0], 5, False), (MOMENTS[1], -55, False), (MOMENTS[2], -55, True)],
    ids=["ahead", "late", "caught up"],
)
def test_start_of_many_writes_what_single_starts_write(now: datetime, days: int, include_past: bool, csm: User) -> None:
    make_programmes()
    first, second = make_customers(), make_customers()
    for customer in (first[1], first[12], second[1], second[12]):
        hold_customer(customer, scope=HoldScope.ACCOUNT, until=None, reason="", now=now, by=csm)
    start = date.fromordinal(now.date().toordinal() + days)

    outcome = start_journeys(first, start_date=start, now=now, by=csm, include_past=include_past)
    for customer in second:
        start_journey(customer, start_date=start, now=now, by=csm, include_past=include_past)

    assert outcome.count == len(first)
    assert picture(first) == picture(second)


def test_rows_of_the_database_are_those_that_the_timeline_gives(csm: User) -> None:
    make_programmes()
    now, customers = MOMENTS[1], make_customers()

    changes = start_journeys(customers, start_date=date(2026, 2, 20), now=now, by=csm).done

    for journey in (change.journey for change in changes):
        seed = lay_out(
            journey.customer, read_course(journey.version), start_date=journey.start_date, now=now, include_past=False
        )
        months = JourneyMonth.objects.filter(journey=journey)
        rows = AutomationSchedule.objects.filter(subject_id=journey.pk)
        for written, worked_out in (
            (months, list_months(seed, journey, now, csm)),
            (rows, list_rows(seed, journey, now)),
        ):
            assert sorted(map(str, map(values, written))) == sorted(map(str, map(values, worked_out)))


def test_ids_made_by_the_database_are_random_and_of_version_four(csm: User) -> None:
    make_programmes()
    start_journeys(make_customers(), start_date=date(2026, 3, 9), now=MOMENTS[0], by=csm)

    ids = list(AutomationSchedule.objects.values_list("pk", flat=True))

    assert len(set(ids)) == len(ids)
    assert {(pk.version, pk.variant) for pk in ids} == {(4, uuid.RFC_4122)}


def test_months_and_automations_of_all_zones_are_one_statement_each(csm: User) -> None:
    make_programmes()

    with CaptureQueriesContext(connection) as queries:
        start_journeys(make_customers(), start_date=date(2026, 3, 9), now=MOMENTS[0], by=csm)

    inserts = [query["sql"].split()[2] for query in queries if query["sql"].startswith("INSERT")]
    assert inserts.count('"journeys_journeymonth"') == 1
    assert inserts.count('"journeys_automationschedule"') == 1
