"""The drill of the full disk: nothing is half done, no attempt is lost; where it costs attempts it does not pass."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from config.drills import disk
from config.drills.full_disk import NO_LIMIT, notice_refusals
from config.drills.rows import settle
from journeys.services import clock, running
from journeys.services.no_room import forget_no_room
from tests.config.drills.hands import one_hand

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's disk is mounted by the drill itself"),
]


@pytest.fixture(autouse=True)
def _room_again() -> Iterator[None]:
    forget_no_room()
    yield
    forget_no_room()
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA max_page_count={NO_LIMIT}")


def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(disk, "FULL_S", 0.2)
    small = disk.make_disk()
    with (
        one_hand(disk, folder=tmp_path, monkeypatch=monkeypatch),
        connection.execute_wrapper(notice_refusals(small)),
    ):
        return disk.play_disk(small, count=600, seed=1)


def test_full_disk_leaves_nothing_half_done_and_costs_no_attempt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = play(tmp_path, monkeypatch)

    assert seen["passed"], seen
    assert seen["writes_refused"] > 0
    assert (seen["half_done"], seen["attempts_lost"]) == (0, 0)


def test_disk_without_room_to_give_a_row_back_costs_no_attempt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "let_go", lambda claim, *, now: None)

    seen = play(tmp_path, monkeypatch)

    assert seen["passed"], seen
    assert seen["attempts_lost"] == 0


def test_attempts_that_a_full_disk_costs_do_not_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "let_go", lambda claim, *, now: None)
    monkeypatch.setattr(clock, "notice_no_room", lambda error, *, now: None)

    seen = play(tmp_path, monkeypatch)

    assert not seen["passed"], seen
    assert seen["attempts_lost"] > 0


@pytest.mark.any_database
def test_full_disk_that_leaves_things_half_done_does_not_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Without its transaction: what was completed stays so where there is no room for the notes.
    monkeypatch.setattr(running, "_carry_out", running._carry_out.__wrapped__)  # type: ignore[attr-defined]
    monkeypatch.setattr(disk, "settle", partial(settle, rounds=2))

    seen = play(tmp_path, monkeypatch)

    assert not seen["passed"], seen
    assert seen["half_done"] > 0
