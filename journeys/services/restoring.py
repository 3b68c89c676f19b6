"""The safe hold of the clock: begun by itself or by hand, ended by ops."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from customers.models import User
from customers.queries.standstill import find_standstill, stands_still
from customers.services.sealing import go_on_from_here
from customers.services.standstill import go_on, stand_still
from emails.services.standing_still import take_back_due
from journeys.enums import AutomationStatus
from journeys.models import ClockState
from journeys.models.clock import ONLY_ID
from journeys.queries.due import list_due_since
from journeys.rules.restoring import Mark, doubt_clock
from journeys.services.marks import read_marks, write_mark
from journeys.services.scheduling import end_rows

Clock = Callable[[], datetime]

MARKED = "A backup was restored: said by hand."
LEFT_OUT = "Left out when the clock went on: it may have run before the backup was restored."


def is_clock_trusted(*, now: datetime, clock: Clock) -> bool:
    """This will say whether anything may run or leave, and begin the safe hold where the clock must be doubted."""
    if stands_still():
        return False
    known = read_known_mark()
    return not was_held_up(known, now=now, clock=clock) and not is_clock_doubted(known, now=now)


def was_held_up(known: Mark | None, *, now: datetime, clock: Clock) -> bool:
    """This will say whether `now` is behind the last tick only because it was read long ago: the clock is right.

    A process may be frozen between the two, as when a machine sleeps, while the others have gone on.
    """
    return bool(_doubt(known, now)) and not _doubt(read_known_mark(), clock())


def is_clock_doubted(known: Mark | None, *, now: datetime) -> bool:
    """This will say whether the clock must be doubted, and begin the safe hold then. known: what the database says."""
    reason = _doubt(known, now)
    # Another tick may have moved the mark between the two reads: what is doubted is looked at twice.
    if reason and (reason := _doubt(known := read_known_mark(), now)):
        stand_still(reason=reason, last_tick_at=known.at if known else None, now=now)
    return bool(reason)


def put_tick_on_record(*, now: datetime, report: dict[str, object]) -> None:
    """This will keep the tick in the database, then its mark outside; a later one that is there already stays."""
    fields = {"last_tick_at": now, "last_report": report}
    earlier = Q(last_tick_at=None) | Q(last_tick_at__lte=now)
    if not ClockState.objects.filter(earlier, pk=ONLY_ID).update(**fields):
        ClockState.objects.bulk_create([ClockState(pk=ONLY_ID, **fields)], ignore_conflicts=True)
    _keep_mark()


def mark_restored(*, now: datetime) -> bool:
    """This will begin the safe hold by hand, as after a restore to a new machine, where nothing else knows of it."""
    known = read_known_mark()
    return stand_still(reason=MARKED, last_tick_at=known.at if known else None, now=now)


def confirm_clock(*, leaves_out: bool, now: datetime, by: User | None) -> bool:
    """This will have everything go on from now; False when it did already. Raises NotOps.

    leaves_out: what fell due since the last tick that the database knows is not done, since it may have been; letters
    that were to leave by now become drafts again. Otherwise the lateness rules say what still runs.
    """
    standstill = find_standstill()
    if standstill is None:
        return False
    with transaction.atomic():
        words = "what is due runs"
        if leaves_out:
            rows = end_rows(
                list_due_since(standstill.last_tick_at, now=now),
                status=AutomationStatus.SKIPPED,
                reason=LEFT_OUT,
                now=now,
            )
            letters = take_back_due(now=now, by=by)
            words = f"{rows} automations were left out, {letters} letters taken back"
        if not go_on(standstill, words=words, now=now, by=by):
            return False
        ClockState.objects.filter(pk=ONLY_ID).update(last_tick_at=now, epoch=F("epoch") + 1)
    _keep_mark()
    go_on_from_here(now=now, by=by)
    return True


def read_known_mark() -> Mark | None:
    """This will give the mark as the database has it; None before the first tick."""
    state = ClockState.objects.filter(pk=ONLY_ID).only("database", "epoch", "last_tick_at").first()
    return Mark(state.database, state.epoch, state.last_tick_at) if state and state.last_tick_at else None


def _doubt(known: Mark | None, now: datetime) -> str:
    return doubt_clock(known=known, seen=read_marks(known.database), now=now) if known else ""


def _keep_mark() -> None:
    known = read_known_mark()
    if known:
        write_mark(known)
