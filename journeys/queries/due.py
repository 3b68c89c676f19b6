"""What is due: for the clock, for /readyz and for /metrics."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Value

from customers.enums import HoldScope
from customers.models import Brake, Hold
from customers.queries.many import many
from customers.queries.moments import When
from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule, ClockState, PendingAutomation
from journeys.models.automations import AutomationQuerySet
from journeys.registry import BRAKE, list_kinds, list_kinds_not_stopped_by
from journeys.rules.automations import Due

UNKNOWN_WAITS = timedelta(days=1)
"""A roll-out takes minutes; a kind that nobody knows for a day was taken out of the code and left behind."""

DUE_COLUMNS = (
    "id",
    "type",
    "kind",
    "customer_id",
    "subject_kind",
    "subject_id",
    "occurrence",
    "trigger_at",
    "retry_count",
    "max_retries",
    "payload",
)


def list_ready(now: When) -> AutomationQuerySet:
    """This will give the rows that this process may take: due, and neither a hold nor a brake keeps them back.

    A kind that only newer code knows is left to it while a new version is rolled out. What nobody has known for
    UNKNOWN_WAITS is taken all the same, and fails: people are told.
    """
    is_known = Q(kind__in=list_kinds()) | Q(trigger_at__lte=now - UNKNOWN_WAITS)
    return list_free(now).filter(is_known)


def list_free(now: When) -> AutomationQuerySet:
    """This will give the rows that are due and that neither a hold nor a brake keeps back, of whatever kind.

    A hold whose date has come counts until it is ended: what shifts the customer's dates then must come first.
    """
    ready: AutomationQuerySet = AutomationSchedule.objects.due(now)
    for scope in HoldScope.values:
        holds = Hold.objects.filter(ended_at=None, customer=OuterRef("customer"), scope=scope)
        ready = ready.filter(Q(kind__in=list_kinds_not_stopped_by(scope)) | ~Exists(holds))
    brakes = Brake.objects.filter(cleared_at=None, customer=OuterRef("customer"))
    return ready.filter(Q(kind__in=list_kinds_not_stopped_by(BRAKE)) | ~Exists(brakes))


def has_due(now: datetime) -> bool:
    """This will tell whether a row is due, held back or not, by the order of the index on what is to come.

    Asked for any row, PostgreSQL reads the table from its start: it takes most of a million for due, and none is.
    """
    return PendingAutomation.objects.due(now).values_list("pk").first() is not None


def count_due(now: datetime, *, most: int) -> int:
    """This will count the rows that are due, held back or not, up to so many; in the order in which `has_due` looks."""
    return PendingAutomation.objects.due(now).values("pk")[:most].count()


def list_held(dues: Sequence[Due]) -> set[UUID]:
    """This will give the ids of those rows that a hold or a brake keeps back, one query for all of them."""
    stops_by_customer = _list_stops({due.customer_id for due in dues})
    if not stops_by_customer:
        return set()
    free_kinds = {stop: set(list_kinds_not_stopped_by(stop)) for stop in (*HoldScope.values, BRAKE)}
    return {
        due.id
        for due in dues
        if any(due.kind not in free_kinds[stop] for stop in stops_by_customer.get(due.customer_id, ()))
    }


def _list_stops(customer_ids: set[UUID]) -> dict[UUID, set[str]]:
    """This will name what stops each of the customers: scopes of holds, and BRAKE."""
    asked = many(customer_ids)
    holds = Hold.objects.filter(ended_at=None, customer__in=asked).order_by()
    brakes = Brake.objects.filter(cleared_at=None, customer__in=asked).order_by()
    found = holds.values_list("customer_id", "scope").union(brakes.values_list("customer_id", Value(BRAKE)), all=True)
    stops: dict[UUID, set[str]] = {}
    for customer_id, stop in found:
        stops.setdefault(customer_id, set()).add(stop)
    return stops


def list_claimed(ids: list[UUID], token: UUID) -> list[Due]:
    """This will read the rows that carry the token, in the order in which they are due."""
    rows = AutomationSchedule.objects.filter(pk__in=ids, claim_token=token).order_by("trigger_at", "id")
    return [as_due(*row) for row in rows.values_list(*DUE_COLUMNS)]


def as_due(
    pk: UUID,
    type: str,
    kind: str,
    customer_id: UUID,
    subject_kind: str,
    subject_id: UUID,
    occurrence: str,
    trigger_at: datetime,
    retry_count: int,
    max_retries: int,
    payload: Any,
) -> Due:
    """This will give the row that has these DUE_COLUMNS; the payload may still be text, as a cursor gives it."""
    return Due(
        pk,
        type,
        kind,
        customer_id,
        subject_kind,
        subject_id,
        occurrence,
        trigger_at,
        retry_count + 1,
        max_retries,
        dict(_parse(payload)) if isinstance(payload, str) else payload,
    )


@lru_cache(maxsize=256)
def _parse(payload: str) -> dict[str, Any]:
    """Thousands say the same: the number of a month."""
    parsed: dict[str, Any] = json.loads(payload)
    return parsed


def count_ready(now: datetime) -> int:
    return list_free(now).count()


def get_oldest_ready_at(now: datetime) -> datetime | None:
    """This will give the moment since when something waits for the clock; None when nothing does.

    A row may be made for a day that is past already (a plan opened late): it waits since it is there.
    """
    first = list_free(now).in_turn().values_list("trigger_at", "created_at").first()
    return max(first) if first else None


def get_next_trigger_at(*, after: datetime) -> datetime | None:
    """This will give the next moment at which something falls due."""
    later = PendingAutomation.objects.filter(status=AutomationStatus.SCHEDULED, at__gt=after).in_turn()
    return later.values_list("at", flat=True).first()


def list_due_since(moment: datetime | None, *, now: datetime) -> AutomationQuerySet:
    """This will give the rows that fell due after the moment; all that are due where it is not known."""
    due: AutomationQuerySet = AutomationSchedule.objects.due(now)
    return due.filter(pending__at__gt=moment) if moment else due


def get_last_tick_at() -> datetime | None:
    return ClockState.objects.values_list("last_tick_at", flat=True).first()
