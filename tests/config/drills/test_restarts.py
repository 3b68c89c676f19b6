"""The drill of the server that goes down: it passes only where the drill under it does, and both ways were tried."""

from __future__ import annotations

import subprocess
import time
from typing import Any

import pytest

from config.drills import restarts
from config.drills.restarts import Crasher, play_restarts


class FakeCluster:
    def __init__(self, *, breaks: str = "") -> None:
        self.ways: list[str] = []
        self._breaks = breaks

    def run(self, *words: str) -> None:
        if words[1] == self._breaks:
            raise subprocess.CalledProcessError(1, "pg_ctl")
        self.ways.append(words[1])


def play(
    monkeypatch: pytest.MonkeyPatch, *, passed: bool = True, breaks: str = ""
) -> tuple[dict[str, Any], FakeCluster]:
    cluster = FakeCluster(breaks=breaks)

    def play_under(cluster: Any, crasher: Crasher, name: str, **options: Any) -> dict[str, Any]:
        crasher.begin()
        time.sleep(0.2)
        return {"drill": name, "lost": 0, "passed": passed}

    monkeypatch.setattr(restarts, "EVERY_S", 0.01)
    monkeypatch.setattr(restarts, "_play", play_under)
    return play_restarts(cluster, "journeys", count=1, seed=1), cluster  # type: ignore[arg-type]


def test_server_crashes_and_is_restarted_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, cluster = play(monkeypatch)

    assert cluster.ways[:4] == ["immediate", "fast", "immediate", "fast"]
    assert seen["passed"] and seen["crashes"] > 0 and seen["restarts"] > 0
    assert seen["server_down"] == len(cluster.ways)
    assert "drill" not in seen


@pytest.mark.parametrize(("passed", "breaks"), [(False, ""), (True, "fast"), (True, "immediate")])
def test_it_does_not_pass_where_the_drill_or_a_way_down_did_not(
    passed: bool, breaks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, _ = play(monkeypatch, passed=passed, breaks=breaks)

    assert not seen["passed"]


def test_letters_and_the_rows_of_the_clock_are_both_played() -> None:
    assert restarts.PLAYED == {"letters": "sends", "clock": "journeys"}
