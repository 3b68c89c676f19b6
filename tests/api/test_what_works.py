"""`GET /api/what-works`: the shares of the page, each with n and interval, only of what the caller sees."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from customers.models import User
from renewals.enums import Outcome
from tests.api.conftest import Caller, error_of
from tests.renewals.settled import end


def test_shares_come_with_n_and_interval(api: Caller, csm: User) -> None:
    now = timezone.now()
    end(csm, now, new_price=105_000, answered_after=timedelta(days=2))
    end(csm, now, Outcome.CHURNED)
    end(csm, now, None)

    answer: dict[str, Any] = api.get("/api/what-works").json()

    assert (answer["settledCount"], answer["openCount"]) == (2, 1)
    (way,) = answer["priceApproach"]
    assert {name: way[name] for name in ("code", "name", "n", "renewed", "sharePercent", "enough")} == {
        "code": "value_first", "name": "Value first", "n": 2, "renewed": 1, "sharePercent": 50.0, "enough": False,
    }  # fmt: skip
    assert (round(way["low"], 1), round(way["high"], 1)) == (9.5, 90.5)
    assert (round(way["averageIncreasePercent"], 6), way["pricedCount"], way["averageDaysToAnswer"]) == (5.0, 1, 2.0)


def test_another_team_finds_nothing(call_as: Callable[..., Caller], csm: User, stranger: User) -> None:
    end(csm, timezone.now())

    answer = call_as(stranger).get("/api/what-works", owner=str(csm.pk)).json()

    assert (answer["settledCount"], answer["priceApproach"]) == (0, [])


def test_what_is_no_filter_is_refused(api: Caller) -> None:
    response = api.get("/api/what-works", team="x")

    assert (response.status_code, list(error_of(response)["fields"])) == (400, ["team"])
