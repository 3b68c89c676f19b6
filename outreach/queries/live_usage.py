"""Usage as the newest reading of each metric tells it: a fact that an introduction states is read again from here.

A fact's id names account and metric, not a sample, so that a newer reading is another value of the same fact.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db.models import OuterRef, Subquery

from customers.models import UsageSample
from emails.queries.columns import Record
from emails.queries.sources import usage_record
from emails.queries.usage import with_first_value

KIND = "live_usage"


def live_id(customer_id: UUID, metric: str) -> str:
    return f"{customer_id}/{metric}"


def read_live_usage(ids: Collection[str]) -> Mapping[str, Record]:
    """Read the newest sample of each account and metric, in one query."""
    wanted = dict(_parse(ids))
    if not wanted:
        return {}
    customers, metrics = {key[0] for key in wanted}, {key[1] for key in wanted}
    newest = UsageSample.objects.filter(customer=OuterRef("customer"), metric=OuterRef("metric")).order_by("-at")
    rows = UsageSample.objects.filter(customer__in=customers, metric__in=metrics, at=Subquery(newest.values("at")[:1]))
    return {
        wanted[key]: usage_record(row)
        for row in with_first_value(rows)
        if (key := (row.customer_id, row.metric)) in wanted
    }


def _parse(ids: Iterable[str]) -> Iterable[tuple[tuple[UUID, str], str]]:
    for one in ids:
        customer_id, _, metric = one.partition("/")
        try:
            yield (UUID(customer_id), metric), one
        except ValueError:
            continue
