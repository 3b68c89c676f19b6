"""The settings of expansion, as its services read them."""

from __future__ import annotations

from datetime import timedelta

from customers.models.workspace import ONLY_ID
from customers.queries.memo import once
from outreach.enums import AutomationLevel, Matching
from outreach.models import OutreachSettings
from outreach.rules.upsell.metric_rules import rule_for
from outreach.rules.upsell.triggering import TriggerRule


@once
def get_outreach_settings() -> OutreachSettings:
    """Give the settings; the defaults, unsaved, where there is no row yet."""
    return OutreachSettings.objects.filter(pk=ONLY_ID).first() or OutreachSettings(pk=ONLY_ID)


def read_ceiling() -> AutomationLevel:
    """Give the most that a run may do alone in this workspace."""
    return AutomationLevel(get_outreach_settings().upsell_ceiling)


def read_trigger_rule(metric: str = "") -> TriggerRule:
    """Give the rule by which alerts of this metric start runs: its own, else the workspace's."""
    row = get_outreach_settings()
    general = TriggerRule(
        matching=Matching(row.matching),
        above=row.high_value,
        metrics=frozenset(row.metrics),
        cool_down=timedelta(days=row.cool_down_days),
    )
    return rule_for(metric, row.metric_rules, general=general)


def read_reply_timeout() -> timedelta:
    """Give how long a run waits for a reply."""
    return timedelta(hours=get_outreach_settings().reply_timeout_hours)
