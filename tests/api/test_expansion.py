"""What speaks for an expansion, by API: from the account's own records, and nothing made up."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from customers.models import Customer, UsageSample, Win
from tests import factories
from tests.api.conftest import Caller

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]


def path(customer: Customer) -> str:
    return f"/api/customers/{customer.pk}/expansion-context"


def use(customer: Customer, metric: str, *values: int, limit: int | None, now: datetime, every_days: int = 10) -> None:
    for place, value in enumerate(reversed(values)):
        at = now - timedelta(days=1 + place * every_days)
        UsageSample.objects.create(customer=customer, metric=metric, value=value, limit=limit, at=at)


@pytest.fixture
def growing(customer: Customer, now: datetime) -> Customer:
    factories.ContractFactory.create(
        customer=customer, plan="Professional", current_price=Decimal(60_000), target_price=None
    )
    Customer.objects.filter(pk=customer.pk).update(health_score=87, churn_risk=20)
    use(customer, "users", 80, 98, limit=100, now=now)
    use(customer, "exports", 10, limit=100, now=now)
    return customer


def test_context_tells_usage_offer_and_approach(api: Caller, growing: Customer) -> None:
    body = api.get(path(growing)).json()

    assert (body["currentTier"], body["healthScore"], body["featureRequests"]) == ("Professional", 87, [])
    assert body["usage"] == [
        {"metric": "exports", "used": 10.0, "limit": 100.0, "percent": 10.0, "trend": "stable"},
        {"metric": "users", "used": 98.0, "limit": 100.0, "percent": 98.0, "trend": "increasing"},
    ]
    assert [line["metric"] for line in body["unused"]] == ["exports"]
    assert (body["recommendedApproach"], body["reasons"][0]) == ("problem_solving", "98 % of users is used.")
    assert body["opportunity"]["recommendedPlan"] == "Professional with more users"
    assert body["opportunity"]["estimatedValue"] == "13500.00"
    assert [row["signal"] for row in body["opportunity"]["signals"]][:2] == ["limit", "trend"]


def test_account_that_nothing_speaks_for_has_no_opportunity(api: Caller, customer: Customer) -> None:
    Win.objects.filter(customer=customer).delete()
    Customer.objects.filter(pk=customer.pk).update(health_score=None)

    body = api.get(path(customer)).json()

    assert (body["opportunity"], body["usage"], body["recommendedApproach"]) == (None, [], "educational")


def test_usage_of_long_ago_counts_no_more(api: Caller, customer: Customer, now: datetime) -> None:
    UsageSample.objects.create(customer=customer, metric="users", value=98, limit=100, at=now - timedelta(days=91))

    assert api.get(path(customer)).json()["usage"] == []


def test_account_is_found_by_the_other_systems_id(api: Caller, customer: Customer) -> None:
    assert api.get("/api/customers/ext:001RAIL/expansion-context").status_code == 200


def test_account_of_others_is_not_there(api: Caller, foreign: Customer) -> None:
    assert api.get(path(foreign)).status_code == 404
