"""Play a whole book forward in the background. The row is the job (promise 9); of the accounts nothing is written.

Whoever waits for the answer rings again where a worker has died, so the clock need not look after it: what nobody
looks at, nobody needs. An answer holds names, and is thrown away after a day.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F

from customers.base import LEASE
from customers.models import User
from customers.signals import send_after_commit
from journeys.models import SimulationRun
from journeys.queries.simulation import read_worlds
from journeys.rules.simulated.book import Book
from journeys.rules.simulated.play import play
from journeys.rules.simulated.world import MOST_DAYS, Assumptions
from journeys.signals import simulation_asked

AT_ONCE = 50
"""So many accounts are played while one waits: about 30 ms each to the end of eight months."""
BATCH = 50
KEPT_FOR = timedelta(days=1)
MOST_ATTEMPTS = 3
FAILED = "It could not be played. Ask again; if it stays so, tell whoever looks after the workspace."

log = structlog.get_logger(__name__)


def ask_simulation(
    customer_ids: Collection[UUID], assume: Assumptions, *, days: int | None, now: datetime, by: User
) -> SimulationRun:
    """This will note what is asked and have a worker play it; a question of theirs that is still open is dropped."""
    with transaction.atomic():
        SimulationRun.objects.filter(user=by, finished_at=None).delete()
        SimulationRun.objects.filter(created_at__lt=now - KEPT_FOR).delete()
        run = SimulationRun.objects.create(
            user=by,
            assume=assume.as_json(),
            days=days,
            customer_ids=[str(pk) for pk in customer_ids],
            total=len(customer_ids),
            due_at=now,
        )
        send_after_commit(simulation_asked)
    return run


def ring_again(run: SimulationRun, *, now: datetime) -> None:
    """This will have a worker look, where the one that played is gone or was never told."""
    if run.due_at is not None and run.due_at <= now:
        send_after_commit(simulation_asked)


def play_due(*, now: datetime, only: UUID | None = None) -> int:
    """This will play what has been asked, one after another; gives how many. only: no other run than this."""
    count = 0
    while run := _claim(now=now, only=only):
        count += 1
        try:
            _play(run, now=now)
        except Exception:
            log.exception("simulation_failed", run=str(run.pk))
            _finish(run, now=now, problem=FAILED)
    return count


def _claim(*, now: datetime, only: UUID | None) -> SimulationRun | None:
    """Take the oldest that is due, by one conditional UPDATE. What has killed its worker too often is given up."""
    rows = SimulationRun.objects.filter(due_at__lte=now, **({"pk": only} if only else {}))
    for run in rows.defer("result").order_by("due_at")[:5]:
        token = uuid.uuid4()
        taken = SimulationRun.objects.filter(pk=run.pk, due_at=run.due_at, claim_token=run.claim_token).update(
            claim_token=token, due_at=now + LEASE, attempts=F("attempts") + 1, played=0, updated_at=now
        )
        run.claim_token = token
        if taken and run.attempts < MOST_ATTEMPTS:
            return run
        if taken:
            _finish(run, now=now, problem=FAILED)
    return None


def _play(run: SimulationRun, *, now: datetime) -> None:
    assume, book, began = Assumptions.from_json(run.assume), Book(), monotonic()
    until = now + timedelta(days=MOST_DAYS if run.days is None else run.days)
    ids = [UUID(pk) for pk in run.customer_ids]
    for start in range(0, len(ids), BATCH):
        for world in read_worlds(ids[start : start + BATCH], now=now):
            events = play(world, assume, now=now, until=until, is_open_end=run.days is None)
            book.add(events, name=world.customer_name, zone=world.zone)
        alive_at = now + timedelta(seconds=monotonic() - began)
        if not _tell(run, played=min(start + BATCH, len(ids)), due_at=alive_at + LEASE, updated_at=alive_at):
            return  # Dropped, or taken over by another.
    _finish(run, now=now + timedelta(seconds=monotonic() - began), result=book.as_json(), played=len(ids))


def _tell(run: SimulationRun, **fields: Any) -> bool:
    return bool(SimulationRun.objects.filter(pk=run.pk, claim_token=run.claim_token).update(**fields))


def _finish(run: SimulationRun, *, now: datetime, **fields: Any) -> None:
    _tell(run, due_at=None, claim_token=None, finished_at=now, updated_at=now, **fields)
