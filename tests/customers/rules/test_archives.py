"""What is old, and files that are written piece by piece and torn anywhere."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.rules.archives import file_name, horizon_of, month_of, pack, unpack, without_doubles

ROWS = st.lists(
    st.fixed_dictionaries({"id": st.uuids().map(str), "text": st.text(max_size=30), "n": st.none() | st.integers()}),
    max_size=5,
)


@pytest.mark.parametrize(
    ("now", "months", "horizon"),
    [
        (datetime(2026, 3, 4, 15, tzinfo=UTC), 18, datetime(2024, 9, 1, tzinfo=UTC)),
        (datetime(2026, 3, 1, tzinfo=UTC), 1, datetime(2026, 2, 1, tzinfo=UTC)),
        (datetime(2026, 2, 28, 23, 59, tzinfo=UTC), 1, datetime(2026, 1, 1, tzinfo=UTC)),
        (datetime(2026, 1, 31, tzinfo=UTC), 12, datetime(2025, 1, 1, tzinfo=UTC)),
        (datetime(2026, 12, 31, tzinfo=UTC), 12, datetime(2025, 12, 1, tzinfo=UTC)),
        (datetime(2026, 3, 1, 1, tzinfo=timezone(timedelta(hours=5))), 1, datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_horizon_is_the_begin_of_a_month(now: datetime, months: int, horizon: datetime) -> None:
    assert horizon_of(now, months=months) == horizon


def test_month_and_file_are_those_of_utc() -> None:
    moment = datetime(2025, 1, 1, 3, tzinfo=timezone(timedelta(hours=5)))

    assert month_of(moment) == date(2024, 12, 1)
    assert file_name("journeys.automationlog", month_of(moment)) == "journeys.automationlog-2024-12.jsonl.gz"


@given(batches=st.lists(ROWS, max_size=4), data=st.data())
def test_file_that_was_torn_anywhere_gives_every_whole_piece(
    batches: list[list[dict[str, object]]], data: st.DataObject
) -> None:
    pieces = [pack(rows) for rows in batches]
    raw = b"".join(pieces)
    cut = data.draw(st.integers(0, len(raw)))

    read = list(unpack(raw[:cut]))

    ends = [sum(map(len, pieces[: n + 1])) for n in range(len(pieces))]
    whole = [(end, rows) for end, rows in zip(ends, batches, strict=True) if end <= cut]
    assert read == whole


def test_row_that_stands_twice_is_read_once() -> None:
    rows = [{"id": "a", "n": 1}, {"id": "b", "n": 2}, {"id": "a", "n": 1}]

    assert list(without_doubles(rows)) == rows[:2]
