"""Usage in one sentence: how much is used now, and how far it grew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

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
    percent = growth_pct(first.value, sample.value) if first else None
    return Growth(first, sample, percent) if first and percent is not None else None


def growth_pct(first: Decimal | None, last: Decimal) -> Decimal | None:
    """How far a metric rose, in percent; None where nothing came before."""
    return round((last - first) * 100 / first, 4) if first else None


def with_first_value(samples: QuerySet[UsageSample]) -> QuerySet[UsageSample]:
    """The samples, each with the value that `growth_of` compares it with as `first_value`, in the same query."""
    earlier = UsageSample.objects.filter(
        customer=OuterRef("customer"),
        metric=OuterRef("metric"),
        at__gte=OuterRef("at") - GROWTH_SPAN,
        at__lte=OuterRef("at") - SHORTEST_SPAN,
    )
    return samples.annotate(first_value=Subquery(earlier.order_by("at").values("value")[:1]))


def latest_samples(customer_id: UUID) -> list[UsageSample]:
    """Give the newest sample of each metric, the metric nearest to its limit first."""
    newest: dict[str, UsageSample] = {}
    for sample in UsageSample.objects.filter(customer_id=customer_id).order_by("at"):
        newest[sample.metric] = sample
    return sorted(newest.values(), key=lambda one: -(one.value / one.limit if one.limit else Decimal(0)))


def metric_name(code: str) -> str:
    """Write a metric as people say it: "active_users" → "active users"."""
    return " ".join(code.replace("_", " ").split())
