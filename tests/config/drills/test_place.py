"""A run of drills leaves nothing behind: not where it was killed, and what an ordinary one forgot is counted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from config.benchmarks.scratch import scratch_database
from config.drills import blank
from config.drills.blank import empty_database, kept, kept_blank
from config.drills.keeper import clear_up
from config.drills.place import ended_once, own_place
from config.drills.sends import make_orders
from customers.models import Team

ROOT = Path(__file__).resolve().parents[3]
SLEEPS = [sys.executable, "-c", "import time; time.sleep(600)"]
RUN = """
import subprocess, sys, tempfile, time
from pathlib import Path
from config.drills.place import own_place
with own_place(None):
    folder = tempfile.mkdtemp()
    Path(folder, "file").touch()
    # One is known by what it was started with, the other, as servers are, by where it works.
    words = [sys.executable, "-c", "import time; time.sleep(600)"]
    one = subprocess.Popen(words, start_new_session=True)
    other = subprocess.Popen(words, start_new_session=True, cwd=folder, env={})
    print(folder, one.pid, other.pid, flush=True)
    time.sleep(600)
"""
needs_proc = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs Linux's /proc")


def runs(pid: int) -> bool:
    """One that has ended, and that nobody has asked for yet, has no words any more."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False


def comes_true(is_so: Callable[[], bool]) -> bool:
    ends = time.monotonic() + 30
    while not is_so():
        if time.monotonic() > ends:
            return False
        time.sleep(0.05)
    return True


@needs_proc
def test_killed_run_takes_its_processes_and_files_along(tmp_path: Path) -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", RUN],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert run.stdout is not None
    folder, *pids = run.stdout.readline().split()
    assert Path(folder, "file").exists()
    assert comes_true(lambda: all(runs(int(pid)) for pid in pids))

    run.kill()
    run.communicate()

    assert comes_true(lambda: not any(runs(int(pid)) for pid in pids))
    assert comes_true(lambda: not list(tmp_path.iterdir()))


@needs_proc
def test_what_an_ordinary_end_forgot_is_cleared_up_and_counted() -> None:
    with own_place(None) as left:
        folder = Path(tempfile.gettempdir())
        (folder / "file").touch()
        forgotten = subprocess.Popen(SLEEPS, start_new_session=True)

    assert left == {"processes": 1, "mounts": 0, "databases": 0, "files": 1}
    assert forgotten.wait() == -signal.SIGKILL
    assert not folder.exists() and Path(tempfile.gettempdir()) != folder


def test_run_within_a_run_leaves_it_to_the_first() -> None:
    with own_place(None) as first:
        outer = tempfile.gettempdir()
        with own_place(None) as second:
            assert tempfile.gettempdir() == outer
        assert Path(outer).exists()

    assert (first, second) == ({"processes": 0, "mounts": 0, "databases": 0, "files": 0}, {})


def test_second_word_to_end_does_not_interrupt_the_clearing_up() -> None:
    cleared, before = False, signal.getsignal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt), ended_once():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            cleared = True

    assert cleared
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_databases_of_the_run_go_and_no_others(tmp_path: Path) -> None:
    kept = connection.settings_dict
    address = {"dbname": kept["NAME"], "host": kept["HOST"], "port": kept["PORT"], "user": kept["USER"]}
    prefix = f"{kept['NAME']}_drill_1"
    names = [prefix, f"{prefix}_copy", f"{prefix}2"]
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f'CREATE DATABASE "{name}"')

        seen = clear_up({"folder": str(tmp_path), "database": {"prefix": prefix, **address}})

        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
        left = [name for (name,) in cursor.fetchall()]
        cursor.execute(f'DROP DATABASE "{names[-1]}"')
    assert (seen["databases"], left) == (2, names[-1:])


def test_interrupted_before_its_database_is_made_it_drops_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(**options: object) -> None:
        raise KeyboardInterrupt

    dropped: list[object] = []
    monkeypatch.setitem(connection.settings_dict, "TEST", dict(connection.settings_dict["TEST"]))
    monkeypatch.setattr(connection.creation, "create_test_db", interrupted)
    monkeypatch.setattr(connection.creation, "destroy_test_db", lambda *names, **options: dropped.append(names))

    with pytest.raises(KeyboardInterrupt), scratch_database():
        pass

    assert dropped == []


def test_worker_that_is_killed_takes_no_lock_along() -> None:
    orders = make_orders("")

    orders.stop.set()

    assert orders.stop.is_set()
    assert not hasattr(orders.ahead_s, "get_lock")
    orders.stop.clear()
    assert not orders.stop.is_set()


@pytest.mark.django_db(transaction=True)
def test_each_drill_of_a_run_gets_a_database_of_its_own_that_is_empty() -> None:
    desk = connection.settings_dict["NAME"]
    seen = []

    with kept_blank():
        first = kept[-1].get_name()
        for _ in range(2):
            with empty_database():
                seen.append((connection.settings_dict["NAME"], Team.objects.count()))
                Team.objects.create(name="Only here")
            assert connection.settings_dict["NAME"] == desk

    assert [count for _, count in seen] == [0, 0]
    assert not {name for name, _ in seen} & {desk, first}
    assert not Team.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_other_server_gets_the_blank_from_a_dump_and_migrates_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with kept_blank():
        kept[-1].get_name()
        kept[-1].where = ("another server", "")
        monkeypatch.setattr(blank, "scratch_database", lambda suffix: pytest.fail("migrated once more"))
        with empty_database():
            name, teams = connection.settings_dict["NAME"], Team.objects.count()

    assert (name.endswith(blank.name_scratch()), teams) == (True, 0)
    assert blank.DUMP not in os.environ
