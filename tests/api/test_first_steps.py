"""What somebody does first with a fresh book: Engage before the price is locked, and what the answers say to do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from customers.models import Contract, Customer
from emails.models import CapturedMail
from tests import factories
from tests.api.conftest import Caller, error_of

DAY_115 = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)
NOT_LOCKED = "The target price is not locked"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(DAY_115):
        yield


@pytest.fixture
def contract(customer: Customer) -> Contract:
    contract: Contract = factories.ContractFactory.create(customer=customer)
    factories.StakeholderFactory.create(customer=customer)
    return contract


@pytest.fixture
def plan(api: Caller, customer: Customer, contract: Contract) -> dict[str, Any]:
    opened: dict[str, Any] = api.post(f"/api/customers/{customer.pk}/engage").json()
    return opened


def test_email_with_an_unlocked_price_is_refused_and_told_to_lock(api: Caller, plan: dict[str, Any]) -> None:
    draft = plan["drafts"][0]

    response = api.post("/api/emails/send", {"draftId": draft["id"], "version": draft["version"]})

    assert (response.status_code, error_of(response)["code"]) == (409, "price_not_locked")
    assert "Lock the price" in error_of(response)["message"]
    assert not CapturedMail.objects.exists()


def test_email_goes_once_the_price_is_locked(api: Caller, plan: dict[str, Any], customer: Customer) -> None:
    api.post(f"/api/customers/{customer.pk}/renewal/lock-price")
    draft = api.get(f"/api/customers/{customer.pk}/engage").json()["drafts"][0]

    response = api.post("/api/emails/send", {"draftId": draft["id"], "version": draft["version"]})

    assert (response.status_code, response.json()["status"]) == (200, "sent")


def test_plan_warns_of_an_unlocked_price_until_it_is_locked(
    api: Caller, plan: dict[str, Any], customer: Customer
) -> None:
    api.post(f"/api/customers/{customer.pk}/renewal/lock-price")

    locked = api.get(f"/api/customers/{customer.pk}/engage").json()

    assert [word for word in plan["warnings"] if word.startswith(NOT_LOCKED)]
    assert not [word for word in locked["warnings"] if word.startswith(NOT_LOCKED)]


def test_plan_without_a_target_price_warns_and_states_none(api: Caller, customer: Customer, contract: Contract) -> None:
    Contract.objects.filter(pk=contract.pk).update(target_price=None)

    plan = api.post(f"/api/customers/{customer.pk}/engage").json()

    assert [word for word in plan["warnings"] if word.startswith("No target price is set")]
    assert {"factor": "priceIncreasePercent", "value": None, "vote": None} in plan["pricing"]["votes"]


def test_plan_shows_votes_as_the_what_if_does(api: Caller, plan: dict[str, Any], customer: Customer) -> None:
    asked = {
        "priceIncreasePercent": api.get(f"/api/customers/{customer.pk}/renewal").json()["increasePercent"],
        "relationshipStrength": customer.relationship_strength,
        "competitivePressure": customer.competitive_pressure,
    }

    what_if = api.post("/api/engage/pricing", asked).json()

    assert plan["pricing"]["votes"] == what_if["votes"]


def test_locked_price_sent_again_unchanged_is_no_conflict(api: Caller, customer: Customer, contract: Contract) -> None:
    path = f"/api/customers/{customer.pk}/renewal"
    locked = api.post(f"{path}/lock-price").json()

    same = api.patch(path, {"targetPrice": locked["targetPrice"], "confidence": 77})
    other = api.patch(path, {"targetPrice": "1.00"})

    assert (same.status_code, same.json()["confidence"]) == (200, 77)
    assert (other.status_code, error_of(other)["code"]) == (409, "price_locked")
