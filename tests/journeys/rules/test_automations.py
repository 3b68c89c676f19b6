from datetime import UTC, datetime, timedelta

import pytest

from journeys.rules.automations import GiveUp, RetryAt, after_failure, share_of, too_late

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
TWO_DAYS = timedelta(days=2)


@pytest.mark.parametrize(
    ("late_by", "expires_after", "is_too_late"),
    [
        (timedelta(0), TWO_DAYS, False),
        (TWO_DAYS, TWO_DAYS, False),
        (TWO_DAYS + timedelta(seconds=1), TWO_DAYS, True),
        (timedelta(days=400), None, False),
        (timedelta(0), timedelta(0), False),
        (timedelta(seconds=1), timedelta(0), True),
    ],
)
def test_too_late_after_its_limit_says_so(
    late_by: timedelta, expires_after: timedelta | None, is_too_late: bool
) -> None:
    reason = too_late(trigger_at=NOW - late_by, now=NOW, expires_after=expires_after)

    assert bool(reason) is is_too_late


def test_too_late_names_both_spans() -> None:
    reason = too_late(trigger_at=NOW - timedelta(days=3), now=NOW, expires_after=timedelta(hours=1))

    assert reason == "Due 3 days ago; this kind is dropped after 1 hour."


@pytest.mark.parametrize(
    ("attempt", "outcome"),
    [
        (1, RetryAt(NOW + timedelta(minutes=15))),
        (3, RetryAt(NOW + timedelta(minutes=15))),
        (4, GiveUp(attempts=4)),
    ],
)
def test_after_failure_three_retries_are_four_attempts(attempt: int, outcome: RetryAt | GiveUp) -> None:
    assert after_failure(attempt=attempt, max_retries=3, now=NOW) == outcome


@pytest.mark.parametrize(("waiting", "taken"), [(1, 5), (9, 5), (10, 5), (11, 10), (1_000, 10)])
def test_share_of_the_last_rows_is_half(waiting: int, taken: int) -> None:
    assert share_of(waiting, most=10) == taken
