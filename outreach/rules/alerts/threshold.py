"""The body that metering systems send when a threshold is passed: snake case, severities as monitoring names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from outreach.enums import Severity
from outreach.rules.alerts.facts import (
    AlertFacts,
    clean_value,
    read_id,
    read_mapping,
    read_moment,
    read_number,
    read_severity,
    read_word,
)

TYPE = "usage.threshold_exceeded"
SEVERITIES = {
    **{severity.value: severity for severity in Severity},
    "info": Severity.LOW,
    "warning": Severity.MEDIUM,
    "error": Severity.HIGH,
}


def read(body: Mapping[str, Any], *, webhook_id: str) -> AlertFacts:
    """Read `{type, timestamp, data: {account_id, metric_type, value, threshold, severity, …}}`. Raises BadAlert."""
    data = read_mapping(body.get("data"), "data")
    threshold = data.get("threshold")
    return AlertFacts(
        source=TYPE,
        event_id=read_id(data.get("event_id", webhook_id), "event_id"),
        account_id=read_id(data.get("account_id"), "account_id"),
        metric=read_word(data.get("metric_type"), "metric_type", is_required=True),
        value=read_number(data.get("value"), "value"),
        threshold=None if threshold is None else read_number(threshold, "threshold"),
        severity=read_severity(data.get("severity"), SEVERITIES),
        period=read_word(data.get("usage_period"), "usage_period"),
        trend=read_word(data.get("usage_trend"), "usage_trend"),
        at=read_moment(body.get("timestamp"), "timestamp"),
        context=clean_value(read_mapping(data.get("additional_context") or {}, "additional_context")),
    )
