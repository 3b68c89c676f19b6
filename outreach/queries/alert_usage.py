"""Usage as an alert told it: what an introduction states of the metric that started its run.

An alert never changes. Once our own records hold a newer reading of its metric, that reading is what the fact says, so
that the gate sees a letter that is overtaken.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import OuterRef, Subquery

from customers.models import UsageSample
from customers.rules.metrics import metric_name
from emails.queries.columns import Record, uuids
from emails.queries.usage import used_pct
from outreach.models import UpsellRun, UsageAlert

KIND = "usage_alert"


def find_standing_alert(run: UpsellRun) -> UsageAlert | None:
    """Give the alert that started the run, unless our own records hold a newer reading of its metric."""
    alert: UsageAlert | None = run.alert
    if alert is None:
        return None
    readings = UsageSample.objects.filter(customer=run.customer_id, metric=alert.metric)
    return None if readings.filter(at__gt=alert.happened_at).exists() else alert


def read_alert_usage(ids: Collection[str]) -> Mapping[str, Record]:
    """Read what each alert told, or the newest reading where that came later, in one query."""
    readings = UsageSample.objects.filter(customer=OuterRef("customer"), metric=OuterRef("metric")).order_by("-at")
    rows = UsageAlert.objects.filter(pk__in=uuids(ids), customer__isnull=False).annotate(
        read_at=Subquery(readings.values("at")[:1]),
        read_value=Subquery(readings.values("value")[:1]),
        read_limit=Subquery(readings.values("limit")[:1]),
    )
    return {str(row.pk): _record(row) for row in rows}


def _record(row: Any) -> Record:
    is_overtaken = row.read_at is not None and row.read_at > row.happened_at
    value = row.read_value if is_overtaken else row.value
    limit = row.read_limit if is_overtaken or row.threshold is None else row.threshold
    return {
        "metric": metric_name(row.metric),
        "value": value,
        "limit": limit,
        "used_pct": used_pct(value, limit),
    }
