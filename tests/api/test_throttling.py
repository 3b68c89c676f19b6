"""Too many calls of one token or person: 429 with the seconds to wait, and nobody else is held up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from config.api.throttling import TokenThrottle, WindowThrottle
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


def test_each_token_has_a_bucket_of_its_own_and_the_session_the_persons(
    call_as: Callable[..., Caller], csm: User
) -> None:
    busy, quiet, browser = call_as(csm), call_as(csm), Client()
    browser.force_login(csm, backend="django.contrib.auth.backends.ModelBackend")
    with time_machine.travel(START, tick=False):
        spent = [busy.get("/api/customers").status_code for _ in range(4)]
        others = [quiet.get("/api/customers").status_code, browser.get("/api/customers").status_code]

    assert spent == [200, 200, 200, 429]
    assert others == [200, 200]


def test_answers_say_what_the_bucket_has_left(call_as: Callable[..., Caller], csm: User) -> None:
    with time_machine.travel(START + timedelta(seconds=15), tick=False):
        caller = call_as(csm)
        answers = [caller.get("/api/customers") for _ in range(4)]

    said = [[a.headers[f"RateLimit-{name}"] for name in ("Limit", "Remaining", "Reset")] for a in answers]
    assert said == [["3", "2", "45"], ["3", "1", "45"], ["3", "0", "45"], ["3", "0", "45"]]
    assert answers[3].headers["Retry-After"] == "45"


def test_tokens_have_a_rate_of_their_own(
    call_as: Callable[..., Caller], csm: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TokenThrottle, "rate", "2/min", raising=False)
    browser = Client()
    browser.force_login(csm, backend="django.contrib.auth.backends.ModelBackend")
    with time_machine.travel(START, tick=False):
        caller = call_as(csm)
        by_token = [caller.get("/api/customers").status_code for _ in range(3)]
        by_person = [browser.get("/api/customers").status_code for _ in range(3)]

    assert (by_token, by_person) == ([200, 200, 429], [200, 200, 200])
