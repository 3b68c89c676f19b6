"""What every change of a journey shares: its refusal, its lock, its line on record and what an undo needs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from customers.base import lock_customer
from customers.models import User
from customers.services.activity import line, record_many
from customers.services.arrays import insert_objects
from journeys.models import Journey, JourneyChange

BATCH = 1000


class Refused(Exception):
    """Raised for a change that the journey does not allow now; says why, in words for the person who asked."""


class NotAllowed(PermissionError):
    """Raised when the person may not do this."""


@dataclass(frozen=True)
class Outcome:
    """What became of a change of many. done: the changes made; refused: customer ids, and why not for each."""

    done: Sequence[JourneyChange] = ()
    refused: Mapping[UUID, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.done)


@dataclass(frozen=True)
class Note:
    """One change, as it is written down. before: what an undo puts back, plain JSON."""

    journey: Journey
    summary: str
    before: dict[str, Any] = field(default_factory=dict)


def because(summary: str, reason: str) -> str:
    """This will give the line with why it was done, where somebody said so."""
    return f"{summary}: {reason}"[:500] if reason else summary


def lock_journey(journey: Journey) -> Journey:
    """This will lock the customer and read the journey again. Must be called inside a transaction."""
    lock_customer(journey.customer_id)
    return Journey.objects.select_related("version").get(pk=journey.pk)


def note_changes(
    notes: Sequence[Note], *, action: str, now: datetime, by: User | None, on_record: bool = True
) -> list[JourneyChange]:
    """This will write down who changed which journeys: as changes that can be undone, and on record.

    on_record: False where what brought the change about stands there already. Many together share a batch.
    """
    batch = uuid.uuid4() if len(notes) > 1 else None
    made = [
        JourneyChange(
            customer_id=note.journey.customer_id,
            journey=note.journey,
            action=action,
            summary=note.summary[:500],
            before=note.before,
            batch=batch,
            at=now,
            by=by,
        )
        for note in notes
    ]
    insert_objects(made, differing=("id", "customer", "journey", "summary", "before"))
    if on_record:
        record_many([_line(note, change) for note, change in zip(notes, made, strict=True)])
    return made


def _line(note: Note, change: JourneyChange) -> dict[str, Any]:
    return line(
        f"journey.{change.action}",
        note.summary,
        customer=note.journey.customer_id,
        by=change.by,
        now=change.at,
        subject=note.journey,
        change=str(change.pk),
    )
