"""The drill of clock jumps: it passes where the clock stands still as promised, and not where it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.drills import jumps
from journeys.services import clock, restoring
from tests.config.drills.hands import one_hand

pytestmark = pytest.mark.django_db(transaction=True)


def test_clock_that_jumps_has_nothing_run_early_or_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jumps, "HELD_S", 0.1)

    with one_hand(jumps, folder=tmp_path, monkeypatch=monkeypatch):
        seen = jumps.play_jumps(count=24, seed=1)

    assert seen["passed"], seen
    assert (seen["safe_holds"], seen["wrong_holds"], seen["ran_while_held"]) == (3, 0, 0)
    assert set(seen["statuses"]) == {"COMPLETED", "EXPIRED"}


@pytest.mark.any_database
def test_clock_that_is_never_doubted_does_not_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jumps, "HELD_S", 0.1)
    monkeypatch.setattr(jumps, "SEEN_WITHIN_S", 0.2)
    monkeypatch.setattr(restoring, "doubt_clock", lambda **facts: "")

    with one_hand(jumps, folder=tmp_path, monkeypatch=monkeypatch):
        seen = jumps.play_jumps(count=24, seed=1)

    assert not seen["passed"]
    assert (seen["safe_holds"], seen["wrong_holds"]) == (0, 3)
    assert seen["ran_while_held"] > 0


@pytest.mark.any_database
def test_tick_that_runs_in_the_safe_hold_does_not_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jumps, "HELD_S", 0.1)
    monkeypatch.setattr(clock, "_listen", lambda glance, now: clock._run(glance, now, clock.BUDGET))

    with one_hand(jumps, folder=tmp_path, monkeypatch=monkeypatch):
        seen = jumps.play_jumps(count=24, seed=1)

    assert not seen["passed"]
    assert seen["ran_while_held"] > 0
