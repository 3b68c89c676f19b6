"""One tick: everything whose moment has come, however many ticks run at the same time."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import DatabaseError

from journeys.queries.due import get_next_trigger_at
from journeys.queries.glance import Glance, look
from journeys.registry import Sweeper, list_sweepers
from journeys.rules.restoring import Mark
from journeys.services.claiming import claim_due
from journeys.services.failing import release_abandoned
from journeys.services.no_room import notice_no_room
from journeys.services.restoring import Clock, is_clock_doubted, put_tick_on_record, was_held_up
from journeys.services.running import run_claim

# Well under the lease, so that what a tick claims last is still its own when it is done.
BUDGET = timedelta(seconds=60)
# How far `tick_until` goes at most from one step to the next.
MAX_STEP = timedelta(minutes=15)
# How near to the moment at which something begins to wait it looks.
EXACT = timedelta(minutes=1)

# How long the last tick that was written down stands for idle ones after it; /readyz allows three minutes.
REMEMBERED_FOR = timedelta(minutes=1)

log = structlog.get_logger(__name__)


@dataclass
class TickReport:
    """What one tick did. swept: by sweeper; is_unfinished: stopped by its budget with rows still due;
    stands_still: nothing was done, since ops must say how to go on."""

    outcomes: Counter[str] = field(default_factory=Counter)
    swept: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    abandoned: int = 0
    is_unfinished: bool = False
    stands_still: bool = False

    @property
    def is_idle(self) -> bool:
        return not (self.outcomes or any(self.swept.values()) or self.errors or self.abandoned or self.is_unfinished)

    def as_json(self) -> dict[str, Any]:
        return {
            "outcomes": dict(self.outcomes),
            "swept": {name: count for name, count in self.swept.items() if count},
            "errors": self.errors,
            "abandoned": self.abandoned,
            "unfinished": self.is_unfinished,
            "standsStill": self.stands_still,
        }


def tick(*, now: datetime, budget: timedelta = BUDGET, clock: Clock | None = None) -> TickReport:
    """This will run what is due at `now`, the moment that it is, and put the tick on record.

    While everything stands still, or must from now on, only what has come in is looked at. clock: asked again where
    `now` seems to be behind the last tick. Was it read too long ago, nothing is done: the next ring does it.
    """
    glance = look(list_sweepers(), now=now)
    if clock and not glance.stands_still and was_held_up(glance.known, now=now, clock=clock):
        return TickReport(is_unfinished=True)
    if glance.stands_still or is_clock_doubted(glance.known, now=now):
        return _listen(glance, now)
    report = _run(glance, now, budget)
    if not (report.is_idle and _was_remembered_lately(glance.known, now)):
        put_tick_on_record(now=now, report=report.as_json())
    return report


def tick_as_of(*, now: datetime) -> TickReport:
    """This will run what is due at a moment that need not be now: nothing of it says how far the clock has come."""
    glance = look(list_sweepers(), now=now)
    return _listen(glance, now) if glance.stands_still else _run(glance, now, BUDGET)


def _listen(glance: Glance, now: datetime) -> TickReport:
    report = TickReport(stands_still=True)
    _sweep(report, glance, now, [sweeper for sweeper in list_sweepers() if sweeper.only_listens])
    return report


def _run(glance: Glance, now: datetime, budget: timedelta) -> TickReport:
    """Carry out the dates that stand on things first, then the automations.

    A hold that ends must be ended before the rows it kept back are looked at. A sweeper that fails is named in the
    report and stops nothing else.
    """
    report = TickReport()
    glance = _sweep(report, glance, now, list_sweepers())
    try:
        if glance.is_abandoned:
            report.abandoned = release_abandoned(now=now)
        if glance.is_ready or report.abandoned:
            _drain(report, now, budget)
    except DatabaseError as error:
        notice_no_room(error, now=now)
        raise
    return report


def _drain(report: TickReport, now: datetime, budget: timedelta) -> None:
    started = time.monotonic()
    elapsed = timedelta(0)
    while claim := claim_due(now=now, elapsed=elapsed):
        report.outcomes += run_claim(claim, now=now)
        elapsed = timedelta(seconds=time.monotonic() - started)
        if elapsed > budget:
            report.is_unfinished = True
            break


def tick_until(*, now: datetime, until: datetime) -> TickReport:
    """This will tick at `now` and at each later moment at which something falls due, the last at `until`.

    In between it goes by steps of at most MAX_STEP; those at which nothing can be waiting are left out.
    """
    total = TickReport()
    moment = now
    while True:
        _add(total, tick_as_of(now=moment))
        if moment >= until:
            return total
        moment = _skip_idle(total, moment, until)


def _skip_idle(total: TickReport, moment: datetime, until: datetime) -> datetime:
    """The next step at which a tick has something to do, or the last.

    Whom the clock cannot ask beforehand is called at every step from its own moment on, as a tick would.
    """
    quiet = _last_quiet(moment, until)
    next_at = {sweeper: _next_at(sweeper, moment) for sweeper in list_sweepers() if sweeper.waiting is None}
    for step in _list_steps(moment, until):
        if step > quiet or step >= until:
            return step
        report = TickReport()
        called = [sweeper for sweeper, at in next_at.items() if at <= step]
        if any(_call(sweeper, report, step) != 0 for sweeper in called):
            _add(total, report)
            return step
        next_at |= {sweeper: _next_at(sweeper, step) for sweeper in called}
    return until


def _next_at(sweeper: Sweeper, moment: datetime) -> datetime:
    return sweeper.next_at(moment) if sweeper.next_at else moment


def _list_steps(moment: datetime, until: datetime) -> Iterator[datetime]:
    due_next = None
    while moment < until:
        if due_next is None or due_next <= moment:
            due_next = get_next_trigger_at(after=moment) or until
        moment = min(due_next, moment + MAX_STEP, until)
        yield moment


def _last_quiet(since: datetime, until: datetime) -> datetime:
    """A moment up to which nothing waits, found by halving; `since` where something waits already.

    What waits at a moment waits at every later one until it is done, so that one look stands for all before it.
    """
    if not _is_quiet(until):
        first, last = since, until
        while last - first > EXACT:
            middle = first + (last - first) / 2
            first, last = (middle, last) if _is_quiet(middle) else (first, middle)
        return first
    return until


def _is_quiet(moment: datetime) -> bool:
    return not look(list_sweepers(), now=moment).names


def _sweep(report: TickReport, glance: Glance, now: datetime, sweepers: Sequence[Sweeper]) -> Glance:
    """Call those that have something to do, and give the glance as it is after them.

    After one that may have changed something all is looked at again: a letter leaves with the tick that ends its hold.
    """
    is_fresh = True
    for sweeper in sweepers:
        if not is_fresh:
            glance, is_fresh = look(list_sweepers(), now=now), True
        if not glance.is_waiting(sweeper):
            report.swept[sweeper.name] = 0
            continue
        count = _call(sweeper, report, now)
        is_fresh = sweeper.waiting is None and count == 0
    return glance if is_fresh else look(list_sweepers(), now=now)


def _call(sweeper: Sweeper, report: TickReport, now: datetime) -> int | None:
    try:
        count = report.swept[sweeper.name] = sweeper.sweep(now)
    except Exception:
        log.exception("sweep_failed", sweeper=sweeper.name)
        report.errors.append(sweeper.name)
        return None
    return count


def _was_remembered_lately(known: Mark | None, now: datetime) -> bool:
    """Whether a tick is on record that an idle one need not write again: a write waits for the disk."""
    return known is not None and now - REMEMBERED_FOR < known.at <= now


def _add(total: TickReport, one: TickReport) -> None:
    total.outcomes += one.outcomes
    total.swept = dict(Counter(total.swept) + Counter(one.swept))
    total.errors += [name for name in one.errors if name not in total.errors]
    total.abandoned += one.abandoned
    total.is_unfinished = one.is_unfinished
    total.stands_still = one.stands_still
