"""What could be optimised before anything is bought, by what records tell and nothing else."""

from __future__ import annotations

from decimal import Decimal

import pytest

from outreach.rules.alerts.idle import read_idle
from outreach.rules.upsell.facts import UsageLine
from outreach.rules.upsell.optimising import list_savings


def line(metric: str, used: int, limit: int | None = None) -> UsageLine:
    return UsageLine(metric, Decimal(used), Decimal(limit) if limit else None)


def test_who_is_idle_comes_before_empty_limits() -> None:
    usage = (line("exports", 40, 100), line("inactive_users", 12), line("reports", 10, 100), line("users", 98, 100))

    assert [saving.words for saving in list_savings(usage)] == [
        "12 inactive users are on record.",
        "10 of 100 reports are used, 10 %: the rest is paid for.",
        "40 of 100 exports are used, 40 %: the rest is paid for.",
    ]


@pytest.mark.parametrize(("seats", "active"), [("users", "active_users"), ("licenses", "active users")])
def test_seats_of_people_who_were_not_active_are_counted(seats: str, active: str) -> None:
    (saving,) = list_savings((line(seats, 98, 100), line(active, 70)))

    assert saving.words.startswith("28 of 98")


def test_half_used_is_used_and_nothing_is_guessed() -> None:
    assert list_savings((line("users", 50, 100), line("inactive_users", 0), line("calls", 7))) == ()


@pytest.mark.parametrize(
    ("context", "count", "names"),
    [
        ({"inactiveUsers": 12}, 12, ()),
        ({"idle_seats": ["Tom", " Ann  Lee ", 7, {"name": "Bob"}, {"email": "x@y.example"}]}, 5,
         ("Tom", "Ann Lee", "Bob", "x@y.example")),
        ({"inactive": []}, 0, ()),
        ({"unused": [{}, None, ["x"]]}, 3, ()),
    ],
)  # fmt: skip
def test_alert_tells_who_is_idle_in_its_context(context: dict[str, object], count: int, names: tuple[str, ...]) -> None:
    found = read_idle(context)

    assert found is not None and (found.count, found.names) == (count, names)


@pytest.mark.parametrize(
    "context", [{}, {"inactiveUsers": True}, {"inactiveUsers": -1}, {"inactiveUsers": "many"}, {"x": 1}]
)
def test_context_that_tells_nothing_of_it_tells_nothing(context: dict[str, object]) -> None:
    assert read_idle(context) is None
