"""Quarters of the calendar, and the columns of a forecast: every day in exactly one of them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from renewals.rules.quarters import BEHIND_US, Quarter, Span, list_spans, quarter_of, read_span, span_of_quarter


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2026, 1, 1), "2026-Q1"),
        (date(2026, 3, 31), "2026-Q1"),
        (date(2026, 4, 1), "2026-Q2"),
        (date(2026, 9, 30), "2026-Q3"),
        (date(2026, 10, 1), "2026-Q4"),
        (date(2026, 12, 31), "2026-Q4"),
    ],
)
def test_day_stands_in_its_quarter(day: date, code: str) -> None:
    assert quarter_of(day).code == code


def test_quarter_knows_its_days_and_the_next() -> None:
    last = Quarter(2027, 4)

    assert (last.first_day, last.last_day) == (date(2027, 10, 1), date(2027, 12, 31))
    assert (last.next, Quarter(2028, 1).last_day) == (Quarter(2028, 1), date(2028, 3, 31))


def test_columns_are_behind_us_this_quarter_three_more_and_later() -> None:
    today = date(2026, 11, 29)

    spans = list_spans(earliest=today, today=today)

    assert [span.label for span in spans] == ["Behind us", "Q4 2026", "Q1 2027", "Q2 2027", "Q3 2027", "Later"]
    assert (spans[-1].code, spans[-1].first, spans[-1].last) == ("2027-Q4-later", date(2027, 10, 1), None)


def test_columns_follow_on_each_other_without_a_gap() -> None:
    spans = list_spans(earliest=date(2026, 12, 31), today=date(2027, 1, 1))[1:]

    assert spans[0].label == "Q4 2026"
    assert [one.last + timedelta(days=1) for one in spans[:-1] if one.last] == [one.first for one in spans[1:]]


@pytest.mark.parametrize("span", [BEHIND_US, span_of_quarter(Quarter(2026, 4))])
def test_code_reads_back_as_its_span(span: Span) -> None:
    assert read_span(span.code) == span


def test_code_of_later_reads_back_with_its_first_day() -> None:
    later = read_span("2027-Q4-later")

    assert later is not None
    assert (later.label, later.first, later.last) == ("Q4 2027 and later", date(2027, 10, 1), None)


@pytest.mark.parametrize("code", ["", "2026", "2026-Q5", "2026-Q0", "0026-Q1", "2026-Q1-", "2026-q1", "x", "2026-Q1\n"])
def test_other_codes_are_no_span(code: str) -> None:
    assert read_span(code) is None
