"""Too many calls of one person: 429 with the seconds to wait, and nobody else is held up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache

from config.api.throttling import WindowThrottle
from customers.models import User
from tests.api.conftest import Caller, error_of

START = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _three_a_minute(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    cache.clear()
    monkeypatch.setattr(WindowThrottle, "rate", "3/min", raising=False)
    yield
    cache.clear()


def test_fourth_call_of_a_minute_is_429_until_the_minute_is_over(
    call_as: Callable[..., Caller], csm: User, stranger: User
) -> None:
    with time_machine.travel(START, tick=False) as clock:
        mine, theirs = call_as(csm), call_as(stranger)
        answers = [mine.get("/api/customers") for _ in range(4)]
        other = theirs.get("/api/customers")
        clock.shift(timedelta(seconds=60))
        later = mine.get("/api/customers")

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert (error_of(answers[3])["code"], answers[3].headers["Retry-After"]) == ("throttled", "60")
    assert (other.status_code, later.status_code) == (200, 200)
