"""Which months and automations a programme gives, on the customer's days and hours."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.enums import JourneyKind
from journeys.rules.leaps import find_leaps, shift_moment
from journeys.rules.moments import moment_of
from journeys.rules.timeline import StepPlan, build_timeline, payload_of

ZONES = (
    "Africa/Cairo",
    "Africa/Casablanca",
    "Africa/Johannesburg",
    "Africa/Lagos",
    "America/Argentina/Buenos_Aires",
    "America/Bogota",
    "America/Chicago",
    "America/Denver",
    "America/Halifax",
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/New_York",
    "America/Phoenix",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Asia/Beirut",
    "Asia/Dubai",
    "Asia/Jerusalem",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Tehran",
    "Asia/Tokyo",
    "Australia/Adelaide",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/London",
    "Pacific/Apia",
    "Pacific/Chatham",
)
DATES = st.dates(date(2024, 1, 1), date(2030, 12, 31))
EIGHT = tuple(StepPlan(number, f"Month {number}", 30 * (number - 1)) for number in range(1, 9))
NINE = time(9, 0)


def test_thirty_zones() -> None:
    assert len(set(ZONES)) == 30


@given(zone=st.sampled_from(ZONES), start=DATES)
def test_rows_stand_at_nine_on_the_right_days_in_every_zone(zone: str, start: date) -> None:
    timeline = build_timeline(EIGHT, start_date=start, today=start - timedelta(days=30))

    assert len(timeline.rows) == 32
    offsets = {JourneyKind.GENERATE: 0, JourneyKind.UPCOMING: -3, JourneyKind.OVERDUE: 3, JourneyKind.ESCALATE: 7}
    for row in timeline.rows:
        local = moment_of(row.local_date, NINE, zone).astimezone(ZoneInfo(zone))
        wanted = start + timedelta(days=30 * (row.month - 1) + offsets[row.kind])
        assert (local.date(), local.time()) == (wanted, NINE)


@given(zone=st.sampled_from(ZONES), start=DATES, days=st.integers(-400, 400), hour=st.times())
def test_leaps_say_how_long_a_shift_really_is(zone: str, start: date, days: int, hour: time) -> None:
    last = start + timedelta(days=300)
    leaps = find_leaps(zone=zone, hour=hour, days=days, first=start, last=last)

    for index in range(0, 301, 7):
        day = start + timedelta(days=index)
        span = next((leap.span for leap in leaps if leap.first <= day <= leap.last), timedelta(days=days))
        assert moment_of(day, hour, zone) + span == moment_of(day + timedelta(days=days), hour, zone)


@given(zone=st.sampled_from(ZONES), start=DATES, days=st.integers(-400, 400))
def test_shifted_moment_keeps_its_hour(zone: str, start: date, days: int) -> None:
    shifted = shift_moment(moment_of(start, NINE, zone), days=days, zone=zone).astimezone(ZoneInfo(zone))

    assert (shifted.date(), shifted.time()) == (start + timedelta(days=days), NINE)


def test_shift_over_the_change_of_clocks_is_an_hour_shorter() -> None:
    moment = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)  # 09:00 in New York

    assert shift_moment(moment, days=9, zone="America/New_York") == datetime(2026, 3, 11, 13, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("today", "skipped_months", "skipped_rows"),
    [
        (date(2026, 3, 6), [], 0),  # the day of the first reminder itself
        (date(2026, 3, 7), [], 1),
        (date(2026, 3, 9), [], 1),  # the first month's own day
        (date(2026, 3, 10), [1], 4),
        (date(2026, 4, 6), [1], 5),
        (date(2026, 4, 9), [1, 2], 8),
    ],
)
def test_what_is_past_is_skipped_on_the_edge(today: date, skipped_months: list[int], skipped_rows: int) -> None:
    timeline = build_timeline(EIGHT, start_date=date(2026, 3, 9), today=today)

    assert [month.number for month in timeline.months if month.skip_reason] == skipped_months
    assert sum(bool(row.skip_reason) for row in timeline.rows) == skipped_rows
    assert timeline.first_kept == len(skipped_months) + 1


def test_what_is_past_is_planned_where_a_person_ticked_it() -> None:
    timeline = build_timeline(EIGHT, start_date=date(2026, 3, 9), today=date(2026, 4, 9), include_past=True)

    assert not [row for row in timeline.rows if row.skip_reason]
    assert sum(row.is_included_past for row in timeline.rows) == 6


def test_payload_of_mail_about_the_whole_journey_names_no_month() -> None:
    assert payload_of(JourneyKind.PAUSED) == {"template": "PAUSED"}
