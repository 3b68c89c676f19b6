"""The drill of yesterday's backup: nothing leaves twice, and without the mark outside the database it is seen to."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from config.drills import backup, postgres_dumps
from config.drills.backup import CALM, keeps_marks, play_backup
from config.drills.redis_server import own_redis
from config.drills.sends import make_orders
from config.drills.taking_backups import DUMPED, taken_backup
from customers.models import Customer
from journeys.services import marks, restoring
from tests import factories
from tests.config.drills.hands import one_hand, provider

pytestmark = pytest.mark.django_db(transaction=True)


def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, by_hand: bool = False) -> dict[str, Any]:
    monkeypatch.setattr(backup, "HELD_S", 0.1)
    with (
        one_hand(backup, folder=tmp_path, monkeypatch=monkeypatch),
        provider(CALM, monkeypatch=monkeypatch) as (base, ledger),
    ):
        orders = replace(make_orders(base), data_dir=str(tmp_path))
        return play_backup(orders, ledger, count=9, seed=1, by_hand=by_hand)


def test_restored_backup_sends_nothing_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = play(tmp_path, monkeypatch)

    assert seen["passed"], seen
    assert (seen["letters"], seen["left_out"], seen["taken_back"], seen["duplicates"]) == (9, 2, 1, 0)


def test_backup_that_a_person_tells_of_sends_nothing_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restoring, "read_marks", lambda database: [])

    seen = play(tmp_path, monkeypatch, by_hand=True)

    assert seen["passed"], seen
    assert (seen["safe_hold"], seen["left_out"], seen["duplicates"]) == (True, 2, 0)


@pytest.mark.redis
def test_mark_in_redis_alone_has_everything_stand_still(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "_read_file", lambda: "")

    with own_redis() as server:
        if server is None:
            pytest.skip("redis-server is not installed")
        with keeps_marks("", server.address):
            seen = play(tmp_path, monkeypatch)

    assert seen["passed"], seen
    assert (seen["safe_hold"], seen["duplicates"]) == (True, 0)


@pytest.mark.parametrize("has_programs", [True, False])
def test_backup_put_back_is_as_it_was(has_programs: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not has_programs:
        monkeypatch.setattr(postgres_dumps.shutil, "which", lambda program: None)
    is_dumped = has_programs and connection.vendor == "postgresql" and shutil.which("pg_dump") is not None
    customer = factories.CustomerFactory.create(name="Before")

    with taken_backup() as backup:
        Customer.objects.filter(pk=customer.pk).update(name="After")
        backup.put_back()
        put_back = Customer.objects.get(pk=customer.pk).name

    assert (put_back, Customer.objects.get(pk=customer.pk).name) == ("Before", "After")
    assert (backup.by == DUMPED) == is_dumped
    assert ("restore_s" in backup.figures) == is_dumped


@pytest.mark.any_database
def test_backup_that_nobody_notices_does_not_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "LONGEST_S", 2.0)
    monkeypatch.setattr(restoring, "read_marks", lambda database: [])

    seen = play(tmp_path, monkeypatch)

    assert not seen["passed"]
    assert (seen["safe_hold"], seen["duplicates"]) == (False, 3)
