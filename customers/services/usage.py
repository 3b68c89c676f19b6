"""Usage as other systems report it: kept once per metric and moment."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction

from customers.models import Customer, UsageSample, User
from customers.registry.looks import note_accounts
from customers.rules.metrics import metric_name
from customers.services.activity import line, record_many
from customers.services.arrays import find_differing, moment, upsert_rows

TOGETHER = 2_000
"""So many readings go into one statement."""

TOLD = ("customer", "metric", "at", "value", "limit")
WRITTEN = (*TOLD, "id", "created_at", "updated_at")


@dataclass(frozen=True, slots=True)
class Reading:
    """One metric at one moment. limit: what the plan allows; None where it sets no limit."""

    metric: str
    value: Decimal
    at: datetime
    limit: Decimal | None = None


class OfAccount(NamedTuple):
    """What was read of one account."""

    customer_id: uuid.UUID
    readings: Sequence[Reading]


@dataclass(frozen=True)
class Recorded:
    created: int
    changed: int
    unchanged: int


def record_usage(customer: Customer, readings: Iterable[Reading], *, now: datetime, by: User | None) -> Recorded:
    """This will keep the readings; one that repeats a metric and moment replaces what was read before.

    Of two readings of one metric and moment in the same call the last counts.
    """
    (recorded,) = record_usage_of([OfAccount(customer.pk, list(readings))], now=now, by=by)
    return recorded


def record_usage_of(told: Sequence[OfAccount], *, now: datetime, by: User | None) -> list[Recorded]:
    """This will keep the readings of many accounts, each named once, as `record_usage` does; gives what came of each.

    All of it or nothing. One question, and where something has moved one statement for it and one for the record,
    whatever the number of accounts.
    """
    last = [(one.customer_id, {(reading.metric, reading.at): reading for reading in one.readings}) for one in told]
    readings = [(customer_id, reading) for customer_id, of_one in last for reading in of_one.values()]
    moved: dict[uuid.UUID, list[tuple[Reading, bool]]] = {}
    with transaction.atomic():
        for start in range(0, len(readings), TOGETHER):
            for customer_id, reading, is_there in _write(readings[start : start + TOGETHER], now=now):
                moved.setdefault(customer_id, []).append((reading, is_there))
        if moved:
            record_many([_line(customer_id, of_one, now=now, by=by) for customer_id, of_one in moved.items()])
            note_accounts(list(moved), now=now)
    return [_recorded(len(of_one), moved.get(customer_id, [])) for customer_id, of_one in last]


def _write(readings: Sequence[tuple[uuid.UUID, Reading]], *, now: datetime) -> list[tuple[uuid.UUID, Reading, bool]]:
    """Write those that do not stand there yet, and give them, each with whether another value did."""
    rows = [_row(customer_id, reading) for customer_id, reading in readings]
    differing = find_differing(UsageSample, TOLD, rows, matched=3)
    at = moment(now)
    places = sorted(differing)
    upsert_rows(
        UsageSample,
        WRITTEN,
        [[*rows[place], uuid.uuid4().hex, at, at] for place in places],
        unique=("customer", "metric", "at"),
        changed=("value", "limit", "updated_at"),
    )
    return [(*readings[place], differing[place]) for place in places]


def _row(customer_id: uuid.UUID, reading: Reading) -> list[Any]:
    limit = None if reading.limit is None else str(reading.limit)
    return [customer_id.hex, reading.metric, moment(reading.at), str(reading.value), limit]


def _line(
    customer_id: uuid.UUID, moved: Sequence[tuple[Reading, bool]], *, now: datetime, by: User | None
) -> dict[str, Any]:
    counted = _recorded(0, moved)
    return line(
        "usage.recorded",
        f"Usage recorded: {', '.join(sorted({metric_name(reading.metric) for reading, _ in moved}))}",
        customer=customer_id,
        by=by,
        now=now,
        created=counted.created,
        changed=counted.changed,
    )


def _recorded(told: int, moved: Sequence[tuple[Reading, bool]]) -> Recorded:
    changed = sum(is_there for _, is_there in moved)
    return Recorded(created=len(moved) - changed, changed=changed, unchanged=told - len(moved))
