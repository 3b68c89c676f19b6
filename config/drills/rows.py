"""The rows that drills have fall due, each of which leaves one note; and what is seen of them afterwards."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db.models import Q

from config.drills.engine import KIND
from config.drills.sender import Orders, drill_now
from config.drills.sends import patient
from customers.models import Customer, Todo
from journeys.enums import AutomationStatus, AutomationType, LogStatus
from journeys.models import AutomationLog, AutomationSchedule, ClockState
from journeys.rules.automations import RETRY_DELAY
from journeys.services.claiming import LEASE

OURS = "drill."
OPEN = (AutomationStatus.SCHEDULED, AutomationStatus.RUNNING)
NOT_DONE = (*OPEN, AutomationStatus.FAILED, AutomationStatus.CANCELLED)
ROUND_S, ROUNDS = 5.0, 24


class Hands(Protocol):
    """Whoever ticks meanwhile: a crew of processes."""

    kills: int

    def wait(self, until: Any, *, seconds: float, kill_every_s: float = 0) -> bool: ...

    def end(self) -> None: ...


def make_rows(moments: Iterable[datetime], *, accounts: Sequence[Customer], kind: str = KIND) -> None:
    """This will have a row fall due at each of the moments, at the accounts in turn."""
    AutomationSchedule.objects.bulk_create(
        [
            AutomationSchedule(
                customer=accounts[number % len(accounts)],
                type=AutomationType.SEND_NOTIFICATION,
                kind=kind,
                subject_kind="drill",
                subject_id=uuid.uuid4(),
                trigger_at=moment,
                # A row that failed is moved: how long it waited is told by what was asked first.
                payload={"due": moment.isoformat()},
            )
            for number, moment in enumerate(moments)
        ],
        batch_size=1000,
    )


def spread(count: int, *, since: datetime, over: timedelta) -> list[datetime]:
    """This will give so many moments, evenly from the first on."""
    return [since + over * number / count for number in range(count)]


def settle(crew: Hands, orders: Orders, *, rounds: int = ROUNDS) -> bool:
    """Let the rest be done in peace; what dead workers had claimed comes back when its lease is over."""
    for _ in range(rounds):
        if crew.wait(lambda: not is_open(orders), seconds=ROUND_S):
            return True
        if not patient(lambda: AutomationSchedule.objects.due(drill_now(orders)).exists()):
            orders.ahead_s.value += _until_it_comes_back().total_seconds()
    return not is_open(orders)


def is_ticking() -> bool:
    return patient(lambda: ClockState.objects.exists())


def is_open(orders: Orders) -> bool:
    """Whether anything that was to be done by now is not; what failed waits for its next attempt."""
    rows = AutomationSchedule.objects.filter(kind__startswith=OURS)
    begun = Q(status=AutomationStatus.RUNNING) | Q(status=AutomationStatus.SCHEDULED, retry_count__gt=0)
    return patient(lambda: (rows.due(drill_now(orders)) | rows.filter(begun)).exists())


def _until_it_comes_back() -> timedelta:
    waits = AutomationSchedule.objects.filter(
        kind__startswith=OURS, status=AutomationStatus.SCHEDULED, retry_count__gt=0
    )
    return (RETRY_DELAY if patient(lambda: waits.exists()) else LEASE) + timedelta(seconds=1)


def look_at_rows(*kinds: str, since: datetime | None = None) -> dict[str, Any]:
    """This will hold the notes and the log against the rows, or against those alone that were made since.

    lost: neither done nor ended by a rule. half_done: a row, its note and its line of success that do not agree.
    early: done before its moment.
    """
    rows = AutomationSchedule.objects.filter(kind__in=kinds, **({"created_at__gte": since} if since else {}))
    statuses = {str(pk): status for pk, status in rows.values_list("pk", "status")}
    due = {str(pk): datetime.fromisoformat(payload["due"]) for pk, payload in rows.values_list("pk", "payload")}
    every = Todo.objects.filter(kind__in=kinds).values_list("title", "waits_since")
    notes = [(title, at) for title, at in every if title in due]
    lines = AutomationLog.objects.filter(kind__in=kinds, status=LogStatus.SUCCESS)
    logged = Counter(str(pk) for pk in lines.values_list("automation_id", flat=True))
    times = Counter(title for title, _ in notes)
    done = {pk for pk, status in statuses.items() if status == AutomationStatus.COMPLETED}
    waits = [(at - due[title]).total_seconds() for title, at in notes]
    return {
        "rows": len(statuses),
        "statuses": dict(Counter(statuses.values())),
        "duplicates": sum(count - 1 for count in times.values()),
        "lost": sum(status in NOT_DONE for status in statuses.values()) + len(done - times.keys()),
        "half_done": len(done ^ times.keys()) + sum(logged[pk] != 1 for pk in done),
        "early": sum(wait < 0 for wait in waits),
        "longest_wait_s": round(max(waits, default=0.0), 1),
    }


def is_clean(seen: dict[str, Any]) -> bool:
    return seen["rows"] > 0 and not any(seen[name] for name in ("duplicates", "lost", "half_done", "early"))
