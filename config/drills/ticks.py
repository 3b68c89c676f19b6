"""Promises 7 and 8 put to the test: two beats and four engines over the same rows, killed again and again."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import connection

from config.drills.engine import KIND, tick_on
from config.drills.ground import drill_ground, make_account, make_team
from config.drills.sender import NOON, Orders, drill_now
from config.drills.sends import make_orders, patient
from config.drills.workers import Crew
from customers.models import Todo
from journeys.enums import AutomationStatus, AutomationType, LogStatus
from journeys.models import AutomationLog, AutomationSchedule, ClockState
from journeys.services.claiming import LEASE

BEATS, ENGINES = 2, 4
KILL_EVERY_S = 2.0
STARTS_AFTER = timedelta(hours=1)
"""By the drill's clock, which is put there once every process ticks: a slow start is no part of the drill."""
ACCOUNTS = 20
LONGEST_S = 120.0
OPEN = (AutomationStatus.SCHEDULED, AutomationStatus.RUNNING)


def drill_journeys(*, count: int, seed: int, seconds: float = 15) -> Iterator[dict[str, Any]]:
    """This will have rows fall due all the time, kill tickers for so many seconds, and count what was done twice."""
    with drill_ground():
        _make_rows(count, seconds)
        connection.close()
        orders = make_orders("")
        crew = Crew(orders, BEATS + ENGINES, seed=seed, target=tick_on)
        began = time.monotonic()
        try:
            crew.wait(_is_ticking, seconds=LONGEST_S)
            orders.ahead_s.value += STARTS_AFTER.total_seconds()
            crew.wait(lambda: False, seconds=seconds, kill_every_s=KILL_EVERY_S)
            finished = _settle(crew, orders)
        finally:
            crew.end()
        yield {**_count(), "rows": count, "killed_for_s": seconds, "kills": crew.kills, "beats": BEATS,
               "engines": ENGINES, "took_s": round(time.monotonic() - began, 1),
               "passed": finished and _is_whole(count)}  # fmt: skip


def _make_rows(count: int, seconds: float) -> None:
    owner = make_team()
    accounts = [make_account(number, owner=owner).customer for number in range(ACCOUNTS)]
    AutomationSchedule.objects.bulk_create(
        [
            AutomationSchedule(
                customer=accounts[number % ACCOUNTS],
                type=AutomationType.SEND_NOTIFICATION,
                kind=KIND,
                subject_kind="drill",
                subject_id=uuid.uuid4(),
                trigger_at=NOON + STARTS_AFTER + timedelta(seconds=seconds * number / count),
            )
            for number in range(count)
        ],
        batch_size=1000,
    )


def _settle(crew: Crew, orders: Orders) -> bool:
    """Let the rest be done in peace; what dead workers had claimed comes back when its lease is over."""
    for _ in range(6):
        if crew.wait(lambda: not _is_open(), seconds=LONGEST_S / 6):
            return True
        if not patient(lambda: _ready(orders)):
            orders.ahead_s.value += (LEASE + timedelta(seconds=1)).total_seconds()
    return not _is_open()


def _is_ticking() -> bool:
    return patient(lambda: ClockState.objects.exists())


def _is_open() -> bool:
    return patient(lambda: AutomationSchedule.objects.filter(kind=KIND, status__in=OPEN).exists())


def _ready(orders: Orders) -> bool:
    return AutomationSchedule.objects.due(drill_now(orders)).exists()


def _count() -> dict[str, Any]:
    notes = Counter(Todo.objects.filter(kind=KIND).values_list("title", flat=True))
    statuses = Counter(AutomationSchedule.objects.filter(kind=KIND).values_list("status", flat=True))
    taken_back = AutomationLog.objects.filter(kind=KIND, status=LogStatus.FAILED).count()
    return {
        "database": connection.vendor,
        "statuses": dict(statuses),
        "duplicates": sum(count - 1 for count in notes.values()),
        "lost": sum(statuses.values()) - len(notes),
        "taken_back_after_a_kill": taken_back,
        "lines_of_success": AutomationLog.objects.filter(kind=KIND, status=LogStatus.SUCCESS).count(),
    }


def _is_whole(count: int) -> bool:
    """Every row completed, each with one note and one line of success."""
    notes = list(Todo.objects.filter(kind=KIND).values_list("title", flat=True))
    done = AutomationSchedule.objects.filter(kind=KIND, status=AutomationStatus.COMPLETED).count()
    lines = AutomationLog.objects.filter(kind=KIND, status=LogStatus.SUCCESS)
    logged = list(lines.values_list("automation_id", flat=True))
    return done == len(notes) == len(set(notes)) == len(logged) == len(set(logged)) == count
