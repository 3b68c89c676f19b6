"""`GET /api/forecast`: the figures of the page, only of what the caller sees, narrowed by what is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from customers.models import User
from renewals.models import Renewal
from tests import factories
from tests.api.conftest import Caller, error_of


@pytest.fixture
def renewal(csm: User) -> Renewal:
    customer = factories.CustomerFactory.create(owner=csm, churn_risk=40, segment="Growth")
    contract = factories.ContractFactory.create(
        customer=customer, start_date=None, renewal_date=timezone.now().date() + timedelta(days=100)
    )
    return Renewal.objects.create(customer=customer, contract=contract, confidence=75)


def test_forecast_gives_amounts_as_text_by_stage_and_quarter(api: Caller, renewal: Renewal) -> None:
    answer: dict[str, Any] = api.get("/api/forecast").json()

    (one,) = answer["currencies"]
    (cell,) = one["cells"]
    ends = renewal.contract.renewal_date
    assert (cell["stage"], cell["ends"]) == ("engage", f"{ends.year}-Q{(ends.month + 2) // 3}")
    assert {name: cell[name] for name in ("count", "current", "target", "atRisk", "weighted")} == {
        "count": 1, "current": "250000.00", "target": "268000.00", "atRisk": "100000.00", "weighted": "201000.00",
    }  # fmt: skip
    assert one["total"] == {name: cell[name] for name in one["total"]}
    assert answer["spans"][0] == {"ends": "behind", "label": "Behind us", "first": None, "last": None}


def test_forecast_of_another_team_is_empty(
    call_as: Callable[..., Caller], renewal: Renewal, stranger: User, csm: User
) -> None:
    stranger_sees = call_as(stranger).get("/api/forecast", owner=str(csm.pk), team=str(csm.team_id)).json()

    assert stranger_sees["currencies"] == []


def test_forecast_is_narrowed(api: Caller, renewal: Renewal) -> None:
    found = {name: api.get("/api/forecast", segment=name).json()["currencies"] for name in ("Growth", "Other")}

    assert (len(found["Growth"]), found["Other"]) == (1, [])
    assert Decimal(found["Growth"][0]["total"]["current"]) == renewal.contract.current_price


@pytest.mark.parametrize("query", [{"owner": "me"}, {"owner": ""}, {"team": "1"}, {"segment": "x" * 101}])
def test_forecast_refuses_what_is_no_filter(api: Caller, query: dict[str, str]) -> None:
    response = api.get("/api/forecast", **query)

    assert (response.status_code, list(error_of(response)["fields"])) == (400, list(query))
