"""The automations of journeys, as the rules of a change see them and as an undo keeps them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from customers.queries.many import many
from journeys.enums import AutomationStatus, JourneyKind
from journeys.models import AutomationSchedule, Deliverable
from journeys.rules.row_moves import HOLD_KINDS, RowFacts
from journeys.rules.timeline import MONTH_KINDS

SUBJECT = "journey"
"""`subject_kind` of a journey's automations."""

_FIELDS = (
    "id",
    "type",
    "kind",
    "occurrence",
    "status",
    "trigger_at",
    "local_date",
    "local_time",
    "zone",
    "payload",
    "reason",
)


def rows_of(journey_ids: Collection[UUID]) -> QuerySet[AutomationSchedule]:
    return AutomationSchedule.objects.filter(subject_kind=SUBJECT, subject_id__in=many(journey_ids))


def open_rows_of(journey_ids: Collection[UUID]) -> QuerySet[AutomationSchedule]:
    return rows_of(journey_ids).filter(status=AutomationStatus.SCHEDULED)


def rows_moved_by_hold(journey_ids: Collection[UUID]) -> QuerySet[AutomationSchedule]:
    """This will give what is still to come, without the mails about a hold itself."""
    return open_rows_of(journey_ids).exclude(kind__in=sorted(HOLD_KINDS))


def rows_moved_by_start(journey_ids: Collection[UUID]) -> QuerySet[AutomationSchedule]:
    """This will give what hangs on the start date: all of a month until it is delivered, nothing of it afterwards."""
    occurrence = Concat(Value("month-"), Cast("month__number", CharField()))
    delivered = (
        Deliverable.objects.filter(journey=OuterRef("subject_id"), delivered_at__isnull=False)
        .annotate(occurrence=occurrence)
        .filter(occurrence=OuterRef("occurrence"))
    )
    before_delivery = (JourneyKind.GENERATE, JourneyKind.UPCOMING)
    rows = open_rows_of(journey_ids).filter(kind__in=MONTH_KINDS)
    return rows.filter(Q(kind__in=before_delivery) | ~Exists(delivered))


def read_rows(journey_ids: Collection[UUID]) -> dict[UUID, list[RowFacts]]:
    """This will read every automation of the journeys, by moment, in one query."""
    found: dict[UUID, list[RowFacts]] = defaultdict(list)
    for subject_id, row in as_facts(rows_of(journey_ids).order_by("trigger_at", "kind", "id")):
        found[subject_id].append(row)
    return found


def as_facts(rows: QuerySet[AutomationSchedule]) -> Iterable[tuple[UUID, RowFacts]]:
    """This will read rows with the journeys that they are of."""
    for subject_id, *values in rows.values_list("subject_id", *_FIELDS):
        yield subject_id, RowFacts(*values)


def snapshot(row: RowFacts) -> dict[str, Any]:
    """This will keep what a change may overwrite of a row, as plain JSON."""
    return {
        "id": str(row.id),
        "status": row.status,
        "trigger_at": row.trigger_at.isoformat(),
        "local_date": row.local_date.isoformat() if row.local_date else None,
        "local_time": row.local_time.isoformat() if row.local_time else None,
        "zone": row.zone,
        "payload": row.payload,
        "reason": row.reason,
    }
