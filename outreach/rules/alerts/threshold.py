"""The body that metering systems send when a threshold is passed: snake case, severities as monitoring names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from outreach.enums import Severity
from outreach.rules.alerts.facts import AlertFacts
from outreach.rules.alerts.named import Names, read_named

TYPE = "usage.threshold_exceeded"
NAMES = Names(
    event_id="event_id",
    account_id="account_id",
    metric="metric_type",
    period="usage_period",
    trend="usage_trend",
    context="additional_context",
    severities={
        **{severity.value: severity for severity in Severity},
        "info": Severity.LOW,
        "warning": Severity.MEDIUM,
        "error": Severity.HIGH,
    },
)


def read(body: Mapping[str, Any], *, webhook_id: str) -> AlertFacts:
    """Read `{type, timestamp, data: {account_id, metric_type, value, threshold, severity, …}}`. Raises BadAlert."""
    return read_named(body, NAMES, source=TYPE, webhook_id=webhook_id)
