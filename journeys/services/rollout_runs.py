"""An answer for very many journeys, given by the clock: the RolloutRun row is the job.

A batch and the place it reached are written in one transaction: what a dead worker left is done again from there.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from customers.models import User
from customers.queries.moments import Waiting, When
from customers.services.activity import record
from journeys.enums import VersionAnswer
from journeys.models import ProgrammeVersion, RolloutRun
from journeys.queries.programmes import list_behind, list_touched, read_text
from journeys.registry import Sweeper, register_sweeper
from journeys.services.programmes import NotOps
from journeys.services.rollouts import BATCH, Answered, answer_for

LEASE = timedelta(minutes=2)
BATCHES_A_TICK = 2
MOST_ATTEMPTS = 4


class UnderWay(Exception):
    """Raised where the clock is at work on an answer for this version already."""


def count_wanted(version: ProgrammeVersion, *, step: int | None = None) -> int:
    """This will count the journeys that the version touches and that have no answer yet."""
    behind = list_behind(version.programme, read_text(version), newest=version)
    return list_touched(behind, step=step, undecided=version).count()


def begin_rollout(
    version: ProgrammeVersion, answer: VersionAnswer, *, step: int | None = None, now: datetime, by: User
) -> RolloutRun:
    """This will have the clock answer for every journey without an answer. Raises NotOps, UnderWay."""
    if not by.is_ops:
        raise NotOps("Only ops may change programmes.")
    total = count_wanted(version, step=step)
    try:
        with transaction.atomic():
            run: RolloutRun = RolloutRun.objects.create(
                version=version, answer=answer, step=step, asked_at=now, by=by, total=total
            )
            words = f"For {total} clients under way: {VersionAnswer(answer).label} ({version})"
            record("programme.rollout_begun", words, customer=None, by=by, now=now, subject=run)
    except IntegrityError:
        raise UnderWay("The clock is at work on an answer for this version. Wait until it is done.") from None
    return run


def work_rollouts(now: datetime) -> int:
    """This will go on with the oldest run that nobody works on, and count the clients that it came past."""
    seen = 0
    for _ in range(BATCHES_A_TICK):
        run = _claim(now)
        if run is None:
            break
        seen += _work(run, now)
    return seen


def rollouts_waiting(now: When) -> Waiting:
    """This will give the runs that nobody works on."""
    free = RolloutRun.objects.filter(finished_at=None).filter(Q(leased_until=None) | Q(leased_until__lt=now))
    return (free.order_by("asked_at"),)


def _claim(now: datetime) -> RolloutRun | None:
    (free,) = rollouts_waiting(now)
    pk = free.values_list("pk", flat=True).first()
    if pk is None:
        return None
    token = uuid.uuid4()
    taken = free.filter(pk=pk).update(
        claim_token=token, leased_until=now + LEASE, attempts=F("attempts") + 1, updated_at=now
    )
    return RolloutRun.objects.select_related("version__programme", "by").get(pk=pk) if taken else None


def _work(run: RolloutRun, now: datetime) -> int:
    if run.attempts > MOST_ATTEMPTS:
        return _finish(run, now, problem=f"It failed {MOST_ATTEMPTS} times at the same clients.")
    if run.by is None or not run.by.is_ops:
        return _finish(run, now, problem="Who asked for it may not change programmes any more.")
    ids = _list_next(run)
    if not ids:
        return _finish(run, now)
    with transaction.atomic():
        answer = VersionAnswer(run.answer)
        done = answer_for(run.version, answer, ids, step=run.step, now=now, by=run.by)
        _keep_place(run, ids[-1], done, now)
    return len(ids)


def _list_next(run: RolloutRun) -> Sequence[UUID]:
    behind = list_behind(run.version.programme, read_text(run.version), newest=run.version)
    rows = list_touched(behind, step=run.step, undecided=run.version).order_by("pk")
    if run.last_id is not None:
        rows = rows.filter(pk__gt=run.last_id)
    return list(rows.values_list("pk", flat=True)[:BATCH])


def _keep_place(run: RolloutRun, last_id: UUID, done: Answered, now: datetime) -> None:
    """Whose lease is over has been overtaken: the batch is rolled back with this."""
    kept = RolloutRun.objects.filter(pk=run.pk, claim_token=run.claim_token, finished_at=None).update(
        last_id=last_id,
        answered=F("answered") + done.count,
        refused=[*run.refused, *([name, reason] for name, reason in done.refused.items())],
        attempts=0,
        claim_token=None,
        leased_until=None,
        updated_at=now,
    )
    if not kept:
        raise RuntimeError(f"the lease of rollout {run.pk} was lost")


def _finish(run: RolloutRun, now: datetime, *, problem: str = "") -> int:
    with transaction.atomic():
        ended = RolloutRun.objects.filter(pk=run.pk, claim_token=run.claim_token, finished_at=None).update(
            finished_at=now, problem=problem, claim_token=None, leased_until=None, updated_at=now
        )
        if ended:
            words = f"{run.version}: answered for {run.answered} clients, {len(run.refused)} stay as they are"
            record("programme.rollout_ended", words, customer=None, by=run.by, now=now, subject=run, problem=problem)
    return 0


def register() -> None:
    register_sweeper(Sweeper("rollouts", work_rollouts, only_listens=True, waiting=rollouts_waiting))
