"""The day of a moment where the customer lives is the same in SQL as in Python, in every kind of zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import DateTimeField, F, Value

from customers.models import Customer
from journeys.queries.local_days import LocalDay
from tests import factories

HOURS = [f"Etc/GMT{sign}{hours}" for sign, most in (("+", 12), ("-", 14)) for hours in range(most + 1)]
ZONES = (
    *HOURS,
    "UTC",
    "Etc/GMT",
    "GMT0",
    "EST5EDT",
    "America/Port-au-Prince",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
)
MOMENTS = [datetime(2026, 3, 8, 0, 30, tzinfo=UTC) + timedelta(hours=n, minutes=15) for n in range(0, 24, 3)]


@pytest.mark.django_db
def test_local_day_in_every_kind_of_zone_is_the_day_there() -> None:
    owner = factories.UserFactory.create()
    Customer.objects.bulk_create(Customer(name=zone, timezone=zone, owner=owner) for zone in ZONES)

    for moment in MOMENTS:
        there = LocalDay(Value(moment, output_field=DateTimeField()), F("timezone"))
        found = dict(Customer.objects.annotate(day=there).values_list("timezone", "day"))

        assert found == {zone: moment.astimezone(ZoneInfo(zone)).date() for zone in ZONES}
