"""The drill of Redis: real workers and beats on a Redis of its own; a handler that does all twice is seen."""

from __future__ import annotations

from typing import Any

import pytest

from config.drills import broker
from config.drills.broker import HANDLERS, drill_redis, play_redis
from config.drills.redis_server import own_redis
from config.drills.table import LEFT_OUT, ended
from tests.conftest import NIGHTLY

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]
FAULT_S = 3.0


def play(handlers: str, monkeypatch: pytest.MonkeyPatch, *, count: int) -> list[dict[str, Any]]:
    monkeypatch.setattr(broker, "LETTERS", 2)
    with own_redis() as server:
        if server is None:
            pytest.skip("redis-server is not installed")
        return list(play_redis(server, count=count, seconds=FAULT_S, handlers=handlers, workers=1))


@pytest.mark.long
def test_redis_that_hangs_dies_and_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = play(HANDLERS, monkeypatch, count=30)

    assert [line["fault"] for line in lines] == ["hung", "killed and emptied", "emptied", "workers and beats killed"]
    assert [line["passed"] for line in lines] == [True] * 4, lines
    assert [line["kills"] > 0 for line in lines] == [False, False, False, True]
    assert all(line["duplicates"] == 0 for line in lines)


@pytest.mark.long
@pytest.mark.any_database
def test_handler_that_does_all_twice_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """By day after one fault: the doubles are counted the same way after each."""
    faults = broker.FAULTS if NIGHTLY else {"emptied": broker.FAULTS["emptied"]}
    monkeypatch.setattr(broker, "FAULTS", faults)

    lines = play("tests.config.drills.twice", monkeypatch, count=7 * len(faults))

    assert [line["fault"] for line in lines] == list(faults)
    assert not any(line["passed"] for line in lines), lines
    assert all(line["duplicates"] > 0 for line in lines)


def test_without_redis_it_is_left_out_and_not_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.drills.redis_server.shutil.which", lambda program: None)

    lines = list(drill_redis(count=3, seed=1))

    assert [ended(line) for line in lines] == [LEFT_OUT]
