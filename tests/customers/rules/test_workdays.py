"""Working days: which are open and where a closed one moves to."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.rules.workdays import Calendar, NoOpenDay

THANKSGIVING = date(2026, 11, 26)  # a Thursday
CALENDAR = Calendar(closed={THANKSGIVING: "Thanksgiving"})


@pytest.mark.parametrize(
    ("day", "is_open", "why"),
    [
        (date(2026, 11, 25), True, ""),
        (THANKSGIVING, False, "Thanksgiving"),
        (date(2026, 11, 27), True, ""),
        (date(2026, 11, 28), False, "a Saturday"),
        (date(2026, 11, 29), False, "a Sunday"),
        (date(2026, 11, 30), True, ""),
    ],
)
def test_is_open_says_why_a_day_is_closed(day: date, is_open: bool, why: str) -> None:
    assert (CALENDAR.is_open(day), CALENDAR.why_closed(day)) == (is_open, why)


@pytest.mark.parametrize(
    ("day", "following", "preceding"),
    [
        (date(2026, 11, 25), date(2026, 11, 25), date(2026, 11, 25)),
        (THANKSGIVING, date(2026, 11, 27), date(2026, 11, 25)),
        (date(2026, 11, 28), date(2026, 11, 30), date(2026, 11, 27)),
        (date(2026, 11, 29), date(2026, 11, 30), date(2026, 11, 27)),
    ],
)
def test_closed_day_moves_to_its_open_neighbours(day: date, following: date, preceding: date) -> None:
    assert (CALENDAR.next_open(day), CALENDAR.previous_open(day)) == (following, preceding)


@pytest.mark.parametrize(
    ("working_days", "expected"),
    [(0, date(2026, 11, 25)), (1, date(2026, 11, 27)), (2, date(2026, 11, 30)), (-1, date(2026, 11, 24))],
)
def test_shift_counts_open_days_only(working_days: int, expected: date) -> None:
    assert CALENDAR.shift(date(2026, 11, 25), working_days=working_days) == expected


def test_open_days_lists_both_ends() -> None:
    assert CALENDAR.open_days(date(2026, 11, 25), date(2026, 11, 27)) == (date(2026, 11, 25), date(2026, 11, 27))
    assert CALENDAR.open_days(date(2026, 11, 28), date(2026, 11, 27)) == ()


def test_weekend_workers_have_their_own_week() -> None:
    gulf = Calendar(working_days=frozenset({6, 0, 1, 2, 3}))

    assert gulf.next_open(date(2026, 11, 27)) == date(2026, 11, 29)


@pytest.mark.parametrize("days", [frozenset(), frozenset({7}), frozenset({-1, 2})])
def test_calendar_without_a_real_working_day_is_refused(days: frozenset[int]) -> None:
    with pytest.raises(ValueError, match="working_days"):
        Calendar(working_days=days)


def test_calendar_closed_for_ever_says_so() -> None:
    first = date(2026, 1, 1)
    always = Calendar(closed={first + timedelta(days=n): "closed" for n in range(500)})

    with pytest.raises(NoOpenDay):
        always.next_open(first)


@given(st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.sets(st.dates(date(2024, 1, 1), date(2030, 1, 1))))
@settings(deadline=None)
def test_neighbours_are_open_and_nearest(day: date, closed: set[date]) -> None:
    calendar = Calendar(closed=dict.fromkeys(closed, "closed"))

    following, preceding = calendar.next_open(day), calendar.previous_open(day)

    assert calendar.is_open(following) and calendar.is_open(preceding)
    assert preceding <= day <= following
    between = calendar.open_days(preceding + timedelta(days=1), following - timedelta(days=1))
    assert between in ((), (day,))
