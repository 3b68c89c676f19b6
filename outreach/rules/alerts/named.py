"""What all sources of alerts say, each in its own names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Names:
    """What one source calls the fields of its `data`; severities: its words for ours."""

    event_id: str
    account_id: str
    metric: str
    period: str
    trend: str
    context: str
    severities: Mapping[str, Severity]


def read_named(body: Mapping[str, Any], names: Names, *, source: str, webhook_id: str) -> AlertFacts:
    """Read `{timestamp, data: {…}}` by these names. Raises BadAlert, which says the name of the field."""
    data = read_mapping(body.get("data"), "data")
    threshold = data.get("threshold")
    return AlertFacts(
        source=source,
        event_id=read_id(data.get(names.event_id, webhook_id), names.event_id),
        account_id=read_id(data.get(names.account_id), names.account_id),
        metric=read_word(data.get(names.metric), names.metric, is_required=True),
        value=read_number(data.get("value"), "value"),
        threshold=None if threshold is None else read_number(threshold, "threshold"),
        severity=read_severity(data.get("severity"), names.severities),
        period=read_word(data.get(names.period), names.period),
        trend=read_word(data.get(names.trend), names.trend),
        at=read_moment(body.get("timestamp"), "timestamp"),
        context=clean_value(read_mapping(data.get(names.context) or {}, names.context)),
    )
