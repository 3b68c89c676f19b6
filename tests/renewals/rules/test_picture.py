"""The plan as a picture: each touch on its day, closed days marked, nothing lost outside of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.rules.workdays import Calendar
from outreach.enums import TouchKind, TouchState
from renewals.rules.picture import MOST_COLUMNS, Mark, Picture, draw_plan

RENEWAL = date(2026, 7, 2)
HOLIDAY = date(2026, 3, 25)
CALENDAR = Calendar(closed={HOLIDAY: "Founders' Day"})


def mark(day: int, *, lane: str = "jennifer", kind: TouchKind = TouchKind.EMAIL) -> Mark:
    at = RENEWAL - timedelta(days=day)
    return Mark(f"{kind}:{lane}:{day}", kind, "Something", at, day, TouchState.PLANNED, lane, lane.title())


def draw(*marks: Mark, notice_days: int = 90, today: int = 119) -> Picture:
    return draw_plan(
        marks,
        renewal_date=RENEWAL,
        notice_days=notice_days,
        calendar=CALENDAR,
        today=RENEWAL - timedelta(days=today),
    )


def test_an_ordinary_plan_runs_from_day_119_to_90() -> None:
    picture = draw(mark(115), mark(110), mark(105))

    assert (picture.columns[0].day, picture.columns[-1].day) == (119, 90)
    assert picture.width == 30
    assert [one.column for one in picture.lanes[0].marks] == [5, 10, 15]
    assert (picture.today, picture.deadline) == (1, 30)


def test_a_long_notice_moves_the_picture_earlier() -> None:
    picture = draw(mark(145), notice_days=120, today=140)

    assert (picture.columns[0].day, picture.columns[-1].day) == (149, 120)
    assert picture.deadline == 30


def test_a_late_plan_starts_shortly_before_its_first_touch() -> None:
    picture = draw(mark(95), mark(92), today=95)

    assert (picture.columns[0].day, picture.columns[-1].day) == (99, 90)


def test_a_notice_long_after_the_four_weeks_lies_outside_and_is_kept() -> None:
    notice = mark(30, lane="", kind=TouchKind.NOTICE)

    picture = draw(mark(115), notice, notice_days=30)

    assert picture.deadline is None
    assert picture.deadline_date == RENEWAL - timedelta(days=30)
    assert [one.column for one in picture.lanes[-1].marks] == [None]


def test_closed_days_say_why() -> None:
    picture = draw(mark(115))

    closed = {column.date: column.closed for column in picture.closed}
    assert closed[HOLIDAY] == "Founders' Day"
    assert closed[date(2026, 3, 7)] == "a Saturday"
    assert date(2026, 3, 9) not in closed


def test_every_fifth_day_is_labelled() -> None:
    assert [column.day for column in draw(mark(115)).labelled] == [115, 110, 105, 100, 95, 90]


def test_lanes_keep_the_order_of_people_and_the_whole_plan_comes_last() -> None:
    picture = draw(mark(92, lane=""), mark(115, lane="jennifer"), mark(110, lane="robert"))

    assert [lane.key for lane in picture.lanes] == ["jennifer", "robert", ""]


def test_without_touches_there_are_days_and_no_lanes() -> None:
    picture = draw(today=80)

    assert picture.lanes == ()
    assert picture.today is None


@pytest.mark.parametrize(
    ("state", "is_done", "is_off"),
    [
        (TouchState.PLANNED, False, False),
        (TouchState.DONE, True, False),
        (TouchState.SKIPPED, False, True),
        (TouchState.CANCELLED, False, True),
    ],
)
def test_a_mark_says_how_it_stands(state: TouchState, is_done: bool, is_off: bool) -> None:
    one = Mark("a", TouchKind.CALL, "Call", RENEWAL, 0, state)

    assert (one.is_done, one.is_off) == (is_done, is_off)


@given(
    days=st.lists(st.integers(0, 149), max_size=20),
    notice=st.integers(0, 150),
    today=st.integers(-5, 160),
)
def test_every_touch_stands_on_its_day_or_outside_and_none_is_lost(days: list[int], notice: int, today: int) -> None:
    marks = [mark(day, lane=str(n % 3)) for n, day in enumerate(days)]

    picture = draw(*marks, notice_days=notice, today=today)

    drawn = [one for lane in picture.lanes for one in lane.marks]
    assert len(drawn) == len(marks)
    assert 0 < picture.width <= MOST_COLUMNS
    for one in drawn:
        if one.column is not None:
            assert picture.columns[one.column - 1].date == one.date
        else:
            assert one.date > picture.columns[-1].date
