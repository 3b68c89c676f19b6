"""Rules for single metrics as ops write them, one a line: metric; above; any or all; days of cooling down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from outreach.enums import Matching
from outreach.rules.upsell.triggering import TriggerRule

LONGEST_METRIC = 80
MOST_METRICS = 50
LONGEST_COOL_DOWN = 365
LARGEST = Decimal(10) ** 13
PLACES = Decimal("0.0001")
PARTS = 4


class BadMetrics(ValueError):
    """Raised for a line that cannot be read; says which."""


def read_metrics(text: str) -> list[str]:
    """Read names of metrics, one a line or parted by commas; small letters, in order, each once."""
    names = [" ".join(name.split()).lower() for line in text.splitlines() for name in line.split(",")]
    found = sorted({name for name in names if name})
    too_long = [name for name in found if len(name) > LONGEST_METRIC]
    if too_long:
        raise BadMetrics(f"“{too_long[0][:30]}…” is longer than {LONGEST_METRIC} letters.")
    if len(found) > MOST_METRICS:
        raise BadMetrics(f"At most {MOST_METRICS} metrics.")
    return found


def read_metric_rules(text: str) -> list[dict[str, Any]]:
    """Read the lines; plain JSON values, in the order of the metrics. Raises BadMetrics."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    rules = [_read_line(line) for line in lines]
    names = [rule["metric"] for rule in rules]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise BadMetrics(f"{twice[0]} has two rules.")
    if len(rules) > MOST_METRICS:
        raise BadMetrics(f"At most {MOST_METRICS} metrics.")
    return sorted(rules, key=lambda rule: str(rule["metric"]))


def write_metric_rules(rules: Iterable[Mapping[str, Any]]) -> str:
    """Write the rules as they are typed."""
    return "\n".join(f"{one['metric']}; {one['above']}; {one['matching']}; {one['coolDownDays']}" for one in rules)


def rule_for(metric: str, rules: Iterable[Mapping[str, Any]], *, general: TriggerRule) -> TriggerRule:
    """Give the metric's own rule, or the general one. A metric with a rule of its own is watched."""
    name = metric.strip().lower()
    for own in rules:
        if own["metric"] == name:
            return replace(
                general,
                matching=Matching(own["matching"]),
                above=Decimal(own["above"]),
                metrics=frozenset({*general.metrics, name}),
                cool_down=timedelta(days=own["coolDownDays"]),
            )
    return general


def _read_line(line: str) -> dict[str, Any]:
    parts = [part.strip() for part in line.split(";")]
    if len(parts) != PARTS:
        raise BadMetrics(f"“{line[:60]}”: write metric; above; any or all; days.")
    names = read_metrics(parts[0])
    if len(names) != 1:
        raise BadMetrics(f"“{line[:60]}” names no single metric.")
    return {
        "metric": names[0],
        "above": _read_amount(parts[1], line),
        "matching": _read_matching(parts[2], line),
        "coolDownDays": _read_days(parts[3], line),
    }


def _read_amount(text: str, line: str) -> str:
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 <= value < LARGEST or value != value.quantize(PLACES):
        raise BadMetrics(f"“{line[:60]}”: “{text[:20]}” is no amount.")
    return f"{value.normalize():f}"


def _read_matching(text: str, line: str) -> str:
    if text.lower() not in Matching.values:
        raise BadMetrics(f"“{line[:60]}”: any or all, not “{text[:20]}”.")
    return text.lower()


def _read_days(text: str, line: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text[:6]) <= LONGEST_COOL_DOWN):
        raise BadMetrics(f"“{line[:60]}”: 0 to {LONGEST_COOL_DOWN} days.")
    return int(text)
