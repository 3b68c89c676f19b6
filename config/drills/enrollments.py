"""NFR-1 of sequences put to the test: from a person's yes to Outreach.io within 5 seconds, through `manage.py serve`.

The desk runs as it does in use, in processes of its own; the yes comes in over HTTP, and the drill looks at the
stand-in's table for what became of it.
"""

from __future__ import annotations

import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from django.conf import settings
from django.db import connection
from django.utils import timezone

from config.drills.ground import drill_ground, make_account, make_team
from customers.enums import Role, Scope
from customers.models import User
from customers.services.tokens import create_token
from outreach.enums import AskedThrough, EnrollmentState
from outreach.models import Enrollment, OutreachSequence, StandInThing
from outreach.services.enrolling import Asking, ask_to_enroll
from outreach.services.outreach_stand_in import connect_stand_in

GOAL_S = 5.0
MOST_SINGLE, MOST_TOGETHER = 20, 100
LONGEST_S = 60.0
LOOK_EVERY_S = 0.01
AT_ONCE = 8
SEQUENCE = "Re-engagement"
ROOT = Path(__file__).resolve().parents[2]


def drill_enrollments(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """This will approve one after the other, then many at once, and time each until it stands at the stand-in."""
    single, together = min(count, MOST_SINGLE), min(count, MOST_TOGETHER)
    with drill_ground():
        rows, token = _put_forward(single + together)
        connection.close()
        with _serve() as address:
            _approve(address, rows[0], token)
            _wait(rows[:1])  # The first one also pays for what a process loads once.
            spent = [_time_one(address, row, token) for row in rows[1:single]] or [0.0]
            began = time.perf_counter()
            with ThreadPoolExecutor(AT_ONCE) as pool:
                list(pool.map(lambda row: _approve(address, row, token), rows[single:]))
            asked_s = time.perf_counter() - began
            _wait(rows[single:])
            together_s = time.perf_counter() - began
        states = StandInThing.objects.filter(kind="sequenceState")
        made, people = states.count(), states.values("prospect_number").distinct().count()
        yield {
            "database": connection.vendor,
            "approved": len(rows),
            "states_there": made,
            "enrolled_twice": made - people,
            "one_by_one_median_s": round(statistics.median(spent), 2),
            "one_by_one_slowest_s": round(max(spent), 2),
            "together": together,
            "together_asked_within_s": round(asked_s, 2),
            "together_done_within_s": round(together_s, 2),
            "goal_s": GOAL_S,
            "passed": max(spent) <= GOAL_S and made == people == len(rows),
        }


def _put_forward(count: int) -> tuple[list[Enrollment], str]:
    """A connected desk, and as many people of as many accounts who wait for a yes; the token is of who may say it."""
    now, lead = timezone.now(), make_team()
    ops = User.objects.create(username="drill-ops", email="ops@drill.example", role=Role.OPS)
    connect_stand_in(now=now, by=ops)
    asking = Asking(OutreachSequence.objects.get(name=SEQUENCE).sequence_id, AskedThrough.ACCOUNT)
    rows = []
    for number in range(count):
        person = make_account(number, owner=lead)
        rows.append(ask_to_enroll(person, asking, now=now, by=lead))
    scopes = [Scope.READ, Scope.WRITE, Scope.APPROVE]
    _, key = create_token(
        lead, name="drill", scopes=scopes, expires_at=now + timedelta(days=1), now=now, by=None
    )  # fmt: skip
    return rows, key


def _time_one(address: str, row: Enrollment, token: str) -> float:
    began = time.perf_counter()
    _approve(address, row, token)
    _wait([row])
    return time.perf_counter() - began


def _approve(address: str, row: Enrollment, token: str) -> None:
    request = Request(  # noqa: S310  # our own server
        f"{address}/api/outreach/enrollments/{row.pk}/approve",
        data=json.dumps({}).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        method="POST",
    )
    with urlopen(request, timeout=LONGEST_S) as answer:  # noqa: S310
        answer.read()


def _wait(rows: Sequence[Enrollment]) -> None:
    """Until all of them are enrolled here and stand at the stand-in; TimeoutError where that does not come."""
    ends = time.monotonic() + LONGEST_S
    ids = [row.pk for row in rows]
    while time.monotonic() < ends:
        done = Enrollment.objects.filter(pk__in=ids, state=EnrollmentState.ENROLLED).values_list("state_id", flat=True)
        if len(done) == len(ids) and StandInThing.objects.filter(pk__in=list(done)).count() == len(ids):
            return
        time.sleep(LOOK_EVERY_S)
    said = Enrollment.objects.filter(pk__in=ids).exclude(state=EnrollmentState.ENROLLED).values_list("state", "outcome")
    raise TimeoutError(f"Not done within {LONGEST_S:.0f} s: {list(said[:3])}")


@contextmanager
def _serve() -> Iterator[str]:
    """The desk itself, over the database that is open; gives its address."""
    with tempfile.TemporaryDirectory(prefix="evergreen-drill-") as folder:
        environment = {name: value for name, value in os.environ.items() if name not in ("PUBLIC_URL", "REDIS_URL")}
        environment |= {
            "DATA_DIR": folder,
            "DATABASE_URL": _database_url(),
            "DJANGO_SETTINGS_MODULE": "config.settings.embedded",
            # What the drill has sealed is opened by the desk.
            "SECRET_KEY": settings.SECRET_KEY,
            "FIELD_KEYS": ",".join(settings.FIELD_KEYS),
            "OUTBOUND": "off",
        }
        command = [sys.executable, str(ROOT / "manage.py"), "serve", "--port", "0", "--no-demo"]
        process = subprocess.Popen(  # noqa: S603
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        try:
            yield _address(process)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=20)
            finally:
                process.kill()
                assert process.stdout is not None
                process.stdout.close()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if found := re.search(r"ready at (\S+)", line):
            return found[1]
    raise RuntimeError(f"The desk ended before it was ready: {''.join(said)[-1000:]}")


def _database_url() -> str:
    kept = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{kept['NAME']}"
    password = f":{kept['PASSWORD']}" if kept["PASSWORD"] else ""
    return f"postgres://{kept['USER']}{password}@{kept['HOST'] or '127.0.0.1'}:{kept['PORT'] or 5432}/{kept['NAME']}"
