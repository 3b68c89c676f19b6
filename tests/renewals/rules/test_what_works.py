"""Ways that renewals were approached: ranked only where there is enough to say, averages only of what there is."""

from __future__ import annotations

import pytest

from outreach.rules.upsell.conversion import wilson
from renewals.rules.what_works import Sums, Way, compare, group_ways

LABELS = {"a": "First", "b": "Second", "c": "Third"}


def way(count: int, kept: int, label: str = "A") -> Way:
    return Way("a", label, Sums(count, kept))


@pytest.mark.parametrize(
    ("kept", "count", "low", "high"),
    [
        (0, 0, 0.0, 100.0),
        (0, 1, 0.0, 79.35),
        (1, 1, 20.65, 100.0),
        (0, 25, 0.0, 13.32),
        (25, 25, 86.68, 100.0),
        (19, 24, 59.53, 90.76),
    ],
)
def test_interval_holds_for_none_all_and_few(kept: int, count: int, low: float, high: float) -> None:
    assert wilson(kept, count) == pytest.approx((low, high), abs=0.01)
    assert (way(count, kept).rate.low, way(count, kept).rate.high) == pytest.approx((low, high), abs=0.01)


@pytest.mark.parametrize(("count", "is_enough"), [(0, False), (9, False), (10, True)])
def test_few_are_not_enough_to_say(count: int, is_enough: bool) -> None:
    assert way(count, 0).is_enough is is_enough


def test_groups_are_added_up_and_only_those_with_enough_are_ranked() -> None:
    rows = [("a", Sums(6, 3)), ("b", Sums(20, 15)), ("a", Sums(6, 2)), ("c", Sums(9, 9)), ("", Sums(1, 1))]

    ways = group_ways(rows, labels=LABELS, unknown="Not known")

    assert [(one.label, one.sums.count, one.sums.kept) for one in ways] == [
        ("Second", 20, 15), ("First", 12, 5), ("Third", 9, 9), ("Not known", 1, 1),
    ]  # fmt: skip


def test_code_without_a_label_is_called_by_itself() -> None:
    assert group_ways([("Enterprise", Sums(1))], labels={}, unknown="No segment")[0].label == "Enterprise"


def test_averages_are_of_those_that_have_the_figure() -> None:
    one = Way("a", "A", Sums(count=10, kept=5, priced=4, increase_pct=12.0, target_pct=20.0, answered=3, days=7.5))

    assert (one.average_increase_pct, one.average_target_pct, one.average_days) == (3.0, 5.0, 2.5)


def test_averages_of_nothing_are_none() -> None:
    one = way(3, 0)

    assert (one.average_increase_pct, one.average_target_pct, one.average_days) == (None, None, None)


@pytest.mark.parametrize(
    ("ways", "said"),
    [
        ([], "Nothing to compare yet: two with at least 10 settled renewals are needed."),
        ([way(50, 40), way(9, 0)], "Nothing to compare yet: two with at least 10 settled renewals are needed."),
        ([way(12, 8), way(12, 6)], "The intervals overlap: the differences may be chance."),
        (
            [way(200, 180, "High"), way(200, 40, "Low")],
            "The intervals of High and Low do not overlap. Why they differ is not said by that.",
        ),
    ],
)
def test_comparison_says_whether_and_never_why(ways: list[Way], said: str) -> None:
    assert compare(ways) == said
