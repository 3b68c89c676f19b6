"""Promises 7 and 8 put to the test: two beats and four engines over the same rows, killed again and again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import connection

from config.drills.engine import KIND, tick_on
from config.drills.ground import drill_ground, make_account, make_team
from config.drills.rows import is_clean, is_ticking, look_at_rows, make_rows, settle, spread
from config.drills.sender import NOON
from config.drills.sends import BEGUN, DONE, SETTLES_S, make_orders, note, patient
from config.drills.workers import Crew
from journeys.enums import AutomationStatus, LogStatus
from journeys.models import AutomationLog

BEATS, ENGINES = 2, 4
KILL_EVERY_S = 2.0
STARTS_AFTER = timedelta(hours=1)
"""By the drill's clock, which is put there once every process ticks: a slow start is no part of the drill."""
ACCOUNTS = 20
LONGEST_S = 120.0


def drill_journeys(*, count: int, seed: int, seconds: float = 15) -> Iterator[dict[str, Any]]:
    """This will have rows fall due all the time, kill tickers for so many seconds, and count what was done twice."""
    with drill_ground():
        _make_rows(count, seconds)
        connection.close()
        orders = make_orders("")
        crew = Crew(orders, BEATS + ENGINES, seed=seed, target=tick_on)
        began = time.monotonic()
        try:
            crew.wait(is_ticking, seconds=LONGEST_S)
            orders.ahead_s.value += STARTS_AFTER.total_seconds()
            note(BEGUN)
            crew.wait(lambda: False, seconds=seconds, kill_every_s=KILL_EVERY_S)
            finished = settle(crew, orders)
        finally:
            crew.end()
        note(DONE)
        time.sleep(SETTLES_S)
        seen = patient(_count)
        yield {
            **seen,
            "killed_for_s": seconds,
            "kills": crew.kills,
            "beats": BEATS,
            "engines": ENGINES,
            "took_s": round(time.monotonic() - began, 1),
            "passed": finished and is_clean(seen) and seen["statuses"] == {AutomationStatus.COMPLETED: count},
        }


def _make_rows(count: int, seconds: float) -> None:
    owner = make_team()
    accounts = [make_account(number, owner=owner).customer for number in range(ACCOUNTS)]
    make_rows(spread(count, since=NOON + STARTS_AFTER, over=timedelta(seconds=seconds)), accounts=accounts)


def _count() -> dict[str, Any]:
    lines = AutomationLog.objects.filter(kind=KIND)
    return {
        "database": connection.vendor,
        **look_at_rows(KIND),
        "taken_back_after_a_kill": lines.filter(status=LogStatus.FAILED).count(),
        "lines_of_success": lines.filter(status=LogStatus.SUCCESS).count(),
    }
