"""An account of the spec's example, on the day before Engage opens its first email: day 119 is 5 March 2026."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from customers.models import Customer, Stakeholder, User
from renewals.models import Renewal
from tests import factories

RENEWAL_DATE = date(2026, 7, 2)


def at_day(day: int) -> datetime:
    """Noon in New York, `day` days before the renewal."""
    return datetime(2026, 7, 2, 16, 0, tzinfo=UTC) - timedelta(days=day)


@pytest.fixture
def ae(team: object) -> User:
    return factories.UserFactory.create(username="avery", title="Account Executive", team=team)


@pytest.fixture
def executive(team: object) -> User:
    return factories.UserFactory.create(username="evelyn", title="Chief Customer Officer", role="lead", team=team)


@pytest.fixture
def customer(csm: User, ae: User, executive: User) -> Customer:
    return factories.CustomerFactory.create(name="Acme", owner=csm, account_executive=ae, executive=executive)


@pytest.fixture
def people(customer: Customer) -> dict[str, Stakeholder]:
    rows = {"champion": "Ada Byrne", "decision_maker": "Bob Marsh", "economic_buyer": "Eve Stone"}
    return {
        role: factories.StakeholderFactory.create(customer=customer, name=name, roles=[role])
        for role, name in rows.items()
    }


@pytest.fixture
def renewal(customer: Customer) -> Renewal:
    contract = factories.ContractFactory.create(customer=customer, renewal_date=RENEWAL_DATE)
    return Renewal.objects.create(
        customer=customer,
        contract=contract,
        confidence=82,
        engagement_approach="consultative",
        value_leverage=Decimal("2.08"),
        stickiness=85,
        quantified_value=Decimal(52000),
        peer_price_pct=Decimal(-8),
    )


@pytest.fixture
def set_target(renewal: Renewal) -> Callable[[str | None], None]:
    """Put a target price onto the contract, past the services."""

    def put(price: str | None) -> None:
        renewal.contract.target_price = Decimal(price) if price is not None else None
        renewal.contract.save()

    return put
