"""What taking a change back would give: it is done and taken back itself, so that it cannot say otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from customers.models import User
from journeys.models import JourneyChange
from journeys.queries.facts import read_journey
from journeys.queries.rows import read_rows
from journeys.rules.changes import Change, Plan, RowFacts
from journeys.services.changing import Refused
from journeys.services.undoing import put_back, why_not_undo


def preview_undo(change: JourneyChange, *, now: datetime, by: User) -> Plan:
    """This will give the journey as it would be, and leave nothing written. Raises Refused."""
    if refusal := why_not_undo(change):
        raise Refused(refusal)
    journey = change.journey
    with transaction.atomic():
        before = read_rows([journey.pk])[journey.pk]
        put_back(change, journey, now=now, by=by)
        months, after = read_journey(journey).months, read_rows([journey.pk])[journey.pk]
        transaction.set_rollback(True)
    return Plan(months, tuple(after), tuple(_compare(before, after)))


def _compare(before: Iterable[RowFacts], after: Iterable[RowFacts]) -> Iterable[Change]:
    old = {row.id: row for row in before}
    for row in after:
        was = old.get(row.id, row)
        moments = [one.trigger_at if one.is_open else None for one in (was, row)]
        if moments[0] != moments[1]:
            yield Change(was, moments[0], moments[1], row.reason)
