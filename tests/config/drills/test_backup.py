"""The drill of yesterday's backup: nothing leaves twice, and without the mark outside the database it is seen to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.drills import backup
from config.drills.backup import CALM, play_backup
from config.drills.sends import make_orders
from journeys.services import restoring
from tests.config.drills.hands import one_hand, provider

pytestmark = pytest.mark.django_db(transaction=True)


def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(backup, "HELD_S", 0.1)
    with (
        one_hand(backup, folder=tmp_path, monkeypatch=monkeypatch),
        provider(CALM, monkeypatch=monkeypatch) as (base, ledger),
    ):
        return play_backup(replace(make_orders(base), data_dir=str(tmp_path)), ledger, count=9, seed=1)


def test_restored_backup_sends_nothing_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = play(tmp_path, monkeypatch)

    assert seen["passed"], seen
    assert (seen["letters"], seen["left_out"], seen["taken_back"], seen["duplicates"]) == (9, 2, 1, 0)


def test_backup_that_nobody_notices_does_not_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "LONGEST_S", 2.0)
    monkeypatch.setattr(restoring, "read_marks", lambda database: [])

    seen = play(tmp_path, monkeypatch)

    assert not seen["passed"]
    assert (seen["safe_hold"], seen["duplicates"]) == (False, 3)
