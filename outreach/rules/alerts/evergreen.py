"""Our own body of a usage alert. Source: INTERFACES, "Usage alert body"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from outreach.enums import Severity
from outreach.rules.alerts.facts import AlertFacts
from outreach.rules.alerts.named import Names, read_named

TYPE = "usage.alert"
NAMES = Names(
    event_id="eventId",
    account_id="accountId",
    metric="metricType",
    period="period",
    trend="trend",
    context="context",
    severities={severity.value: severity for severity in Severity},
)


def read(body: Mapping[str, Any], *, webhook_id: str) -> AlertFacts:
    """Read `{type, timestamp, data: {eventId, accountId, metricType, value, threshold, …}}`. Raises BadAlert."""
    return read_named(body, NAMES, source=TYPE, webhook_id=webhook_id)
