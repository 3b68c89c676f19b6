"""Usage in one sentence: how much is used now, and how far it grew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from customers.models import UsageSample

GROWTH_SPAN = timedelta(days=400)
SHORTEST_SPAN = timedelta(days=28)


@dataclass(frozen=True)
class Growth:
    """How far a metric rose from one sample to another."""

    first: UsageSample
    last: UsageSample
    percent: Decimal


def growth_of(sample: UsageSample) -> Growth | None:
    """Compare the sample with the earliest one of the 400 days before it; None where they are too close."""
    first = (
        UsageSample.objects.filter(
            customer_id=sample.customer_id,
            metric=sample.metric,
            at__gte=sample.at - GROWTH_SPAN,
            at__lte=sample.at - SHORTEST_SPAN,
        )
        .order_by("at")
        .first()
    )
    if first is None or not first.value:
        return None
    percent = (sample.value - first.value) * 100 / first.value
    return Growth(first, sample, round(percent, 4))


def latest_samples(customer_id: UUID) -> list[UsageSample]:
    """Give the newest sample of each metric, the metric nearest to its limit first."""
    newest: dict[str, UsageSample] = {}
    for sample in UsageSample.objects.filter(customer_id=customer_id).order_by("at"):
        newest[sample.metric] = sample
    return sorted(newest.values(), key=lambda one: -(one.value / one.limit if one.limit else Decimal(0)))


def metric_name(code: str) -> str:
    """Write a metric as people say it: "active_users" → "active users"."""
    return " ".join(code.replace("_", " ").split())
