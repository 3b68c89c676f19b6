"""Readings of usage by API: kept once per metric and moment, or refused by field."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from customers.models import Customer
from tests.api.conftest import Caller, error_of


def test_usage_is_kept_once_per_metric_and_moment(api: Caller, customer: Customer) -> None:
    path = f"/api/customers/{customer.pk}/usage"
    readings = [
        {"metric": "users", "value": 98, "limit": 100, "at": "2026-03-01T00:00:00Z"},
        {"metric": "users", "value": "99.5", "limit": None, "at": "2026-03-02T01:00:00+01:00"},
    ]

    first = api.post(path, readings)
    again = api.post(path, [readings[0], {**readings[1], "value": 97}])

    assert (first.status_code, first.json()) == (201, {"created": 2, "changed": 0, "unchanged": 0})
    assert again.json() == {"created": 0, "changed": 1, "unchanged": 1}
    assert [(row.at, float(row.value), row.limit) for row in customer.usagesamples.order_by("at")] == [
        (datetime(2026, 3, 1, tzinfo=UTC), 98.0, 100),
        (datetime(2026, 3, 2, tzinfo=UTC), 97.0, None),
    ]


def test_largest_usage_that_is_kept_can_be_read_and_a_larger_is_refused(api: Caller, customer: Customer) -> None:
    path = f"/api/customers/{customer.pk}/usage"

    kept = api.post(path, [{"metric": "bytes", "value": "9999999999999.9999"}])
    refused = api.post(path, [{"metric": "bytes", "value": "99999999999999.9999"}])

    assert (kept.status_code, refused.status_code) == (201, 400)
    assert round(customer.usagesamples.get().value) == 10**13


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"metric": "users", "value": 1}, None),
        ([{"metric": "users", "value": 1}, {"metric": "", "value": 1}], "1.metric"),
        ([{"metric": "users"}], "0.value"),
        ([{"metric": "users", "value": True}], "0.value"),
        ([{"metric": "users", "value": -1}], "0.value"),
        ([{"metric": "users", "value": 1e30}], "0.value"),
        ([{"metric": "users", "value": 1, "at": "yesterday"}], "0.at"),
        ([{"metric": "users", "value": 1, "at": "2099-11-29T00:00:00Z"}], "0.at"),
        ([{"metric": "users", "value": 1, "at": "0001-01-01T00:00:00+14:00"}], "0.at"),
        ([7], "0"),
    ],
)
def test_bad_reading_is_named_and_none_is_kept(api: Caller, customer: Customer, body: Any, field: str | None) -> None:
    response = api.post(f"/api/customers/{customer.pk}/usage", body)

    assert response.status_code == 400
    assert list(error_of(response)["fields"]) == ([field] if field else [])
    assert not customer.usagesamples.exists()
