"""What becomes of journeys on an older version when there is a newer one: kept, moved, or months left out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import transaction

from customers.models import User
from customers.services.activity import line, record_many
from customers.services.locks import lock_ids
from journeys.enums import JourneyState, VersionAnswer
from journeys.models import Journey, ProgrammeVersion, VersionChoice
from journeys.queries.facts import read_facts
from journeys.queries.programmes import list_behind, list_touched, pick_ids, read_text
from journeys.services.changing import note_changes
from journeys.services.moving import move_all
from journeys.services.programmes import NotOps
from journeys.services.skipping import skip_all, why_not_skip

BATCH = 500
"""Journeys in one transaction: their customers are locked so long."""


@dataclass
class Answered:
    """What became of an answer. refused: client → why not."""

    count: int = 0
    refused: dict[str, str] = field(default_factory=dict)


def answer_for_all(
    version: ProgrammeVersion, answer: VersionAnswer, *, step: int | None = None, now: datetime, by: User
) -> Answered:
    """This will answer for every journey that the version touches and that has no answer yet. Raises NotOps."""
    behind = list_behind(version.programme, read_text(version), newest=version)
    ids = pick_ids(list_touched(behind, step=step, undecided=version))
    return answer_for(version, answer, ids, step=step, now=now, by=by)


def answer_for(
    version: ProgrammeVersion,
    answer: VersionAnswer,
    journey_ids: Sequence[UUID],
    *,
    step: int | None = None,
    now: datetime,
    by: User,
) -> Answered:
    """This will answer for these journeys, as far as the version touches them. step: which month to leave out alone.

    The same answer may be given again, and another one later. Raises NotOps.
    """
    if not by.is_ops:
        raise NotOps("Only ops may change programmes.")
    answered = Answered()
    for ids in _batched(journey_ids):
        with transaction.atomic():
            _answer_batch(_Batch(version, answer, step, now, by), ids, answered)
    return answered


@dataclass(frozen=True)
class _Batch:
    version: ProgrammeVersion
    answer: VersionAnswer
    step: int | None
    now: datetime
    by: User


def _answer_batch(batch: _Batch, ids: Collection[UUID], answered: Answered) -> None:
    lock_ids(Journey.objects.filter(pk__in=ids).values_list("customer_id", flat=True))
    journeys = list(
        Journey.objects.filter(pk__in=ids, state=JourneyState.ACTIVE, version__programme=batch.version.programme_id)
        .exclude(version=batch.version)
        .select_related("version", "customer")
        .order_by("pk")
    )
    act = {VersionAnswer.KEEP: _keep, VersionAnswer.MOVE: _move, VersionAnswer.SKIP: _skip}[batch.answer]
    refused = act(batch, journeys)
    done = [journey for journey in journeys if journey.pk not in refused]
    _note_answers(batch, done)
    answered.count += len(done)
    answered.refused |= {journey.customer.name: refused[journey.pk] for journey in journeys if journey.pk in refused}


def _keep(batch: _Batch, journeys: Sequence[Journey]) -> dict[UUID, str]:
    record_many(
        [
            line(
                "journey.kept_version",
                f"Stays on version {journey.version.number} of the programme; {batch.version.number} is published",
                customer=journey.customer_id,
                by=batch.by,
                now=batch.now,
                subject=journey,
            )
            for journey in journeys
        ]
    )
    return {}


def _move(batch: _Batch, journeys: Sequence[Journey]) -> dict[UUID, str]:
    notes, refused = move_all(journeys, batch.version, now=batch.now, by=batch.by)
    note_changes(notes, action="moved", now=batch.now, by=batch.by)
    return refused


def _skip(batch: _Batch, journeys: Sequence[Journey]) -> dict[UUID, str]:
    """Each month that the version changes, or the one named, is left out where it is still to come."""
    behind = list_behind(batch.version.programme, read_text(batch.version), newest=batch.version)
    touched = {one.version.pk: one.difference.touched for one in behind}
    skipped: set[UUID] = set()
    refused: dict[UUID, str] = {}
    numbers = [batch.step] if batch.step is not None else sorted(set().union(*touched.values()))
    for number in numbers:
        facts = read_facts([journey.pk for journey in journeys])
        wanted = []
        for journey in journeys:
            if number not in touched.get(journey.version_id, ()):
                continue
            refusal = why_not_skip(facts[journey.pk], number)
            if not refusal:
                wanted.append((journey, facts[journey.pk]))
            elif journey.pk not in skipped:
                refused[journey.pk] = refusal
        reason = f"version {batch.version.number} changes it"
        notes = skip_all(wanted, number, reason=reason, now=batch.now, by=batch.by) if wanted else []
        note_changes(notes, action="skipped", now=batch.now, by=batch.by)
        skipped |= {journey.pk for journey, _ in wanted}
    rest = {journey.pk for journey in journeys} - skipped
    return {pk: refused.get(pk, "No changed month is still to come.") for pk in rest}


def _note_answers(batch: _Batch, journeys: Sequence[Journey]) -> None:
    VersionChoice.objects.bulk_create(
        [
            VersionChoice(
                customer_id=journey.customer_id,
                journey=journey,
                version=batch.version,
                answer=batch.answer,
                at=batch.now,
                by=batch.by,
            )
            for journey in journeys
        ],
        update_conflicts=True,
        unique_fields=["journey", "version"],
        update_fields=["answer", "at", "by", "updated_at"],
    )


def _batched(ids: Sequence[UUID]) -> Iterator[list[UUID]]:
    rest = iter(ids)
    while batch := list(islice(rest, BATCH)):
        yield batch
