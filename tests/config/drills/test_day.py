"""The drill of a day in minutes: all is done once; notes that are written twice are seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from config.drills import day, engine
from config.drills.day import DAY, play_day
from config.drills.fake_sendgrid import Weather
from config.drills.sends import make_orders
from tests.config.drills.hands import one_hand, provider

pytestmark = pytest.mark.django_db(transaction=True)
CALM = Weather(hang=0, broken=0, too_many=0, latency_s=0)
SECONDS = 2.0


def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    with (
        one_hand(day, folder=tmp_path, monkeypatch=monkeypatch),
        provider(CALM, monkeypatch=monkeypatch) as (base, ledger),
    ):
        orders = replace(make_orders(base), speed=DAY.total_seconds() / SECONDS)
        return play_day(orders, ledger, count=24, seed=1)


def test_day_of_the_clock_does_all_of_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = play(tmp_path, monkeypatch)

    assert seen["passed"], seen
    assert (seen["rows"], seen["letters"], seen["duplicates"], seen["lost"]) == (24, 8, 0, 0)


@pytest.mark.any_database
def test_day_in_which_notes_are_written_twice_does_not_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    once = engine.write_notes

    def twice(dues: Sequence[Any], now: datetime) -> None:
        once(dues, now)
        once(dues, now)

    monkeypatch.setattr(engine, "write_notes", twice)

    seen = play(tmp_path, monkeypatch)

    assert not seen["passed"]
    assert seen["duplicates"] == 24
