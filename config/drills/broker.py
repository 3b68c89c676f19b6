"""Promises 8 and 16 put to the test: real workers and two beats, while Redis hangs, dies and forgets, and they die."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from config.benchmarks.rivals.processes import environment
from config.drills.engine import KIND
from config.drills.ground import drill_ground, make_account, make_team, write_letter
from config.drills.members import Members, members
from config.drills.redis_server import RedisServer, own_redis
from config.drills.rows import is_clean, look_at_rows, make_rows, spread
from config.serving.supervisor import python_path
from customers.models import Customer, User
from emails.enums import DraftState
from emails.models import CapturedMail, Draft
from emails.services.sending import send
from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule
from journeys.queries.due import get_last_tick_at
from journeys.services.claiming import LEASE

WORKERS, BEATS, THREADS = 2, 2, 2
HANDLERS = "config.drills.noting"
LEFT_OUT = "redis-server is not on this machine"
RINGS = ("journeys.tick", "journeys.send_due")
CALM_S = 2.0
LONGEST_PAGE_S = 2.0
RECOVERS_WITHIN_S = 60.0
"""Celery drops a consumer's line that nobody answers after 51 s at the latest; mostly it takes a second or two."""
STARTS_WITHIN_S = 60.0
KILL_EVERY_S = 3.0
LETTERS = 8
IN_DOUBT = (DraftState.UNKNOWN, DraftState.NEEDS_REVIEW)


def _hang(server: RedisServer, others: Members, seconds: float) -> None:
    server.hang()
    time.sleep(seconds)
    server.wake()


def _kill_and_empty(server: RedisServer, others: Members, seconds: float) -> None:
    server.kill()
    time.sleep(seconds)
    server.start_anew()


def _empty(server: RedisServer, others: Members, seconds: float) -> None:
    """Again and again, as one does who does not know what it is for."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        server.empty()
        time.sleep(0.5)


def _kill_members(server: RedisServer, others: Members, seconds: float) -> None:
    """One after the other, a worker, a beat, with -9; each is replaced at once."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        # From both ends of the row in turn: workers stand first, beats last.
        others.kill_one(others.kills // 2 if others.kills % 2 == 0 else -1 - others.kills // 2)
        time.sleep(min(KILL_EVERY_S, seconds / 2))


FAULTS: dict[str, Callable[[RedisServer, Members, float], None]] = {
    "hung": _hang,
    "killed and emptied": _kill_and_empty,
    "emptied": _empty,
    "workers and beats killed": _kill_members,
}


@dataclass(frozen=True)
class Scene:
    server: RedisServer
    ringer: subprocess.Popen[str]
    others: Members
    owner: User
    accounts: Sequence[Customer]
    rows: int
    seconds: float


def drill_redis(*, count: int, seed: int, seconds: float = 12) -> Iterator[dict[str, Any]]:
    """This will have Redis hang, die and be emptied, each for so many seconds, a line for each. seed: not needed."""
    with own_redis() as server:
        if server is None:
            yield {"left_out": LEFT_OUT, "passed": None}
            return
        with drill_ground():
            for line in play_redis(server, count=count, seconds=seconds):
                yield {"database": connection.vendor, **line}


def play_redis(
    server: RedisServer, *, count: int, seconds: float, handlers: str = HANDLERS, workers: int = WORKERS
) -> Iterator[dict[str, Any]]:
    """This will play it in the database at hand. handlers: the module that workers have the drill's handler from."""
    owner = make_team()
    accounts = [make_account(number, owner=owner).customer for number in range(10)]
    ring_every_second()
    connection.close()
    with _crew(server, handlers, workers) as (ringer, others):
        scene = Scene(server, ringer, others, owner, accounts, count // len(FAULTS), seconds)
        _wait(lambda: get_last_tick_at() is not None, STARTS_WITHIN_S)
        for name in FAULTS:
            line = {"fault": name, "workers": workers, "beats": BEATS, **_play(scene, name)}
            yield line if line["passed"] else {**line, "complaints": others.read_complaints()}


def ring_every_second() -> None:
    """This will have beat ring the clock and the outbox every second, as ops may, and nothing else."""
    interval, _ = IntervalSchedule.objects.get_or_create(every=1, period="seconds")
    PeriodicTask.objects.exclude(task__in=RINGS).update(enabled=False)
    for task in RINGS:
        fields = {"name": task, "interval": interval, "expire_seconds": 5, "enabled": True}
        PeriodicTask.objects.update_or_create(task=task, defaults=fields)


def _play(scene: Scene, name: str) -> dict[str, Any]:
    """Rows fall due before, during and after the fault; letters are queued just before it."""
    began = datetime.now(UTC)
    span = timedelta(seconds=scene.seconds + 2 * CALM_S)
    make_rows(spread(scene.rows, since=began, over=span), accounts=scene.accounts)
    _ask(scene.ringer)
    time.sleep(CALM_S)
    letters, killed_before = _queue_letters(scene, name), scene.others.kills
    FAULTS[name](scene.server, scene.others, scene.seconds)
    kills = scene.others.kills - killed_before
    back_at, back = datetime.now(UTC), time.monotonic()
    # A tick with nothing to do is put on record once a minute only: one more falls due, by which it is seen.
    make_rows([back_at], accounts=scene.accounts)
    is_back = _wait(lambda: (get_last_tick_at() or began) > back_at, RECOVERS_WITHIN_S)
    recovery_s = round(time.monotonic() - back, 1)
    # What was in the hands of one that was killed comes back when its lease is over.
    patience_s = RECOVERS_WITHIN_S + (LEASE.total_seconds() if kills else 0)
    finished = _wait(lambda: datetime.now(UTC) > began + span and not _is_open(), patience_s)
    rings, seen = _ask(scene.ringer), look_at_rows(KIND, since=began)
    mails = CapturedMail.objects.filter(draft__in=letters)
    ended = scene.others.count_ended()
    doubled = mails.count() - mails.values("draft").distinct().count()
    # A letter that a killed worker was handing over stands before a person: nobody can say whether it left.
    in_doubt = letters.filter(state__in=IN_DOUBT).exclude(pk__in=mails.values("draft")).count() if kills else 0
    missing = letters.count() - mails.values("draft").distinct().count() - in_doubt
    return {
        **seen,
        "letters": len(letters),
        "duplicates": seen["duplicates"] + doubled,
        "lost": seen["lost"] + missing,
        "letters_in_doubt": in_doubt,
        "kills": kills,
        "fault_s": scene.seconds,
        "recovery_s": recovery_s,
        "processes_ended": ended,
        **rings,
        "passed": is_back
        and finished
        and is_clean(seen)
        and doubled == missing == ended == 0
        and not rings["ring_errors"]
        and rings["longest_ring_s"] < LONGEST_PAGE_S,
    }


def _queue_letters(scene: Scene, name: str) -> Any:
    """Letters to accounts of their own, approved now."""
    now, ids = datetime.now(UTC), []
    for number in range(LETTERS):
        person = make_account(1000 + 100 * list(FAULTS).index(name) + number, owner=scene.owner)
        draft = write_letter(person, by=scene.owner, now=now)
        ids.append(send(draft, version=draft.version, now=now, by=scene.owner).pk)
    return Draft.objects.filter(pk__in=ids)


def _is_open() -> bool:
    rows = AutomationSchedule.objects.filter(kind=KIND).exclude(status=AutomationStatus.COMPLETED)
    return rows.exists() or Draft.objects.filter(state__in=(DraftState.QUEUED, DraftState.SENDING)).exists()


@contextmanager
def _crew(server: RedisServer, handlers: str, workers: int) -> Iterator[tuple[subprocess.Popen[str], Members]]:
    """What rings as a page does, workers and beats, on the database at hand and this Redis."""
    celery = [sys.executable, "-m", "celery", "--app=config", "--quiet"]
    work = ["worker", "--pool=threads", f"--concurrency={THREADS}", "--loglevel=CRITICAL", f"--include={handlers}"]
    more = {
        "REDIS_URL": server.address,
        "SECRET_KEY": settings.SECRET_KEY,
        "OUTBOUND": "off",
        "MAIL_PROVIDER": "capture",
        "LOG_LEVEL": "CRITICAL",
        "PYTHONPATH": python_path(),
        "PYTHONWARNINGS": "ignore",
    }
    words = [[*work, f"--hostname=drill{number}@%h"] for number in range(workers)]
    words += [["beat", "--loglevel=CRITICAL"]] * BEATS
    with environment(more) as env, members(env, [[*celery, *one] for one in words]) as others, _ringing(env) as ringer:
        yield ringer, others


@contextmanager
def _ringing(env: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "config.drills.ringer"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=env,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        with suppress(OSError):
            process.communicate(timeout=10)


def _ask(ringer: subprocess.Popen[str]) -> dict[str, Any]:
    assert ringer.stdin is not None and ringer.stdout is not None
    ringer.stdin.write("\n")
    ringer.stdin.flush()
    seen: dict[str, Any] = json.loads(ringer.stdout.readline())
    return seen


def _wait(is_so: Callable[[], bool], seconds: float) -> bool:
    ends = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > ends:
            return False
        time.sleep(0.1)
    return True
