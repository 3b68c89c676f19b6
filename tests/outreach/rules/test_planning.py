"""The plan of four weeks: the spec's days, moves, late starts, and properties that hold for any calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.rules.workdays import Calendar
from outreach.enums import OwnerKind, TouchKind
from outreach.rules.placing import Window
from outreach.rules.planning import Plan, PlannedPosition, plan_touches

RENEWAL = date(2026, 6, 29)  # day 115 is Friday 6 March, day 90 Tuesday 31 March
EVERY_DAY = Calendar(working_days=frozenset(range(7)))
WEEKDAYS = Calendar()


def positions(*days: int) -> tuple[PlannedPosition, ...]:
    people = (("ada", "Ada", "champion"), ("bob", "Bob", "decision_maker"), ("eve", "Eve", "economic_buyer"))
    return tuple(
        PlannedPosition(order, key, name, role, OwnerKind.CSM, day)
        for order, ((key, name, role), day) in enumerate(zip(people, days, strict=False), start=1)
    )


def at_day(day: int) -> date:
    return RENEWAL - timedelta(days=day)


def plan_at(day: int, *days: int, notice_days: int = 90, calendar: Calendar = WEEKDAYS) -> Plan:
    return plan_touches(
        positions(*days), renewal_date=RENEWAL, notice_days=notice_days, calendar=calendar, today=at_day(day)
    )


def days_by_key(plan: Plan) -> dict[str, int | None]:
    return {touch.key: touch.day for touch in plan.touches}


def test_plan_on_time_has_every_touch_on_its_day() -> None:
    plan = plan_at(119, 115, 110, 105, calendar=EVERY_DAY)

    assert plan.infeasible == ()
    assert days_by_key(plan) == {
        "email:ada": 115,
        "reminder:ada": 112,
        "call:ada": 108,
        "email:bob": 110,
        "reminder:bob": 107,
        "call:bob": 103,
        "confirmation:bob": 109,
        "meeting:bob": 107,
        "recap:bob": 106,
        "email:eve": 105,
        "reminder:eve": 102,
        "call:eve": 98,
        "confirmation:eve": 102,
        "meeting:eve": 100,
        "recap:eve": 99,
        "escalation": 101,
        "final_follow_up": 95,
        "alignment": 92,
        "notice": 90,
    }
    assert plan.deadline == date(2026, 3, 31)


def test_plan_on_time_moves_weekends_to_monday_and_says_so() -> None:
    plan = plan_at(119, 115, 110, 105)

    reminder = next(touch for touch in plan.touches if touch.key == "reminder:bob")
    assert (reminder.wanted, reminder.date) == (date(2026, 3, 14), date(2026, 3, 16))
    assert reminder.moved_reason == "Moved from Sat 14 Mar, a Saturday."


def test_weeks_are_a_view_of_the_touches() -> None:
    weeks = plan_at(119, 115, 110, 105, calendar=EVERY_DAY).weeks()

    assert [(week.number, week.first_day, week.last_day) for week in weeks] == [
        (1, 115, 111),
        (2, 110, 106),
        (3, 105, 101),
        (4, 100, 90),
    ]
    assert [touch.key for touch in weeks[0].touches] == ["email:ada", "reminder:ada"]
    assert [touch.key for touch in weeks[3].touches][-3:] == ["final_follow_up", "alignment", "notice"]


def test_weeks_of_a_late_plan_end_at_the_deadline() -> None:
    weeks = plan_at(98, 98, 98, 93, calendar=EVERY_DAY).weeks()

    assert [(week.number, week.first_day, week.last_day) for week in weeks] == [(1, 98, 94), (2, 93, 90)]


def test_conditional_rows_say_their_condition() -> None:
    plan = plan_at(119, 115, 110, 105)

    conditional = {touch.kind for touch in plan.touches if touch.conditional}
    assert conditional == {
        TouchKind.REMINDER,
        TouchKind.CALL,
        TouchKind.CONFIRMATION,
        TouchKind.MEETING,
        TouchKind.RECAP,
        TouchKind.ESCALATION,
        TouchKind.FINAL_FOLLOW_UP,
    }
    assert all(touch.condition.startswith("Only") for touch in plan.touches if touch.conditional)


def test_notice_on_a_closed_day_goes_earlier_not_later() -> None:
    deadline = at_day(90)
    calendar = Calendar(closed={deadline: "Founders' day"})

    plan = plan_at(119, 115, 110, 105, calendar=calendar)

    notice = plan.touches[-1]
    assert (notice.key, notice.date) == ("notice", deadline - timedelta(days=1))
    assert notice.moved_reason == "Brought forward from Tue 31 Mar, Founders' day: later would be too late."


def test_long_notice_moves_the_whole_plan_up() -> None:
    plan = plan_at(149, 145, 140, 135, notice_days=120, calendar=EVERY_DAY)

    by_key = days_by_key(plan)
    assert (by_key["final_follow_up"], by_key["alignment"], by_key["notice"]) == (125, 122, 120)


def test_short_notice_keeps_95_and_92_and_delivers_on_its_day() -> None:
    plan = plan_at(119, 115, 110, 105, notice_days=30, calendar=EVERY_DAY)

    by_key = days_by_key(plan)
    assert (by_key["final_follow_up"], by_key["alignment"], by_key["notice"]) == (95, 92, 30)


def test_short_notice_sends_no_first_email_below_day_90() -> None:
    plan = plan_at(94, 94, 89, 84, notice_days=30, calendar=EVERY_DAY)

    emails = [touch.day for touch in plan.touches if touch.kind == TouchKind.EMAIL]
    assert emails == [94, 91, 90]


def test_opened_below_day_90_names_the_first_emails_as_impossible() -> None:
    plan = plan_at(80, 80, 75, 70, notice_days=30, calendar=EVERY_DAY)

    assert [touch.key for touch in plan.touches] == ["notice"]
    assert {touch.infeasible for touch in plan.infeasible if touch.kind == TouchKind.EMAIL} == {
        "Nobody is contacted for the first time after Tue 31 Mar: Negotiate has begun."
    }


def test_opened_late_on_a_sunday_starts_on_monday_in_order() -> None:
    plan = plan_at(92, 92, 92, 90)

    emails = [(touch.name, touch.date) for touch in plan.touches if touch.kind == TouchKind.EMAIL]
    assert emails == [
        ("Ada", date(2026, 3, 30)),
        ("Bob", date(2026, 3, 30)),
        ("Eve", date(2026, 3, 31)),
    ]
    assert {touch.key for touch in plan.infeasible} >= {"reminder:ada", "call:bob", "escalation"}


def test_deadline_in_the_past_leaves_nothing_and_names_everything() -> None:
    plan = plan_at(60, 60, 60, 60)

    assert plan.touches == ()
    assert [touch.key for touch in plan.infeasible] == [
        "email:ada",
        "email:bob",
        "email:eve",
        "final_follow_up",
        "alignment",
        "notice",
    ]
    assert plan.infeasible[0].infeasible == "The notice deadline, Tue 31 Mar, has passed."


def test_replanned_follow_ups_count_from_the_real_send() -> None:
    ada, bob = positions(115, 110)
    sent = PlannedPosition(ada.order, ada.key, ada.name, ada.role, ada.owner, ada.day, sent_on=at_day(113))

    plan = plan_touches(
        (sent, bob), renewal_date=RENEWAL, notice_days=90, calendar=EVERY_DAY, today=at_day(112), first_day=115
    )

    by_key = days_by_key(plan)
    assert "email:ada" not in by_key
    assert (by_key["reminder:ada"], by_key["call:ada"], by_key["escalation"]) == (110, 106, 99)


def test_plan_without_positions_still_shows_the_deadline() -> None:
    plan = plan_at(119)

    assert [touch.key for touch in plan.touches] == ["notice"]
    assert [touch.key for touch in plan.infeasible] == ["final_follow_up", "alignment"]


calendars = st.builds(
    Calendar,
    working_days=st.sets(st.integers(0, 6), min_size=1).map(frozenset),
    closed=st.dictionaries(st.dates(date(2026, 1, 1), date(2026, 7, 31)), st.just("closed"), max_size=60),
)


@st.composite
def running_plans(draw: st.DrawFn) -> tuple[Plan, Calendar, date, dict[str, date]]:
    """A plan that is computed again on any day, after its first emails left up to two months ago."""
    calendar = draw(calendars)
    opened = draw(st.integers(0, 130))
    today = at_day(opened)
    people = positions(*sorted(draw(st.lists(st.integers(0, 130), min_size=3, max_size=3)), reverse=True))
    ago = draw(st.lists(st.integers(0, 60), min_size=1, max_size=3))
    sent = {person.key: today - timedelta(days=days) for person, days in zip(people, ago, strict=False)}
    plan = plan_touches(
        tuple(replace(person, sent_on=sent.get(person.key)) for person in people),
        renewal_date=RENEWAL,
        notice_days=draw(st.integers(0, 130)),
        calendar=calendar,
        today=today,
        first_day=115,
    )
    return plan, calendar, today, sent


@st.composite
def plans(draw: st.DrawFn) -> tuple[Plan, Calendar, date, int]:
    """A plan opened on any day, with any order and notice, over any calendar."""
    calendar = draw(calendars)
    opened = draw(st.integers(0, 160))
    notice = draw(st.integers(0, 130))
    days = sorted(draw(st.lists(st.integers(0, opened), min_size=1, max_size=3)), reverse=True)
    plan = plan_at(opened, *days, notice_days=notice, calendar=calendar)
    return plan, calendar, at_day(opened), len(days)


def first(made: tuple[Plan, object, object, object]) -> Plan:
    return made[0]


@given(running_plans())
@settings(max_examples=150, deadline=None)
def test_plan_computed_again_lands_nothing_in_the_past_and_nothing_before_what_it_follows(
    made: tuple[Plan, Calendar, date, dict[str, date]],
) -> None:
    plan, calendar, today, sent = made

    planned = {touch.person_key: touch.date for touch in plan.touches if touch.date and touch.kind == TouchKind.EMAIL}
    contacted = sent | planned
    for touch in plan.touches:
        assert touch.date is not None
        assert today <= touch.date <= plan.deadline
        assert calendar.is_open(touch.date)
        if touch.person_key and touch.kind != TouchKind.EMAIL:
            assert contacted[touch.person_key] < touch.date
        if touch.kind in (TouchKind.FINAL_FOLLOW_UP, TouchKind.ALIGNMENT):
            assert max(contacted.values()) < touch.date


@given(st.one_of(plans().map(first), running_plans().map(first)))
@settings(max_examples=150, deadline=None)
def test_confirmation_comes_before_its_meeting_and_the_recap_after(plan: Plan) -> None:
    dates = {touch.key: touch.date for touch in plan.touches if touch.date}

    for key, day in dates.items():
        kind, _, person = key.partition(":")
        if kind == TouchKind.MEETING:
            assert dates.get(f"{TouchKind.CONFIRMATION}:{person}", day - timedelta(days=1)) < day
            assert dates.get(f"{TouchKind.RECAP}:{person}", day + timedelta(days=1)) > day


@given(
    calendar=calendars,
    opened=st.integers(90, 119),
    days=st.lists(st.integers(90, 119), min_size=1, max_size=3, unique=True),
)
@settings(max_examples=150, deadline=None)
def test_people_of_different_days_are_contacted_on_different_days_while_there_are_enough(
    calendar: Calendar, opened: int, days: list[int]
) -> None:
    plan = plan_at(opened, *sorted(days, reverse=True), calendar=calendar)

    dates = [touch.date for touch in plan.touches if touch.kind == TouchKind.EMAIL]
    room = len(calendar.open_days(at_day(opened), at_day(90)))
    assert len(set(dates)) == min(len(days), room)


@given(plans())
@settings(max_examples=150, deadline=None)
def test_nothing_lands_in_the_past_on_a_closed_day_or_after_the_deadline(
    made: tuple[Plan, Calendar, date, int],
) -> None:
    plan, calendar, today, _ = made

    for touch in plan.touches:
        assert touch.date is not None
        assert today <= touch.date <= plan.deadline
        assert calendar.is_open(touch.date)


@given(plans())
@settings(max_examples=150, deadline=None)
def test_order_is_kept_and_each_email_precedes_its_follow_ups(made: tuple[Plan, Calendar, date, int]) -> None:
    plan, _, _, _ = made

    dates = {touch.key: touch.date for touch in plan.touches if touch.date}
    emails = [touch for touch in plan.touches if touch.kind == TouchKind.EMAIL]
    assert [email.order for email in emails] == sorted(email.order for email in emails)
    for touch in plan.touches:
        if touch.person_key and touch.kind != TouchKind.EMAIL:
            assert dates[f"email:{touch.person_key}"] < dates[touch.key]
    closing = [dates[key] for key in ("final_follow_up", "alignment", "notice") if key in dates]
    assert closing == sorted(closing)


@given(plans())
@settings(max_examples=150, deadline=None)
def test_each_email_and_milestone_is_planned_or_named_with_a_reason(made: tuple[Plan, Calendar, date, int]) -> None:
    plan, _, _, people = made

    keys = [touch.key for touch in (*plan.touches, *plan.infeasible)]
    assert len(keys) == len(set(keys))
    assert sum(key.startswith("email:") for key in keys) == people
    assert {"final_follow_up", "alignment", "notice"} <= set(keys)
    assert all(touch.infeasible and touch.date is None for touch in plan.infeasible)


@given(plans())
@settings(max_examples=150, deadline=None)
def test_a_moved_touch_says_why(made: tuple[Plan, Calendar, date, int]) -> None:
    plan, _, _, _ = made

    assert all(bool(touch.moved_reason) == (touch.date != touch.wanted) for touch in plan.touches)


@given(plans())
@settings(max_examples=150, deadline=None)
def test_an_email_is_infeasible_only_without_an_open_day(made: tuple[Plan, Calendar, date, int]) -> None:
    plan, calendar, today, _ = made

    latest = min(plan.deadline, at_day(90))
    if any(touch.kind == TouchKind.EMAIL for touch in plan.infeasible):
        assert calendar.open_days(today, latest) == ()


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (date(2026, 3, 27), date(2026, 3, 27)),
        (date(2026, 3, 28), date(2026, 3, 27)),
        (date(2026, 3, 29), date(2026, 3, 27)),
        (date(2026, 3, 30), None),
    ],
)
def test_place_goes_earlier_only_where_later_would_cross(wanted: date, expected: date | None) -> None:
    window = Window(calendar=WEEKDAYS, today=date(2026, 3, 2), deadline=date(2026, 3, 29))

    assert window.place(wanted).date == expected
