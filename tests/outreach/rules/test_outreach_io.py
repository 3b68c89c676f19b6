"""Outreach.io, decided: limits in every form, rates that are safe, words for people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from outreach.rules.outreach_io import reading
from outreach.rules.outreach_io.limits import Limits, read_limits, read_moment
from outreach.rules.outreach_io.rates import rate_of
from outreach.rules.outreach_io.words import disconnect_words, scope_words, step_words

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("7", NOW + timedelta(seconds=7)),
        ("0", NOW),
        ("1772637000", NOW + timedelta(minutes=10)),
        ("1772637000.5", NOW + timedelta(minutes=10, seconds=0.5)),
        ("2026-03-04T15:20:00Z", NOW + timedelta(minutes=20)),
        ("2026-03-04T16:20:00+01:00", NOW + timedelta(minutes=20)),
        ("Wed, 04 Mar 2026 15:30:00 GMT", NOW + timedelta(minutes=30)),
        ("1772630000", NOW),
        ("2030-01-01T00:00:00Z", NOW + timedelta(hours=24)),
        ("99999999999999999999", None),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("٣", None),
        ("1e9", None),
    ],
)
def test_moment_is_read_in_every_form(value: str, moment: datetime | None) -> None:
    assert read_moment(value, now=NOW) == moment


@pytest.mark.parametrize(
    ("said", "remaining"),
    [("9999, 19988", 9999), ("9999,19988", 9999), ("12", 12), ("0", 0), ("", None), ("x", None), ("-1", None)],
)
def test_first_of_the_remaining_values_counts(said: str, remaining: int | None) -> None:
    assert read_limits({"X-RateLimit-Remaining": said}, now=NOW) == Limits(remaining=remaining)


@pytest.mark.parametrize(
    ("count", "of", "percent"),
    [
        (1, 3, Decimal("33.3")),
        (58, 188, Decimal("30.9")),
        (0, 10, Decimal("0.0")),
        (5, 5, Decimal("100.0")),
        (9, 5, Decimal("100.0")),
        (0, 0, None),
        (3, 0, None),
        (None, 10, None),
        (3, None, None),
        (None, None, None),
        (-1, 10, None),
        (1, -10, None),
    ],
)
def test_rate_is_safe(count: int | None, of: int | None, percent: Decimal | None) -> None:
    assert rate_of(count, of).percent == percent
    assert rate_of(count, of).words == ("–" if percent is None else f"{percent} %")


@pytest.mark.parametrize(
    ("kind", "interval", "words"),
    [
        ("auto_email", 0, "Mail"),
        ("auto_email", 86400, "Mail after 1 day"),
        ("call", 3 * 86400, "Call after 3 days"),
        ("task", 7200, "Task after 2 h"),
        ("sms_later", 30, "Sms later after 1 min"),
        ("", None, "Step"),
    ],
)
def test_step_is_said_in_words(kind: str, interval: int | None, words: str) -> None:
    assert step_words(kind, interval) == words


def test_scopes_are_said_in_words_and_unknown_ones_as_they_are() -> None:
    assert scope_words(["prospects.all", "users.read", "x.y", ""]) == [
        "Read, write and delete people",
        "Read colleagues",
        "x.y",
        "",
    ]


@pytest.mark.parametrize("value", [0, -1, True, "x", "", None, 1.5, 2**63, "1e3", "٣"])
def test_what_is_no_id_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="no id"):
        reading.read_id(value)


def test_id_may_come_as_json_api_has_it() -> None:
    assert (reading.read_id("12"), reading.read_id(12)) == (12, 12)


@pytest.mark.parametrize("field", ["state", "repliedAt", "replyCount", "updatedAt"])
@pytest.mark.parametrize("value", [None, 5, -5, 1e300, float("nan"), "x", [], {}, True, "\0"])
def test_state_is_read_whatever_stands_in_a_field(field: str, value: Any) -> None:
    row = {
        "type": "sequenceState",
        "id": 1,
        "attributes": {field: value},
        "relationships": {"prospect": {"data": None}},
    }

    state = reading.read_state(row)

    assert state.prospect_id is None and isinstance(state.state, str) and "\0" not in state.state


@pytest.mark.parametrize(
    "row",
    [
        None,
        [],
        {},
        {"type": "sequenceState"},
        {"type": "prospect", "id": 1, "attributes": {}},
        {"type": "sequenceState", "id": None, "attributes": {}},
    ],
)
def test_row_of_another_shape_is_refused(row: Any) -> None:
    with pytest.raises((ValueError, KeyError)):
        reading.read_state(row)


@pytest.mark.parametrize(
    ("in_sequences", "waiting", "said"),
    [
        (0, 0, []),
        (1, 0, ["1 person stays in a sequence there"]),
        (7, 2, ["7 people stay in sequences there", "2 enrollments wait here"]),
        (0, 1, ["1 enrollment waits here"]),
    ],
)
def test_disconnecting_says_what_stays_behind(in_sequences: int, waiting: int, said: list[str]) -> None:
    words = disconnect_words(in_sequences=in_sequences, waiting=waiting)

    assert len(words) == len(said)
    assert all(line.startswith(start) for line, start in zip(words, said, strict=True))
