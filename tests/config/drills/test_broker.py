"""The drill of Redis: real workers and beats on a Redis of its own; a handler that does all twice is seen."""

from __future__ import annotations

import pytest

from config.drills import broker
from config.drills.broker import HANDLERS, drill_redis, play_redis
from config.drills.redis_server import own_redis
from config.drills.table import LEFT_OUT, ended

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]
FAULT_S = 3.0


@pytest.mark.parametrize(("handlers", "passes"), [(HANDLERS, True), ("tests.config.drills.twice", False)])
def test_redis_that_hangs_dies_and_forgets(handlers: str, passes: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "LETTERS", 2)
    with own_redis() as server:
        if server is None:
            pytest.skip("redis-server is not installed")
        lines = list(play_redis(server, count=30, seconds=FAULT_S, handlers=handlers, workers=1))

    assert [line["fault"] for line in lines] == ["hung", "killed and emptied", "emptied", "workers and beats killed"]
    assert [line["passed"] for line in lines] == [passes] * 4, lines
    assert [line["kills"] > 0 for line in lines] == [False, False, False, True]
    assert all((line["duplicates"] == 0) == passes for line in lines)


def test_without_redis_it_is_left_out_and_not_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.drills.redis_server.shutil.which", lambda program: None)

    lines = list(drill_redis(count=3, seed=1))

    assert [ended(line) for line in lines] == [LEFT_OUT]
