"""Recommendations followed and overruled, added up; what is few says nothing."""

from __future__ import annotations

import pytest

from renewals.rules.overrules import PersonCount, Recommendation, Taken, group_people, group_recommendations


def test_followed_and_overruled_stand_beside_each_other_the_most_overruled_first() -> None:
    rows = [
        ("strategy", "parallel", False, Taken(5, 3, 2)),
        ("strategy", "parallel", True, Taken(1, 1, 0)),
        ("strategy", "champion_first", True, Taken(4, 2, 1)),
        ("strategy", "champion_first", True, Taken(1, 1, 1)),
    ]

    assert group_recommendations(rows) == (
        Recommendation("strategy", "champion_first", Taken(), Taken(5, 3, 2)),
        Recommendation("strategy", "parallel", Taken(5, 3, 2), Taken(1, 1, 0)),
    )


@pytest.mark.parametrize(("followed", "overruled", "share"), [(0, 0, 0.0), (4, 0, 0.0), (0, 4, 100.0), (3, 1, 25.0)])
def test_share_of_overruled(followed: int, overruled: int, share: float) -> None:
    one = Recommendation("order", "", Taken(followed), Taken(overruled))

    assert (one.count, one.overruled_pct) == (followed + overruled, share)


@pytest.mark.parametrize(
    ("followed", "overruled", "verdict"),
    [
        (Taken(50, 50, 40), Taken(9, 9, 0), "Not enough to say"),
        (Taken(50, 9, 9), Taken(50, 50, 10), "Not enough to say"),
        (Taken(20, 20, 10), Taken(20, 20, 12), "May be chance"),
        (Taken(200, 200, 180), Taken(200, 200, 40), "Intervals apart"),
    ],
)
def test_verdict_needs_enough_on_both_sides(followed: Taken, overruled: Taken, verdict: str) -> None:
    assert Recommendation("strategy", "parallel", followed, overruled).verdict == verdict


def test_people_are_counted_by_kind_who_overruled_most_first() -> None:
    rows = [(1, "Ada", "order", 2), (2, "Ben", "order", 4), (1, "Ada", "strategy", 3), (None, "Nobody", "order", 1)]

    people = group_people(rows)

    assert [(one.name, one.count) for one in people] == [("Ada", 5), ("Ben", 4), ("Nobody", 1)]
    assert people[0] == PersonCount(1, "Ada", {"order": 2, "strategy": 3})
