"""Step 1: usage from our own records, or as the alert told it where that is newer. Source: spec, "UsageData"."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from customers.models import UsageSample
from customers.rules.metrics import metric_name
from outreach.models import UsageAlert
from outreach.queries.expansion import SEEN_DAYS
from outreach.rules.upsell.facts import UsageLine, measure_change, plain
from outreach.services.upsell.outcomes import Done, Work


def fetch_usage(work: Work) -> Done:
    """Read the metric that the run is about, as it was told last."""
    run, alert = work.run, work.run.alert
    since = work.now - timedelta(days=SEEN_DAYS)
    rows = UsageSample.objects.filter(customer=run.customer_id, metric=run.metric, at__gt=since, at__lte=work.now)
    samples = list(rows.order_by("at").values_list("at", "value", "limit"))
    values = [value for _, value, _ in samples]
    used, limit = (values[-1], samples[-1][2]) if samples else (None, None)
    if alert is not None and (not samples or alert.happened_at >= samples[-1][0]):
        used, limit = alert.value, alert.threshold if alert.threshold is not None else limit
        values.append(alert.value)
    line = UsageLine(run.metric, used or Decimal(0), limit, measure_change(values))
    output = {
        "accountId": _account_id(work),
        "metricType": run.metric,
        "currentUsage": plain(used) if used is not None else None,
        "thresholdExceeded": plain(limit) if limit is not None else None,
        "usageTrend": alert.trend if alert is not None and alert.trend and not samples else line.trend.value,
        "usagePeriod": alert.period if alert is not None else "",
        "percentOfLimit": plain(round(line.percent, 1)) if line.percent is not None and used is not None else None,
        "additionalContext": _context(alert),
    }
    note = "" if used is not None else f"No usage of {metric_name(run.metric)} is on record."
    return Done(output, note, {"metricType": run.metric, "lastDays": SEEN_DAYS})


def _account_id(work: Work) -> str:
    return work.customer.external_id or str(work.customer.pk)


def _context(alert: UsageAlert | None) -> dict[str, str]:
    """What the alert told beside the figures, as words: it is text from outside."""
    if alert is None:
        return {}
    told = {str(key)[:80]: str(value)[:200] for key, value in list(alert.context.items())[:20]}
    return {"severity": alert.severity, "source": alert.source, **told}
