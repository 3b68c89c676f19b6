"""Does a usage alert start a run? Source: upsell-workflow, "From Webhook (Automatic)", read as DESIGN, section 5."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from customers.rules.metrics import metric_title
from outreach.enums import Matching, Severity
from outreach.rules.alerts.facts import AlertFacts
from outreach.rules.upsell.facts import plain

HIGH_VALUE = Decimal(1000)
"""The spec's "High Value Threshold: 1000 (configurable)"; the value must exceed it."""

SEVERE = frozenset({Severity.HIGH, Severity.CRITICAL})
METRICS = frozenset({"trade_volume", "trade_value", "balance_change"})
COOL_DOWN = timedelta(days=14)
"""DESIGN, "Defaults": per account and metric."""


@dataclass(frozen=True)
class TriggerRule:
    """When alerts start runs. matching: whether one of the three conditions is enough."""

    matching: Matching = Matching.ANY
    severities: Set[Severity] = SEVERE
    above: Decimal = HIGH_VALUE
    metrics: Set[str] = METRICS
    cool_down: timedelta = COOL_DOWN


@dataclass(frozen=True)
class Condition:
    """One of the three, and whether it holds. words: for a page."""

    holds: bool
    words: str


@dataclass(frozen=True)
class TriggerDecision:
    """starts: whether a run starts. cools_until: set where only the cool-down keeps it from starting."""

    starts: bool
    conditions: tuple[Condition, ...]
    cools_until: datetime | None = None

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(condition.words for condition in self.conditions if condition.holds)


def decide_trigger(
    alert: AlertFacts, *, rule: TriggerRule, last_started_at: datetime | None, now: datetime
) -> TriggerDecision:
    """Decide whether the alert starts a run. last_started_at: of the latest run of this account and metric."""
    conditions = judge_conditions(alert, rule=rule)
    enough = any if rule.matching is Matching.ANY else all
    if not enough(condition.holds for condition in conditions):
        return TriggerDecision(False, conditions)
    if last_started_at is not None and now < last_started_at + rule.cool_down:
        return TriggerDecision(False, conditions, last_started_at + rule.cool_down)
    return TriggerDecision(True, conditions)


def judge_conditions(alert: AlertFacts, *, rule: TriggerRule) -> tuple[Condition, ...]:
    metric = alert.metric.strip().lower()
    return (
        Condition(alert.severity in rule.severities, f"Its severity is {alert.severity.label.lower()}."),
        Condition(alert.value > rule.above, f"Its value, {plain(alert.value)}, is above {plain(rule.above)}."),
        Condition(metric in rule.metrics, f"{metric_title(alert.metric)} is watched for expansion."),
    )
