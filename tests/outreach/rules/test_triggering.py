"""Which alert starts a run, and how much that run does alone: the spec's own rows and both sides of each edge."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from outreach.enums import AutomationLevel, Matching, Severity, UpsellStepName
from outreach.rules.alerts.facts import AlertFacts
from outreach.rules.upsell.levels import choose_level, may_do_alone
from outreach.rules.upsell.triggering import TriggerRule, decide_trigger
from tests.conftest import NOW

QUIET = AlertFacts("usage.alert", "e-1", "12345", "logins", Decimal(10), Severity.LOW)
EXAMPLE = replace(QUIET, metric="trade_volume", value=Decimal(150), threshold=Decimal(100), severity=Severity.HIGH)


@pytest.mark.parametrize(
    ("change", "any_starts", "all_starts"),
    [
        ({}, False, False),
        ({"severity": Severity.MEDIUM}, False, False),
        ({"severity": Severity.HIGH}, True, False),
        ({"severity": Severity.CRITICAL}, True, False),
        ({"value": Decimal("999.9999")}, False, False),
        ({"value": Decimal(1000)}, False, False),
        ({"value": Decimal("1000.0001")}, True, False),
        ({"metric": "trade_volume"}, True, False),
        ({"metric": "trade_value"}, True, False),
        ({"metric": "balance_change"}, True, False),
        ({"metric": " Trade_Volume "}, True, False),
        ({"metric": "trade_volumes"}, False, False),
        ({"metric": "trade_value", "severity": Severity.HIGH}, True, False),
        ({"metric": "trade_value", "severity": Severity.HIGH, "value": Decimal(1001)}, True, True),
    ],
)
def test_trigger_needs_one_condition_or_all(change: dict[str, object], any_starts: bool, all_starts: bool) -> None:
    alert = replace(QUIET, **change)  # type: ignore[arg-type]

    started = [
        decide_trigger(alert, rule=TriggerRule(matching=matching), last_started_at=None, now=NOW).starts
        for matching in (Matching.ANY, Matching.ALL)
    ]

    assert started == [any_starts, all_starts]


def test_example_of_the_spec_starts_a_run_and_says_why() -> None:
    decision = decide_trigger(EXAMPLE, rule=TriggerRule(), last_started_at=None, now=NOW)

    assert decision.starts
    assert decision.reasons == ("Its severity is high.", "Trade volume is watched for expansion.")


@pytest.mark.parametrize(
    ("age", "starts"),
    [
        (timedelta(0), False),
        (timedelta(days=14, microseconds=-1), False),
        (timedelta(days=14), True),
        (timedelta(days=15), True),
    ],
)
def test_cool_down_is_fourteen_days(age: timedelta, starts: bool) -> None:
    last: datetime = NOW - age

    decision = decide_trigger(EXAMPLE, rule=TriggerRule(), last_started_at=last, now=NOW)

    assert (decision.starts, decision.cools_until) == (starts, None if starts else last + timedelta(days=14))


def test_alert_without_a_condition_does_not_cool_down() -> None:
    decision = decide_trigger(QUIET, rule=TriggerRule(), last_started_at=NOW, now=NOW)

    assert (decision.starts, decision.cools_until, decision.reasons) == (False, None, ())


def test_rule_may_watch_other_metrics_and_values() -> None:
    rule = TriggerRule(metrics={"logins"}, above=Decimal(9), severities={Severity.LOW}, matching=Matching.ALL)

    assert decide_trigger(QUIET, rule=rule, last_started_at=None, now=NOW).starts


FULL, HYBRID, HUMAN = AutomationLevel.FULL, AutomationLevel.HYBRID, AutomationLevel.HUMAN


@pytest.mark.parametrize(
    ("severity", "levels"),
    [
        # Under a ceiling of full, hybrid, human.
        (Severity.CRITICAL, [FULL, HYBRID, HUMAN]),
        (Severity.HIGH, [HYBRID, HYBRID, HUMAN]),
        (Severity.MEDIUM, [HUMAN, HUMAN, HUMAN]),
        (Severity.LOW, [HUMAN, HUMAN, HUMAN]),
    ],
)
def test_level_follows_severity_under_the_ceiling(severity: Severity, levels: list[AutomationLevel]) -> None:
    assert [choose_level(severity, ceiling=ceiling).level for ceiling in (FULL, HYBRID, HUMAN)] == levels


def test_critical_run_under_a_lower_ceiling_says_so() -> None:
    choice = choose_level(Severity.CRITICAL, ceiling=HYBRID)

    assert (choice.is_capped, choice.wanted) == (True, FULL)
    assert choice.reason == (
        "The alert is critical. Full automation is more than this workspace allows, which is hybrid."
    )


def test_full_is_off_until_somebody_switches_it_on() -> None:
    assert choose_level(Severity.CRITICAL).level is HYBRID


@pytest.mark.parametrize(("asked", "level"), [(FULL, HYBRID), (HYBRID, HYBRID), (HUMAN, HUMAN)])
def test_level_that_is_asked_for_is_capped_too(asked: AutomationLevel, level: AutomationLevel) -> None:
    choice = choose_level(Severity.LOW, ceiling=HYBRID, asked=asked)

    assert (choice.level, choice.wanted, choice.is_capped) == (level, asked, asked is FULL)


@pytest.mark.parametrize(
    ("step", "alone"),
    [
        # Full, hybrid, human.
        (UpsellStepName.FETCH_USAGE, [True, True, False]),
        (UpsellStepName.FETCH_CONTRACT, [True, True, False]),
        (UpsellStepName.ASK_CLAUDE_FOR_PLAN, [True, True, False]),
        (UpsellStepName.SEND_EMAIL_DRAFT, [True, False, False]),
        (UpsellStepName.POST_SLACK_SUMMARY, [True, True, False]),
        (UpsellStepName.WAIT_FOR_REPLY, [True, True, False]),
        (UpsellStepName.CREATE_ZOOM_MEETING, [True, False, False]),
        (UpsellStepName.LOG_OPPORTUNITY, [True, False, False]),
    ],
)
def test_step_is_taken_alone_as_its_level_allows(step: UpsellStepName, alone: list[bool]) -> None:
    assert [may_do_alone(step, level) for level in (FULL, HYBRID, HUMAN)] == alone


def test_steps_are_the_eight_of_the_spec() -> None:
    assert list(UpsellStepName.values) == [
        "fetch_usage",
        "fetch_contract",
        "ask_claude_for_plan",
        "send_email_draft",
        "post_slack_summary",
        "wait_for_reply",
        "create_zoom_meeting",
        "log_opportunity",
    ]
