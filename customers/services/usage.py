"""Usage as other systems report it: kept once per metric and moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from customers.models import Customer, UsageSample, User
from customers.services.activity import record
from customers.signals import send_after_commit, usage_recorded


@dataclass(frozen=True)
class Reading:
    """One metric at one moment. limit: what the plan allows; None where it sets no limit."""

    metric: str
    value: Decimal
    at: datetime
    limit: Decimal | None = None


@dataclass(frozen=True)
class Recorded:
    created: int
    changed: int
    unchanged: int


def record_usage(customer: Customer, readings: Iterable[Reading], *, now: datetime, by: User | None) -> Recorded:
    """This will keep the readings; one that repeats a metric and moment replaces what was read before.

    Of two readings of one metric and moment in the same call the last counts. Three statements for any number.
    """
    last = {(reading.metric, reading.at): reading for reading in readings}
    with transaction.atomic():
        known = _known(customer, last)
        fresh = [key for key in last if key not in known]
        changed = [key for key in last if key in known and known[key] != (last[key].value, last[key].limit)]
        UsageSample.objects.bulk_create(
            [_row(customer, last[key], now=now) for key in [*fresh, *changed]],
            update_conflicts=True,
            unique_fields=["customer", "metric", "at"],
            update_fields=["value", "limit", "updated_at"],
            batch_size=500,
        )
        if fresh or changed:
            metrics = sorted({metric for metric, _ in [*fresh, *changed]})
            record(
                "usage.recorded",
                f"Usage recorded: {', '.join(metrics)}",
                customer=customer,
                by=by,
                now=now,
                created=len(fresh),
                changed=len(changed),
            )
            send_after_commit(usage_recorded, customer_id=customer.pk)
    return Recorded(created=len(fresh), changed=len(changed), unchanged=len(last) - len(fresh) - len(changed))


_Key = tuple[str, datetime]


def _known(customer: Customer, asked: dict[_Key, Reading]) -> dict[_Key, tuple[Decimal, Decimal | None]]:
    if not asked:
        return {}
    moments = [at for _, at in asked]
    rows = UsageSample.objects.filter(
        customer=customer, metric__in={metric for metric, _ in asked}, at__range=(min(moments), max(moments))
    )
    return {(row.metric, row.at): (row.value, row.limit) for row in rows}


def _row(customer: Customer, reading: Reading, *, now: datetime) -> UsageSample:
    values = {"value": reading.value, "limit": reading.limit, "updated_at": now}
    return UsageSample(customer=customer, metric=reading.metric, at=reading.at, **values)
