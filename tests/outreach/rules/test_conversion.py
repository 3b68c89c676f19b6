"""Rates with their interval: what is not enough is said, and no share is outside of 0 to 100."""

from __future__ import annotations

from datetime import date

import pytest

from outreach.rules.upsell.conversion import ENOUGH, Rate, group_rates, overlap, quarter_of, wilson


@pytest.mark.parametrize(
    ("worked", "tried", "low", "high"),
    [(0, 10, 0.0, 27.75), (5, 10, 23.66, 76.34), (10, 10, 72.25, 100.0), (0, 0, 0.0, 100.0), (50, 100, 40.38, 59.62)],
)
def test_interval_is_wilsons(worked: int, tried: int, low: float, high: float) -> None:
    assert wilson(worked, tried) == pytest.approx((low, high), abs=0.01)


def test_below_ten_nothing_is_concluded() -> None:
    few, enough = Rate("Educational", ENOUGH - 1, 9), Rate("Proactive", ENOUGH, 4)

    assert (few.is_enough, enough.is_enough) == (False, True)
    assert few.words == "9 of 9: not enough data, 10 are needed."
    assert enough.words == "4 of 10, 40 %; between 17 and 69 %."


def test_rows_are_counted_by_group_the_most_tried_first() -> None:
    rows = [("a", True), ("b", False), ("b", True)]

    rates = group_rates(rows, by=lambda row: row[0], worked=lambda row: row[1])

    assert rates == (Rate("b", 2, 1), Rate("a", 1, 1))


def test_intervals_that_meet_are_told() -> None:
    assert overlap(Rate("a", 10, 4), Rate("b", 10, 6))
    assert not overlap(Rate("a", 200, 20), Rate("b", 200, 150))


@pytest.mark.parametrize(
    ("month", "said"),
    [(1, "Q1 (Jan-Mar)"), (3, "Q1 (Jan-Mar)"), (4, "Q2 (Apr-Jun)"), (12, "Q4 (Oct-Dec)")],
)
def test_time_of_year_is_the_quarter(month: int, said: str) -> None:
    assert quarter_of(date(2026, month, 28)) == said
