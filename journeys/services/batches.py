"""Take back what was done to a selection: for all of its clients for whom nothing has left since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from customers.models import User
from customers.services.locks import lock_ids
from journeys.models import Journey, JourneyChange
from journeys.queries.batches import complete, list_standing, list_standing_bare
from journeys.services.changing import Refused
from journeys.services.selections import ClientMoves, compare, read_dates
from journeys.services.undoing import put_back, undo_locked, why_not_undo_many

AT_ONCE = 500
"""Clients in one call: their rows are locked so long. A batch of more is taken back in several calls."""

NAMED = 10
"""So many are taken back for a preview: 4 ms each."""

MOST_NAMED = 200
"""Of those that stay as they are: so many are named."""


@dataclass
class BatchUndo:
    """What became of it, or would. done: changes; refused: those that stay, and why; left: how many a next call does.

    clients: of a preview, old and new dates of the first.
    """

    done: int = 0
    refused: list[tuple[JourneyChange, str]] = field(default_factory=list)
    left: int = 0
    clients: list[ClientMoves] = field(default_factory=list)


def undo_batch(batch: UUID, *, now: datetime, by: User) -> BatchUndo:
    """This will take back the changes of a batch that `by` may see, up to AT_ONCE of them."""
    outcome = BatchUndo()
    with transaction.atomic():
        free = _sort(_lock(batch, by), outcome)
        for change in free[:AT_ONCE]:
            try:
                with transaction.atomic():
                    undo_locked(change, change.journey, now=now, by=by)
                outcome.done += 1
            except Refused as refusal:
                outcome.refused.append((change, str(refusal)))
    outcome.left = max(0, len(free) - AT_ONCE)
    return outcome


def preview_undo_batch(batch: UUID, *, now: datetime, by: User) -> BatchUndo:
    """This will say what `undo_batch` would do, and leave nothing written.

    The first NAMED are really taken back and the transaction is rolled back, so that it cannot say otherwise.
    """
    outcome = BatchUndo()
    with transaction.atomic():
        free = _sort(list_standing_bare(batch, by), outcome)
        named = free[:NAMED]
        complete([*named, *(change for change, _ in outcome.refused[:MOST_NAMED])])
        before = read_dates([change.customer for change in named])
        tried = [change for change in named if _try(change, outcome, now=now, by=by)]
        after = read_dates([change.customer for change in tried])
        transaction.set_rollback(True)
    outcome.done = len(free) - (len(named) - len(tried))
    for change in tried:
        old, new = before.get(change.customer_id, {}), after.get(change.customer_id, {})
        ends = change.action == "started"
        moves = compare(old, dict.fromkeys(old) if ends else new, "cancelled" if ends else "skipped")
        outcome.clients.append(ClientMoves(change.customer, moves))
    return outcome


def _lock(batch: UUID, by: User) -> Sequence[JourneyChange]:
    """Read again once the customers are locked, journeys with them."""
    lock_ids(change.customer_id for change in list_standing(batch, by))
    return list_standing(batch, by)


def _sort(changes: Sequence[JourneyChange], outcome: BatchUndo) -> list[JourneyChange]:
    """Those against which nothing speaks; the others are refused."""
    refusals = why_not_undo_many(changes)
    outcome.refused = [(change, refusals[change.pk]) for change in changes if refusals[change.pk]]
    return [change for change in changes if not refusals[change.pk]]


def _try(change: JourneyChange, outcome: BatchUndo, *, now: datetime, by: User) -> bool:
    journey: Journey = change.journey
    try:
        with transaction.atomic():
            put_back(change, journey, now=now, by=by)
    except Refused as refusal:
        outcome.refused.append((change, str(refusal)))
        return False
    return True
