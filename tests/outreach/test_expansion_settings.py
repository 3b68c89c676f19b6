"""The settings of expansion: on record, full automation only by a sure admin, and heeded by the alerts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from customers.models import Activity, Customer, User
from customers.services.workspace import NotOps, StaleSettings
from outreach.enums import AlertOutcome, AutomationLevel, Matching
from outreach.models import OutreachSettings, UsageAlert
from outreach.queries.upsell_settings import read_ceiling, read_reply_timeout, read_trigger_rule
from outreach.rules.upsell.triggering import METRICS, TriggerRule
from outreach.services import alerts
from outreach.services.upsell_settings import change_outreach_settings
from tests import factories
from tests.outreach.alert_calls import SECRET, alert_body, send

pytestmark = pytest.mark.django_db
PAGE = "/settings/expansion"


@pytest.fixture(autouse=True)
def row() -> OutreachSettings:
    made, _ = OutreachSettings.objects.get_or_create(pk=1)
    return made


@pytest.fixture
def _door(now: datetime, settings: Any) -> Iterator[None]:
    settings.USAGE_ALERT_SECRETS = [SECRET]
    with time_machine.travel(now, tick=False):
        yield


def in_as(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def typed(**changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "version": 1,
        "upsell_ceiling": "HYBRID",
        "reply_timeout_hours": 24,
        "high_value": "1000",
        "cool_down_days": 14,
        "matching": "any",
        "metrics": "balance_change\ntrade_value\ntrade_volume",
        "metric_rules": "",
        "slack_approvals": "on",
    }
    return fields | changes


def test_without_a_row_the_rules_own_defaults_hold() -> None:
    OutreachSettings.objects.all().delete()

    assert read_trigger_rule() == TriggerRule(metrics=METRICS)
    assert read_ceiling() is AutomationLevel.HYBRID
    assert read_reply_timeout() == timedelta(hours=24)


@pytest.mark.parametrize("role", ["csm", "lead", "reader"])
def test_only_ops_change_them_and_others_read_them(role: str, request: pytest.FixtureRequest) -> None:
    client = in_as(request.getfixturevalue(role))

    page = client.get(PAGE)

    assert page.status_code == 200
    assert 'name="upsell_ceiling"' not in page.content.decode()
    assert client.post(PAGE, typed(upsell_ceiling="HUMAN_INTERVENTION")).status_code == 403
    assert read_ceiling() is AutomationLevel.HYBRID


def test_a_change_is_on_record_with_old_and_new(ops: User) -> None:
    answer = in_as(ops).post(
        PAGE,
        typed(
            upsell_ceiling="HUMAN_INTERVENTION",
            reply_timeout_hours=48,
            matching="all",
            high_value="2500.50",
            metrics="API_Calls, seats",
            metric_rules="trade_volume; 5,000; any; 7",
        ),
    )

    assert answer.status_code == 302
    assert read_ceiling() is AutomationLevel.HUMAN
    assert read_reply_timeout() == timedelta(hours=48)
    general = read_trigger_rule("seats")
    assert (general.matching, general.above, general.metrics) == (
        Matching.ALL,
        Decimal("2500.5"),
        {"api_calls", "seats"},
    )
    own = read_trigger_rule(" Trade_Volume ")
    assert (own.matching, own.above, own.cool_down) == (Matching.ANY, 5000, timedelta(days=7))
    assert "trade_volume" in own.metrics
    line = Activity.objects.get(verb="settings.changed")
    assert line.actor == ops
    assert line.data["changes"]["upsell_ceiling"] == ["HYBRID", "HUMAN_INTERVENTION"]
    assert Activity.objects.get(verb="upsell.ceiling_changed").actor == ops


def test_what_is_unchanged_is_no_change(ops: User) -> None:
    assert in_as(ops).post(PAGE, typed()).status_code == 302

    assert OutreachSettings.objects.get().version == 1
    assert not Activity.objects.filter(verb="settings.changed").exists()


def test_full_automation_asks_first_and_is_a_line_of_its_own(ops: User) -> None:
    client = in_as(ops)

    refused = client.post(PAGE, typed(upsell_ceiling="FULL_AUTOMATION", reply_timeout_hours=36))

    words = refused.content.decode()
    assert refused.status_code == 200
    assert 'id="id_upsell_ceiling_error"' in words
    assert 'value="36"' in words
    assert read_ceiling() is AutomationLevel.HYBRID

    client.post(PAGE, typed(upsell_ceiling="FULL_AUTOMATION", is_sure="on"))

    assert read_ceiling() is AutomationLevel.FULL
    assert Activity.objects.get(verb="upsell.full_allowed").actor == ops
    # Where it is full already, nobody is asked again.
    assert client.post(PAGE, typed(version=2, upsell_ceiling="FULL_AUTOMATION", cool_down_days=3)).status_code == 302


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"upsell_ceiling": "ALL"}, "upsell_ceiling"),
        ({"reply_timeout_hours": 0}, "reply_timeout_hours"),
        ({"reply_timeout_hours": 337}, "reply_timeout_hours"),
        ({"reply_timeout_hours": "soon"}, "reply_timeout_hours"),
        ({"high_value": -1}, "high_value"),
        ({"high_value": "NaN"}, "high_value"),
        ({"high_value": "9" * 30}, "high_value"),
        ({"cool_down_days": 366}, "cool_down_days"),
        ({"matching": "some"}, "matching"),
        ({"metrics": "m" * 81}, "metrics"),
        ({"metrics": "\n".join(f"m{n}" for n in range(51))}, "metrics"),
        ({"metric_rules": "trade_volume"}, "metric_rules"),
        ({"metric_rules": "a; 1; any; 1\nA; 2; any; 1"}, "metric_rules"),
        ({"metric_rules": "a; NaN; any; 1"}, "metric_rules"),
        ({"metric_rules": "a; 1e400; any; 1"}, "metric_rules"),
        ({"metric_rules": "a; 1; most; 1"}, "metric_rules"),
        ({"metric_rules": "a; 1; any; -1"}, "metric_rules"),
        ({"metric_rules": "a; 1; any; 99999999999"}, "metric_rules"),
        ({"metric_rules": "; 1; any; 1"}, "metric_rules"),
    ],
)
def test_bad_settings_are_named_beside_the_field_and_kept(ops: User, changes: dict[str, Any], field: str) -> None:
    answer = in_as(ops).post(PAGE, typed(**changes))

    words = answer.content.decode()
    assert answer.status_code == 200
    assert f'id="id_{field}_error"' in words
    assert str(changes[field])[:20] in words
    assert OutreachSettings.objects.get().version == 1


def test_two_at_once_lose_nothing(ops: User, now: datetime) -> None:
    client = in_as(ops)
    client.post(PAGE, typed(cool_down_days=3))

    late = client.post(PAGE, typed(reply_timeout_hours=48))

    assert "Somebody changed the settings meanwhile" in late.content.decode()
    with pytest.raises(StaleSettings):
        change_outreach_settings({"cool_down_days": 5}, version=1, now=now, by=ops)
    assert OutreachSettings.objects.get().cool_down_days == 3


def test_the_service_itself_refuses_others(csm: User, now: datetime) -> None:
    with pytest.raises(NotOps):
        change_outreach_settings({"upsell_ceiling": "FULL_AUTOMATION"}, version=1, is_sure=True, now=now, by=csm)


@pytest.mark.parametrize("values", [{"upsell_ceiling": "ALL"}, {"reply_timeout_hours": 0}, {"high_value": -1}])
def test_the_database_keeps_them_in_range(values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        OutreachSettings.objects.update(**values)


@pytest.mark.parametrize(
    ("settings_of", "outcome"),
    [
        ({}, AlertOutcome.STARTS_RUN),
        ({"matching": "all"}, AlertOutcome.NOTED),
        ({"matching": "all", "high_value": 149}, AlertOutcome.STARTS_RUN),
        ({"metric_rules": [{"metric": "trade_volume", "above": "150", "matching": "all", "coolDownDays": 7}]}, "noted"),
        (
            {"metric_rules": [{"metric": "trade_volume", "above": "149", "matching": "all", "coolDownDays": 7}]},
            "starts_run",
        ),
    ],
)
@pytest.mark.usefixtures("_door")
def test_alerts_are_judged_by_them(csm: User, now: datetime, settings_of: dict[str, Any], outcome: str) -> None:
    factories.CustomerFactory.create(external_id="12345", owner=csm)
    OutreachSettings.objects.update(**settings_of)
    send(alert_body(), now)

    alerts.apply_due(now=now)

    assert UsageAlert.objects.get().outcome == outcome


@pytest.mark.parametrize(
    ("ceiling", "level"),
    [
        ("HYBRID", AutomationLevel.HYBRID),
        ("FULL_AUTOMATION", AutomationLevel.FULL),
        ("HUMAN_INTERVENTION", AutomationLevel.HUMAN),
    ],
)
@pytest.mark.usefixtures("_door")
def test_a_critical_alert_goes_no_further_than_the_ceiling(
    csm: User, now: datetime, ceiling: str, level: AutomationLevel
) -> None:
    account: Customer = factories.CustomerFactory.create(external_id="12345", owner=csm)
    OutreachSettings.objects.update(upsell_ceiling=ceiling)
    send(alert_body(severity="critical"), now)

    alerts.apply_due(now=now)

    alert = UsageAlert.objects.get(customer=account)
    assert alert.level == level
    assert ("more than this workspace allows" in alert.reasons[-1]) is (level is not AutomationLevel.FULL)


@pytest.mark.parametrize("days", [0, 3])
@pytest.mark.usefixtures("_door")
def test_the_cool_down_is_the_settings(csm: User, now: datetime, days: int) -> None:
    factories.CustomerFactory.create(external_id="12345", owner=csm)
    OutreachSettings.objects.update(cool_down_days=days)
    send(alert_body(), now)
    alerts.apply_due(now=now)
    later = now + timedelta(days=1)

    with time_machine.travel(later, tick=False):
        send(alert_body(eventId="second"), later, webhook_id="msg_2")
    alerts.apply_due(now=later)

    assert UsageAlert.objects.get(event_id="second").outcome == ("cooling_down" if days else "starts_run")
