"""On which day a follow-up falls."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.rules.workdays import Calendar
from outreach.rules.slots import follow_up_slot, spread_slots

HOLIDAY = Calendar(closed={date(2026, 3, 13): "Founders' Day"})


@pytest.mark.parametrize(
    ("sent", "days", "expected", "reason"),
    [
        (date(2026, 3, 9), 3, date(2026, 3, 12), ""),
        (date(2026, 3, 10), 3, date(2026, 3, 16), "Moved from Fri 13 Mar 2026, Founders' Day."),
        (date(2026, 3, 11), 3, date(2026, 3, 16), "Moved from Sat 14 Mar 2026, a Saturday."),
        (date(2026, 3, 12), 3, date(2026, 3, 16), "Moved from Sun 15 Mar 2026, a Sunday."),
        (date(2026, 3, 13), 7, date(2026, 3, 20), ""),
    ],
)
def test_follow_up_comes_after_calendar_days_on_a_working_day(
    sent: date, days: int, expected: date, reason: str
) -> None:
    slot = follow_up_slot(sent, after_days=days, calendar=HOLIDAY)

    assert (slot.date, slot.moved_reason) == (expected, reason)


def test_move_that_would_cross_the_notice_deadline_goes_the_other_way() -> None:
    slot = follow_up_slot(date(2026, 3, 11), after_days=3, calendar=HOLIDAY, deadline=date(2026, 3, 15))

    assert slot.date == date(2026, 3, 12)  # Friday is a holiday
    assert slot.moved_reason == "Brought forward from Sat 14 Mar 2026: later would be after the notice deadline."


def test_move_never_goes_back_to_the_day_of_the_letter() -> None:
    calendar = Calendar(closed={date(2026, 3, 12): "", date(2026, 3, 13): ""})

    slot = follow_up_slot(date(2026, 3, 11), after_days=3, calendar=calendar, deadline=date(2026, 3, 15))

    assert slot.date == date(2026, 3, 16)


@given(
    st.dates(date(2025, 1, 1), date(2027, 1, 1)),
    st.integers(1, 20),
    st.none() | st.integers(-5, 40),
    st.sets(st.integers(0, 6), min_size=1),
)
def test_follow_up_is_on_an_open_day_after_the_letter(
    sent: date, days: int, deadline_in: int | None, working: set[int]
) -> None:
    calendar = Calendar(working_days=frozenset(working))
    deadline = None if deadline_in is None else sent + timedelta(days=deadline_in)

    slot = follow_up_slot(sent, after_days=days, calendar=calendar, deadline=deadline)

    assert calendar.is_open(slot.date)
    assert slot.date > sent


@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=4, unique=True).map(sorted),
    st.integers(-5, 40),
)
def test_spread_days_keep_their_order_and_distance_and_none_comes_early(offsets: list[int], not_before: int) -> None:
    start = date(2026, 3, 2)
    calendar = Calendar()
    days = tuple(calendar.next_open(start + timedelta(days=offset)) for offset in offsets)
    limit = start + timedelta(days=not_before)

    moved = spread_slots(days, not_before=limit, calendar=calendar)

    assert list(moved) == sorted(moved)
    assert all(new >= old for old, new in zip(days, moved, strict=True))
    assert moved[0] >= limit
    assert all(calendar.is_open(day) for day in moved)
