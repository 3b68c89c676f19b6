"""The window: open hours on open days of the customer's own, and the next opening across changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from customers.rules.windows import Window, say_moment
from customers.rules.workdays import Calendar

BERLIN = ZoneInfo("Europe/Berlin")
GOOD_FRIDAY = date(2026, 4, 3)
OFFICE = Window(calendar=Calendar(closed={GOOD_FRIDAY: "Good Friday", date(2026, 4, 6): "Easter Monday"}), zone=BERLIN)

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour
    "Pacific/Apia",  # once left a day out
    "Africa/Cairo",  # changes at midnight
    "Asia/Kolkata",
    "America/St_Johns",
    "Pacific/Kiritimati",
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("moment", "is_open", "opens"),
    [
        ("2026-03-04T08:59:59", False, "2026-03-04T09:00"),
        ("2026-03-04T09:00", True, "2026-03-04T09:00"),
        ("2026-03-04T16:59:59", True, "2026-03-04T16:59:59"),
        ("2026-03-04T17:00", False, "2026-03-05T09:00"),
        ("2026-03-07T12:00", False, "2026-03-09T09:00"),  # a Saturday
        ("2026-04-02T22:00", False, "2026-04-07T09:00"),  # over Easter
        ("2026-03-27T18:00", False, "2026-03-30T09:00"),  # over the change to summer time
        ("2026-10-23T18:00", False, "2026-10-26T09:00"),  # and back
    ],
)
def test_window_opens_in_the_customers_hours_and_days(moment: str, is_open: bool, opens: str) -> None:
    assert (OFFICE.is_open(at(moment)), OFFICE.next_opening(at(moment))) == (is_open, at(opens))


def test_next_opening_waits_for_a_date() -> None:
    assert OFFICE.next_opening(at("2026-03-04T12:00"), not_before=date(2026, 3, 6)) == at("2026-03-06T09:00")
    assert OFFICE.next_opening(at("2026-03-04T12:00"), not_before=date(2026, 3, 1)) == at("2026-03-04T12:00")


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-03-04T12:00", ""),
        ("2026-03-04T22:14", "mails leave from 09:00 to 17:00"),
        ("2026-03-07T12:00", "Saturday is no working day"),
        ("2026-04-03T12:00", "3 April is a holiday: Good Friday"),
    ],
)
def test_why_closed_says_it_in_words(moment: str, words: str) -> None:
    assert OFFICE.why_closed(at(moment)) == words


@pytest.mark.parametrize(
    ("zone", "start", "end", "asked", "opens"),
    [
        # 02:30 does not exist on this day: the clock jumps from 02:00 to 03:00.
        ("Europe/Berlin", time(2, 30), time(4), "2026-03-29T00:00", "2026-03-29T03:00"),
        # 02:30 comes twice on this day; the first of them counts.
        ("Europe/Berlin", time(2, 30), time(2, 45), "2026-10-25T00:00", "2026-10-25T02:30"),
        # Midnight does not exist on this day.
        ("Africa/Cairo", time(0, 15), time(4), "2026-04-23T05:00", "2026-04-24T01:00"),
    ],
)
def test_window_that_starts_where_the_clock_is_moved(zone: str, start: time, end: time, asked: str, opens: str) -> None:
    place = ZoneInfo(zone)
    window = Window(start, end, Calendar(working_days=frozenset(range(7))), place)

    opening = window.next_opening(datetime.fromisoformat(asked).replace(tzinfo=place))

    assert opening == datetime.fromisoformat(opens).replace(tzinfo=place).astimezone(UTC)


def test_window_that_is_open_twice_opens_the_second_time_too() -> None:
    window = Window(time(2, 30), time(2, 45), Calendar(working_days=frozenset(range(7))), BERLIN)
    second = at("2026-10-25T02:30").replace(fold=1).astimezone(UTC)

    assert window.next_opening(at("2026-10-25T02:50")) == second


def test_window_must_end_after_it_starts() -> None:
    with pytest.raises(ValueError, match="must end after it starts"):
        Window(time(9), time(9))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    start, end = sorted(draw(st.lists(st.times().map(lambda t: t.replace(second=0, microsecond=0)),
                                      min_size=2, max_size=2, unique=True)))  # fmt: skip
    days = draw(st.sets(st.integers(0, 6), min_size=1).map(frozenset))
    closed = draw(st.dictionaries(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.just("Closed"), max_size=20))
    return Window(start, end, Calendar(days, closed), ZoneInfo(draw(st.sampled_from(ZONES))))


@given(
    window=windows(),
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC)),
    wait_days=st.none() | st.integers(-3, 30),
)
@example(window=OFFICE, moment=datetime(2026, 3, 28, 16, tzinfo=UTC), wait_days=None)
def test_next_opening_is_in_the_window_on_an_open_day_and_never_in_the_past(
    window: Window, moment: datetime, wait_days: int | None
) -> None:
    wanted = None if wait_days is None else window.local_date(moment) + timedelta(days=wait_days)

    opening = window.next_opening(moment, not_before=wanted)

    local = opening.astimezone(window.zone)
    assert opening >= moment
    assert window.is_open(opening)
    assert window.calendar.is_open(local.date())
    assert window.start <= local.time() < window.end
    assert wanted is None or local.date() >= wanted


@given(window=windows(), moment=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))
def test_nothing_between_now_and_the_next_opening_is_open(window: Window, moment: datetime) -> None:
    opening = window.next_opening(moment)

    between = (moment + (opening - moment) * part / 97 for part in range(97))
    assert opening == moment or not any(window.is_open(one) for one in between)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-03-10T09:00", "Tue 09:00"),
        ("2026-03-11T09:00", "Wed 11 Mar 09:00"),
        ("2026-03-03T09:00", "Tue 3 Mar 09:00"),
    ],
)
def test_moment_is_said_by_its_weekday_within_the_week(moment: str, words: str) -> None:
    assert say_moment(at(moment), BERLIN, seen_at=at("2026-03-04T22:00")) == words
