"""The disk is full in the middle of a tick, for an hour and more of the clock; then there is room again."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection

from config.drills.cluster import MISSING, find_control, own_cluster
from config.drills.engine import KIND
from config.drills.full_disk import Disk, tick_on_a_small_disk
from config.drills.ground import drill_ground, make_account, make_team
from config.drills.rows import Hands, is_clean, is_ticking, look_at_rows, make_rows, settle, spread
from config.drills.sender import NOON, Orders
from config.drills.sends import make_orders, patient
from config.drills.workers import CONTEXT, Crew
from customers.models import Todo
from journeys.enums import AutomationStatus, LogStatus
from journeys.models import AutomationLog
from journeys.rules.automations import RETRY_DELAY

ENGINES = 3
MOST_ROWS = 4000
SIZE = "192m"
NO_MOUNT = "a small disk cannot be mounted here (mount -t tmpfs needs root)"
STARTS_AFTER = timedelta(hours=1)
ROUNDS_FULL = 6
"""Of a quarter of an hour each: longer than all attempts of a row together."""
FULL_S = 1.5
LONGEST_S = 120.0


def drill_disk(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """This will fill the disk under three engines for an hour and a half of the clock; SQLite's by a limit of pages."""
    rows = min(max(count, 600), MOST_ROWS)
    if connection.vendor == "sqlite":
        with drill_ground():
            yield {"database": connection.vendor, **play_disk(make_disk(), count=rows, seed=seed)}
        return
    control = find_control()
    with small_disk() as folder:
        if control is None or folder is None:
            yield {"left_out": MISSING if control is None else NO_MOUNT, "passed": None}
            return
        with own_cluster(control, disk=folder) as cluster, _led_to(cluster.port), drill_ground():
            disk = make_disk(str(folder / "ballast"))
            yield {"database": connection.vendor, **play_disk(disk, count=rows, seed=seed)}


def make_disk(ballast: str = "") -> Disk:
    """This will give what the processes know of the disk. ballast: the file that fills it; without one, a limit."""
    return Disk(CONTEXT.Value("q", 0), CONTEXT.Value("q", 0), ballast)


def play_disk(disk: Disk, *, count: int, seed: int) -> dict[str, Any]:
    """This will play it in the database at hand."""
    owner = make_team()
    accounts = [make_account(number, owner=owner).customer for number in range(20)]
    make_rows(spread(count, since=NOON + STARTS_AFTER, over=ROUNDS_FULL * RETRY_DELAY), accounts=accounts)
    orders = replace(make_orders(""), disk=disk)
    connection.close()
    crew = Crew(orders, ENGINES, seed=seed, target=tick_on_a_small_disk)
    try:
        crew.wait(is_ticking, seconds=LONGEST_S)
        met, done_when_full = _fill(crew, orders, disk)
        finished = settle(crew, orders)
    finally:
        disk.make_room()
        crew.end()
    seen = look_at_rows(KIND)
    tries = AutomationLog.objects.filter(kind=KIND, status=LogStatus.FAILED).count()
    return {
        **seen,
        "engines": ENGINES,
        "writes_refused": met,
        "done_before_room": done_when_full,
        "attempts_lost": tries,
        "passed": finished
        and met > 0
        and is_clean(seen)
        and tries == 0
        and seen["statuses"] == {AutomationStatus.COMPLETED: count}
        and done_when_full < count,
    }


def _fill(crew: Hands, orders: Orders, disk: Disk) -> tuple[int, int]:
    """Fill it, let the clock go on by an hour and a half, and make room.

    Gives how often a write was refused, and how much was done by then.
    """
    disk.fill()
    orders.ahead_s.value += STARTS_AFTER.total_seconds()
    for _ in range(ROUNDS_FULL):
        crew.wait(lambda: False, seconds=FULL_S)
        orders.ahead_s.value += (RETRY_DELAY + timedelta(seconds=1)).total_seconds()
    crew.wait(lambda: disk.refused.value > 0, seconds=LONGEST_S)
    done = _count_done()
    disk.make_room()
    return disk.refused.value, done


def _count_done() -> int:
    return patient(lambda: Todo.objects.filter(kind=KIND).count())


@contextmanager
def small_disk() -> Iterator[Path | None]:
    """This will mount a disk of SIZE in memory for as long as it is needed; None where that is not allowed."""
    with tempfile.TemporaryDirectory(prefix="evergreen-drill-disk-") as name:
        mounted = subprocess.run(  # noqa: S603
            ["/bin/mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0755", "tmpfs", name],
            check=False,
            capture_output=True,
        )
        if mounted.returncode:
            yield None
            return
        try:
            yield Path(name)
        finally:
            # Also where a process that is just ending has a file open there.
            subprocess.run(["/bin/umount", "-l", name], check=False, capture_output=True)  # noqa: S603


@contextmanager
def _led_to(port: int) -> Iterator[None]:
    """This will have the connection lead to the server of the drill."""
    there = {"HOST": "127.0.0.1", "PORT": str(port), "NAME": "postgres", "USER": "postgres", "PASSWORD": ""}
    before = {name: connection.settings_dict[name] for name in there}
    connection.close()
    connection.settings_dict.update(there)
    try:
        yield
    finally:
        with suppress(Exception):
            connection.close()
        connection.settings_dict.update(before)
