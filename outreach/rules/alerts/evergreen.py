"""Our own body of a usage alert. Source: INTERFACES, "Usage alert body"."""

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

TYPE = "usage.alert"
SEVERITIES = {severity.value: severity for severity in Severity}


def read(body: Mapping[str, Any], *, webhook_id: str) -> AlertFacts:
    """Read `{type, timestamp, data: {eventId, accountId, metricType, value, threshold, …}}`. Raises BadAlert."""
    data = read_mapping(body.get("data"), "data")
    threshold = data.get("threshold")
    return AlertFacts(
        source=TYPE,
        event_id=read_id(data.get("eventId", webhook_id), "eventId"),
        account_id=read_id(data.get("accountId"), "accountId"),
        metric=read_word(data.get("metricType"), "metricType", is_required=True),
        value=read_number(data.get("value"), "value"),
        threshold=None if threshold is None else read_number(threshold, "threshold"),
        severity=read_severity(data.get("severity"), SEVERITIES),
        period=read_word(data.get("period"), "period"),
        trend=read_word(data.get("trend"), "trend"),
        at=read_moment(body.get("timestamp"), "timestamp"),
        context=clean_value(read_mapping(data.get("context") or {}, "context")),
    )
