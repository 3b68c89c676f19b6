"""Carry out claimed rows: decide, then complete, log and apply in one transaction; set a failing row apart."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from customers.queries.disk import is_disk_full
from customers.services.locks import lock_ids
from journeys.enums import AutomationStatus, LogStatus
from journeys.queries.courses import keeping_ways
from journeys.queries.due import list_held
from journeys.registry import Handler, find_handler
from journeys.rules.automations import Decision, Do, Due, Skip, Wait, too_late
from journeys.services.claiming import Claim, ClaimLost, let_go, move_claimed
from journeys.services.failing import record_failure
from journeys.services.settling import Verdict, settle
from journeys.services.telling import tell_moved

Loader = Callable[[Sequence[Due]], Mapping[UUID, Any]]
HELD = "held"
LOST = "lost"


class NoHandler(Exception):
    """Raised for a kind that nobody has registered for a day: it was taken out of the code and left in the rows."""


def run_claim(claim: Claim, *, now: datetime) -> Counter[str]:
    """This will carry out the rows of a claim and count the outcomes; no row's failure touches another row.

    They are tried together, since statements are what costs; when that fails, half by half, down to the row that
    fails, which is retried 15 minutes later or given up. A full disk is no row's failure: what is left of the claim is
    given back, and the error raised.
    """
    try:
        return _run(claim.dues, token=claim.token, now=now)
    except DatabaseError as error:
        if is_disk_full(error):
            let_go(claim, now=now)
        raise


def _run(dues: Sequence[Due], *, token: UUID, now: datetime) -> Counter[str]:
    try:
        return _carry_out(dues, token=token, now=now)
    except Exception as error:
        if is_disk_full(error):
            raise
        if len(dues) == 1:
            return _set_apart(dues[0], token=token, error=error, now=now)
    middle = len(dues) // 2
    return _run(dues[:middle], token=token, now=now) + _run(dues[middle:], token=token, now=now)


def _set_apart(due: Due, *, token: UUID, error: Exception, now: datetime) -> Counter[str]:
    try:
        if isinstance(error, ClaimLost):
            raise error
        return record_failure(due, token=token, error=error, now=now)
    except ClaimLost:
        return Counter({LOST: 1})


@transaction.atomic
@keeping_ways()
def _carry_out(dues: Sequence[Due], *, token: UUID, now: datetime) -> Counter[str]:
    held_ids = _lock_and_list_held(dues)
    held = [due.id for due in dues if due.id in held_ids] if held_ids else []
    if held:
        move_claimed(held, token=token, now=now, status=AutomationStatus.SCHEDULED)
    verdicts = list(_judge([due for due in dues if due.id not in held_ids] if held else dues, now))
    # Completed first: the row count proves that the rows are still ours before anything is written in their name.
    settle(verdicts, token=token, now=now)
    _apply(verdicts, now)
    tell_moved([(verdict.due.kind, verdict.due.id) for verdict in verdicts], now=now)
    outcomes = Counter(verdict.status.lower() for verdict in verdicts)
    return outcomes + Counter({HELD: len(held)})


def _lock_and_list_held(dues: Sequence[Due]) -> set[UUID]:
    """This will lock the customers, so that a hold that has returned is seen here, and list the rows it keeps back."""
    if connection.features.has_select_for_update:
        lock_ids({due.customer_id for due in dues})
    return list_held(dues)


def _judge(dues: Sequence[Due], now: datetime) -> Iterator[Verdict]:
    """Kinds that read the same, as all of a journey's do, read it once for all their rows."""
    groups: dict[Any, list[tuple[Due, Handler]]] = defaultdict(list)
    for due in dues:
        handler = find_handler(due.kind)
        if handler is None:
            raise NoHandler(f"No handler is registered for {due.kind}.")
        groups[handler.load].append((due, handler))
    for load, group in groups.items():
        yield from _judge_alike(load, group, now)


def _judge_alike(load: Loader, group: Sequence[tuple[Due, Handler]], now: datetime) -> Iterator[Verdict]:
    lates = [
        too_late(trigger_at=due.trigger_at, now=now, expires_after=handler.expires_after) for due, handler in group
    ]
    timely = [due for (due, _), late in zip(group, lates, strict=True) if not late]
    facts = load(timely) if timely else {}
    for (due, handler), late in zip(group, lates, strict=True):
        if late:
            yield Verdict(due, AutomationStatus.EXPIRED, LogStatus.SKIPPED, "Expired", late)
        elif (found := facts.get(due.id)) is None:
            yield _verdict(due, Skip("What it was about is gone."), now)
        else:
            yield _verdict(due, handler.decide(found, now), now)


def _verdict(due: Due, decision: Decision, now: datetime) -> Verdict:
    match decision:
        case Do(action=action, effects=effects):
            return Verdict(due, AutomationStatus.COMPLETED, LogStatus.SUCCESS, action, effects=effects)
        case Skip(reason=reason):
            return Verdict(due, AutomationStatus.SKIPPED, LogStatus.SKIPPED, "Skipped", reason)
        case Wait(until=until, reason=reason, effects=effects):
            if until <= now:
                raise ValueError(f"{due.kind} asked to wait until {until}, which is not later than {now}.")
            return Verdict(due, AutomationStatus.SCHEDULED, LogStatus.SKIPPED, "Moved", reason, until, effects)


def _apply(verdicts: Iterable[Verdict], now: datetime) -> None:
    effects: dict[Any, list[Any]] = defaultdict(list)
    for verdict in verdicts:
        handler = find_handler(verdict.due.kind)
        if handler is not None and verdict.effects:
            effects[handler.apply].extend(verdict.effects)
    for apply, wanted in effects.items():
        apply(wanted, now)
