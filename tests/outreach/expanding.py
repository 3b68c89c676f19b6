"""An account that speaks for an expansion, as in the spec's example: 98 of 100 users, and a price list."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from customers.models import Customer, UsageSample
from outreach.models import FeatureRequest, Offer
from tests import factories


def use(customer: Customer, metric: str, *values: int, limit: int | None, now: datetime, every_days: int = 10) -> None:
    """Put samples down, oldest first, the last one a day ago."""
    for place, value in enumerate(reversed(values)):
        at = now - timedelta(days=1 + place * every_days)
        UsageSample.objects.create(customer=customer, metric=metric, value=value, limit=limit, at=at)


def list_offers() -> Offer:
    """Put up the price list; gives the plan after Professional."""
    Offer.objects.create(name="Professional", annual_price=Decimal(60_000), features=["Reports"])
    return Offer.objects.create(
        name="Enterprise",
        annual_price=Decimal(108_000),
        features=["Unlimited users", "5x API capacity", "Advanced analytics", "Priority support"],
        resources_url="https://evergreen.example/plans",
    )


def grow(customer: Customer, *, now: datetime, with_offers: bool = True) -> Customer:
    """Bring the account close to its limits, and put up the price list."""
    factories.ContractFactory.create(
        customer=customer, plan="Professional", current_price=Decimal(60_000), target_price=None
    )
    Customer.objects.filter(pk=customer.pk).update(health_score=87, churn_risk=20)
    use(customer, "users", 80, 98, limit=100, now=now)
    use(customer, "api_calls", 8_400, 8_500, limit=10_000, now=now)
    use(customer, "exports", 10, limit=100, now=now)
    if with_offers:
        list_offers()
    FeatureRequest.objects.create(customer=customer, text="advanced analytics", source="Ticket", asked_on=now.date())
    return customer
