"""Yesterday's backup: a day goes on after it and letters leave; then it is restored, and nothing may leave again."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.test.utils import override_settings

from config.drills.fake_sendgrid import Ledger, Weather, fake_sendgrid
from config.drills.ground import drill_ground, make_account, make_team, write_letter
from config.drills.post import LETTER, tick_and_post
from config.drills.redis_server import own_redis
from config.drills.rows import make_rows
from config.drills.sender import NOON, Orders, drill_now
from config.drills.sends import make_orders, name_database, patient
from config.drills.taking_backups import taken_backup
from config.drills.workers import Crew
from config.settings.services import cache_settings
from customers.models import User
from customers.queries.standstill import find_standstill
from emails.enums import DraftState
from emails.models import Draft
from emails.services.sending import schedule
from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule
from journeys.rules.restoring import RESTORED
from journeys.services.restoring import MARKED, confirm_clock, mark_restored

WORKERS = 2
MOST_LETTERS = 150
CALM = Weather(hang=0, broken=0, too_many=0, latency_s=0.005)
PARTS = (timedelta(hours=2), timedelta(hours=20), timedelta(hours=48))
"""When letters fall due: before the backup, in the day that is lost, and after the restore."""
DAY = timedelta(hours=24)
HELD_S = 1.5
LONGEST_S = 90.0
FILE, REDIS, BY_HAND = "mark in a file", "mark in Redis", "said by hand"
MARKS = (FILE, REDIS, BY_HAND)
"""What knows after the restore how far the clock had come: a file, Redis where the file is lost, or a person alone."""
NO_REDIS = "redis-server is not on this machine"


def drill_backup(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """This will send, back up, send for a day, put the backup in its place, confirm, and send on: a line per mark."""
    letters = min(count, MOST_LETTERS)
    for mark in MARKS:
        with _witness(mark) as found:
            if found is None:
                yield {"fault": mark, "left_out": NO_REDIS, "passed": None}
                continue
            folder, redis = found
            with drill_ground(), fake_sendgrid(CALM, seed=seed) as (base, ledger), keeps_marks(folder, redis):
                orders = replace(make_orders(base), data_dir=folder, redis=redis)
                line = play_backup(orders, ledger, count=letters, seed=seed, by_hand=mark == BY_HAND)
                yield {"fault": mark, "database": connection.vendor, **line}


@contextmanager
def _witness(mark: str) -> Iterator[tuple[str, str] | None]:
    """The folder that all processes keep marks in, or the address of their Redis; None where there is no Redis."""
    if mark == REDIS:
        with own_redis() as server:
            yield ("", server.address) if server else None
        return
    with tempfile.TemporaryDirectory(prefix="evergreen-drill-") as folder:
        yield (folder, "") if mark == FILE else ("", "")


@contextmanager
def keeps_marks(folder: str, redis: str) -> Iterator[None]:
    """This will have what ops confirm in this process marked where the workers look."""
    settings: dict[str, Any] = {"CACHES": {"default": cache_settings(redis)}}
    with override_settings(**settings, **({"DATA_DIR": folder} if folder else {})):
        yield


def play_backup(orders: Orders, ledger: Ledger, *, count: int, seed: int, by_hand: bool = False) -> dict[str, Any]:
    """This will play it in the database at hand; half of the letters are written by rows of the clock.

    by_hand: ops say themselves, before anything starts, that a backup was restored.
    """
    owner = make_team()
    parts = [_plan(owner, count // len(PARTS), start=number * count, at=NOON + at) for number, at in enumerate(PARTS)]
    lived = [_live(orders, ledger, parts[0], seed=seed)]
    with taken_backup() as backup:
        orders.ahead_s.value += (DAY - timedelta(hours=3)).total_seconds()
        lived.append(_live(orders, ledger, parts[1], seed=seed))
        backup.put_back()
        if by_hand:
            mark_restored(now=drill_now(orders))
        back = _restore(replace(orders, database=name_database()), ledger, parts[2], seed=seed)
        left_out = AutomationSchedule.objects.filter(kind=LETTER, status=AutomationStatus.SKIPPED).count()
        taken_back = Draft.objects.filter(state=DraftState.DRAFT).count()
    everybody = set().union(*parts)
    return {
        "letters": len(everybody),
        "backup_by": backup.by,
        **backup.figures,
        "safe_hold": back.stood,
        "held_after_s": back.seconds,
        "left_while_held": back.left,
        "left_out": left_out,
        "taken_back": taken_back,
        "duplicates": sum(times - 1 for times in ledger.parcels.values()),
        "lost": len(everybody - ledger.parcels.keys()),
        "passed": back.stood
        and back.left == 0
        and all(lived)
        and len(everybody) > 0
        and Counter(ledger.parcels) == Counter(everybody),
    }


@dataclass(frozen=True)
class Back:
    stood: bool
    seconds: float
    left: int


def _plan(owner: User, count: int, *, start: int, at: datetime) -> set[str]:
    """So many letters due at the moment, each to an address of its own: by rows of the clock, and scheduled by hand."""
    people = [make_account(start + number, owner=owner) for number in range(count)]
    by_rows, by_hand = people[::2], people[1::2]
    make_rows([at] * len(by_rows), accounts=[person.customer for person in by_rows], kind=LETTER)
    for person in by_hand:
        draft = write_letter(person, by=owner, now=NOON)
        schedule(draft, at=at, version=draft.version, now=NOON, by=owner)
    return {person.email for person in people}


def _live(orders: Orders, ledger: Ledger, part: set[str], *, seed: int) -> bool:
    """Let the workers go on until this part has left, and every letter is at rest."""
    connection.close()
    orders.stop.clear()
    crew = Crew(orders, WORKERS, seed=seed, target=tick_and_post)
    try:
        orders.ahead_s.value += timedelta(hours=3).total_seconds()
        return crew.wait(lambda: _has_left(ledger, part), seconds=LONGEST_S)
    finally:
        crew.end()


def _restore(orders: Orders, ledger: Ledger, part: set[str], *, seed: int) -> Back:
    """Start on the old database; what would leave now has left already. Confirm, and go on to the next part."""
    connection.close()
    orders.stop.clear()
    before, began = ledger.parcels.total(), time.monotonic()
    crew = Crew(orders, WORKERS, seed=seed, target=tick_and_post)
    try:
        stood = crew.wait(_stands_for_a_restore, seconds=LONGEST_S)
        seconds = round(time.monotonic() - began, 2)
        crew.wait(lambda: False, seconds=HELD_S)
        left = ledger.parcels.total() - before
        confirm_clock(leaves_out=True, now=drill_now(orders), by=None)
        orders.ahead_s.value += DAY.total_seconds()
        crew.wait(lambda: _has_left(ledger, part), seconds=LONGEST_S)
        crew.wait(lambda: False, seconds=HELD_S)
    finally:
        crew.end()
    return Back(stood, seconds, left)


def _stands_for_a_restore() -> bool:
    standstill = patient(find_standstill)
    return standstill is not None and standstill.reason in (RESTORED, MARKED)


def _has_left(ledger: Ledger, part: set[str]) -> bool:
    under_way = (DraftState.SENDING, DraftState.QUEUED)
    return part <= ledger.parcels.keys() and patient(lambda: not Draft.objects.filter(state__in=under_way).exists())
