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


def list_growths(customer_id: UUID) -> list[Growth]:
    """How far each metric of an account rose; those nearest to their limit first. One query, however many metrics."""
    samples = _samples(customer_id)
    growths = (_growth_of(last, samples) for last in _newest(samples))
    return [growth for growth in growths if growth]


def _growth_of(last: UsageSample, samples: list[UsageSample]) -> Growth | None:
    """Compare the sample with the earliest one of the 400 days before it; None where they are too close."""
    begin, end = last.at - GROWTH_SPAN, last.at - SHORTEST_SPAN
    first = next((one for one in samples if one.metric == last.metric and begin <= one.at <= end), None)
    percent = growth_pct(first.value, last.value) if first else None
    return Growth(first, last, percent) if first and percent is not None else None


def growth_pct(first: Decimal | None, last: Decimal) -> Decimal | None:
    """How far a metric rose, in percent; None where nothing came before."""
    return round((last - first) * 100 / first, 4) if first else None


def used_pct(value: Decimal, limit: Decimal | None) -> Decimal | None:
    """How much of the limit is used, in percent; None without one."""
    return round(value * 100 / limit, 4) if limit else None


def first_value() -> Subquery:
    """The value that the growth of a sample is counted from; None where there is none."""
    earlier = UsageSample.objects.filter(
        customer=OuterRef("customer"),
        metric=OuterRef("metric"),
        at__gte=OuterRef("at") - GROWTH_SPAN,
        at__lte=OuterRef("at") - SHORTEST_SPAN,
    )
    return Subquery(earlier.order_by("at").values("value")[:1])


def with_first_value(samples: QuerySet[UsageSample]) -> QuerySet[UsageSample]:
    """The samples, each with the value that its growth is counted from as `first_value`, in the same query."""
    return samples.annotate(first_value=first_value())


def latest_samples(customer_id: UUID) -> list[UsageSample]:
    """Give the newest sample of each metric, the metric nearest to its limit first."""
    return _newest(_samples(customer_id))


def _samples(customer_id: UUID) -> list[UsageSample]:
    return list(UsageSample.objects.filter(customer_id=customer_id).order_by("at"))


def _newest(samples: list[UsageSample]) -> list[UsageSample]:
    newest = {sample.metric: sample for sample in samples}
    return sorted(newest.values(), key=lambda one: -(one.value / one.limit if one.limit else Decimal(0)))
