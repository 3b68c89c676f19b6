"""Usage alerts from the door to the decision: once, in any order, and never lost (promise 10)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from customers.models import Activity, Customer, Todo, User
from customers.services.accounts import create_customer
from journeys.services.clock import tick
from outreach.enums import AlertOutcome, AutomationLevel
from outreach.models import UsageAlert
from outreach.services import alerts
from tests import factories
from tests.outreach.alert_calls import OTHER, PATH, SECRET, alert_body, post, send, sign, signed

pytestmark = pytest.mark.django_db

RAW = json.dumps(alert_body()).encode()


@pytest.fixture(autouse=True)
def _door(now: datetime, settings: Any) -> Iterator[None]:
    settings.USAGE_ALERT_SECRETS = [SECRET]
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def account(csm: User) -> Customer:
    return factories.CustomerFactory.create(external_id="12345", owner=csm)


def only() -> UsageAlert:
    return UsageAlert.objects.get()


@pytest.mark.parametrize("path", [PATH, f"{PATH}/"])
def test_signed_alert_is_kept_before_work_starts(account: Customer, now: datetime, path: str) -> None:
    answer = post(RAW, signed(RAW, now), path=path)

    assert (answer.status_code, answer.json()) == (200, {"status": "kept"})
    alert = only()
    assert (alert.outcome, alert.customer, alert.due_at) == (AlertOutcome.WAITING, None, now)
    assert (alert.event_id, alert.account_id, alert.metric) == ("high-volume-alert-001", "12345", "trade_volume")
    assert (alert.value, alert.threshold, alert.severity) == (Decimal(150), Decimal(100), "high")
    assert (alert.happened_at, alert.received_at) == (datetime(2026, 3, 4, 14, 59, tzinfo=UTC), now)
    assert alert.context == {"desk": "FX"}


@pytest.mark.parametrize("webhook_id", ["msg_1", "msg_2"])
def test_repeated_alert_is_answered_alike_and_kept_once(now: datetime, webhook_id: str) -> None:
    send(alert_body(), now)

    answer = send(alert_body(value=999), now, webhook_id=webhook_id)

    assert answer.status_code == 200
    assert only().value == 150


def test_same_event_id_of_another_account_is_another_alert(now: datetime) -> None:
    send(alert_body(), now)
    send(alert_body(accountId="67890"), now, webhook_id="msg_2")

    assert UsageAlert.objects.count() == 2


def test_event_without_an_id_is_known_by_the_calls(now: datetime) -> None:
    body = alert_body()
    del body["data"]["eventId"]

    send(body, now)
    send(body, now)

    assert only().event_id == "msg_1"


@pytest.mark.parametrize("keys", [[OTHER, SECRET], [SECRET, OTHER], ["garbage!", "whsec_", f" {SECRET} "]])
def test_any_of_several_keys_lets_it_in(now: datetime, settings: Any, keys: list[str]) -> None:
    settings.USAGE_ALERT_SECRETS = keys

    assert post(RAW, signed(RAW, now)).status_code == 200


def test_one_of_several_signatures_is_enough(now: datetime) -> None:
    headers = signed(RAW, now)
    other = signed(RAW, now, secret=OTHER)["webhook-signature"]
    headers["webhook-signature"] = f"v1a,AAAA {other} v1, {headers['webhook-signature']}"

    assert post(RAW, headers).status_code == 200


@pytest.mark.parametrize("keys", [[], [""], ["whsec_"], ["  "]])
def test_without_a_key_nobody_is_believed(now: datetime, settings: Any, keys: list[str]) -> None:
    settings.USAGE_ALERT_SECRETS = keys

    answer = post(RAW, signed(RAW, now))

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "no_key")
    assert not UsageAlert.objects.exists()


FORGERIES: dict[str, Callable[[datetime], tuple[bytes, dict[str, str]]]] = {
    "another key": lambda now: (RAW, signed(RAW, now, secret=OTHER)),
    "another body": lambda now: (RAW + b" ", signed(RAW, now)),
    "another id": lambda now: (RAW, {**signed(RAW, now), "webhook-id": "msg_2"}),
    "another timestamp": lambda now: (RAW, {**signed(RAW, now), "webhook-timestamp": str(int(now.timestamp()) + 1)}),
    "too old": lambda now: (RAW, signed(RAW, now - timedelta(seconds=301))),
    "from the future": lambda now: (RAW, signed(RAW, now + timedelta(seconds=301))),
    "no headers": lambda now: (RAW, {}),
    "no signature": lambda now: (RAW, {**signed(RAW, now), "webhook-signature": ""}),
    "signature without a comma": lambda now: (RAW, {**signed(RAW, now), "webhook-signature": "v1"}),
    "signature with two commas": lambda now: (RAW, {**signed(RAW, now), "webhook-signature": "v1,a,b"}),
    "signature that is no ASCII": lambda now: (RAW, {**signed(RAW, now), "webhook-signature": "v1,é"}),
    "endless signature": lambda now: (RAW, {**signed(RAW, now), "webhook-signature": "v1,a " * 2000}),
    "other version": lambda now: (
        RAW,
        {**signed(RAW, now), "webhook-signature": signed(RAW, now)["webhook-signature"].replace("v1", "v2")},
    ),
    "timestamp NaN": lambda now: (RAW, {**signed(RAW, now), "webhook-timestamp": "NaN"}),
    "timestamp with a fraction": lambda now: (
        RAW,
        {**signed(RAW, now), "webhook-timestamp": f"{int(now.timestamp())}.5"},
    ),
    "timestamp beyond all time": lambda now: (RAW, {**signed(RAW, now), "webhook-timestamp": "9" * 11}),
    "id of a space": lambda now: (RAW, {**signed(RAW, now), "webhook-id": " "}),
    "body that is no text": lambda now: (b"\xff\xfe", signed(b"\xff\xfe", now)),
}


@pytest.mark.parametrize("name", list(FORGERIES))
def test_forged_alert_is_refused(now: datetime, name: str) -> None:
    answer = post(*FORGERIES[name](now))

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "bad_signature")
    assert not UsageAlert.objects.exists()


@pytest.mark.parametrize("age_s", [300, -300])
def test_timestamp_is_good_for_five_minutes(now: datetime, age_s: int) -> None:
    assert post(RAW, signed(RAW, now - timedelta(seconds=age_s))).status_code == 200


BROKEN: list[Any] = [
    b"",
    b"no json",
    b"[]",
    b"null",
    b"3",
    b"NaN",
    b"[" * 5000,
    b'{"type": "usage.alert"}',
    b'{"type": ["usage.alert"], "data": {}}',
    alert_body(accountId=None),
    alert_body(accountId=""),
    alert_body(accountId=" "),
    alert_body(accountId="x" * 201),
    alert_body(accountId=True),
    alert_body(eventId={}),
    alert_body(metricType=""),
    alert_body(metricType=None),
    alert_body(metricType="x" * 81),
    alert_body(value="many"),
    alert_body(value=True),
    alert_body(value=None),
    alert_body(value="NaN"),
    alert_body(value="1e400"),
    alert_body(value=10**13),
    alert_body(threshold=[]),
    alert_body(severity="dire"),
    alert_body(severity=None),
    alert_body(context="x"),
    alert_body(period=3),
    {**alert_body(), "type": "usage.other"},
    {**alert_body(), "timestamp": "yesterday"},
    {**alert_body(), "timestamp": 3},
    {**alert_body(), "timestamp": "0001-01-01T00:00:00+14:00"},
    b'{"type": "usage.alert", "data": {"value": ' + b"9" * 5000 + b"}}",
]


@pytest.mark.parametrize("body", BROKEN, ids=range(len(BROKEN)))
def test_signed_garbage_is_malformed(now: datetime, body: Any) -> None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()

    answer = post(raw, signed(raw, now))

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "malformed")
    assert not UsageAlert.objects.exists()


def test_body_above_the_limit_is_refused(now: datetime) -> None:
    raw = b"x" * (256 * 1024 + 1)

    assert post(raw, signed(raw, now)).status_code == 413
    told = Client().post(PATH, b"", content_type="application/json", CONTENT_LENGTH=str(256 * 1024 + 1))
    assert told.status_code == 413


def test_other_methods_are_not_for_this_address() -> None:
    assert Client().get(PATH).status_code == 405


def test_text_that_no_column_takes_is_kept_without_it(now: datetime) -> None:
    raw = json.dumps(alert_body(metricType="trade\x00_volume", context={"a\x00": ["\ud800", {"b": {"c": {"d": {}}}}]}))

    answer = post(raw.encode(), signed(raw.encode(), now))

    assert answer.status_code == 200
    assert only().metric == "trade_volume"
    assert only().context == {"a": ["", {"b": {"c": {"d": "…"}}}]}


def test_alert_of_a_metering_system_is_read_by_its_own_file(now: datetime) -> None:
    data = {
        "account_id": 12345,
        "metric_type": "seats",
        "value": "98.5",
        "severity": "warning",
        "usage_trend": "stable",
    }

    send({"type": "usage.threshold_exceeded", "data": data}, now)

    alert = only()
    assert (alert.source, alert.account_id, alert.event_id) == ("usage.threshold_exceeded", "12345", "msg_1")
    assert (alert.value, alert.severity, alert.threshold, alert.happened_at) == (Decimal("98.5"), "medium", None, now)


def test_example_of_the_spec_starts_a_run_at_hybrid(account: Customer, csm: User, now: datetime) -> None:
    send(alert_body(), now)

    assert alerts.apply_due(now=now) == 1

    alert, todo = only(), Todo.objects.get(kind="usage_alert")
    assert (alert.customer, alert.outcome, alert.level) == (account, AlertOutcome.STARTS_RUN, AutomationLevel.HYBRID)
    assert (alert.due_at, alert.decided_at, alert.attempts) == (None, now, 1)
    assert alert.reasons == [
        "Its severity is high.",
        "Trade volume is watched for expansion.",
        "The alert is high.",
    ]
    assert (todo.title, todo.owner, todo.source_id) == ("Usage alert: trade volume 150 over 100", csm, alert.pk)
    assert Activity.objects.get(verb="usage_alert.received").summary == ("Usage alert, high: trade volume 150 over 100")


def test_critical_alert_stays_under_the_ceiling(account: Customer, now: datetime) -> None:
    send(alert_body(severity="critical"), now)
    alerts.apply_due(now=now)

    assert only().level == AutomationLevel.HYBRID
    assert "more than this workspace allows" in only().reasons[-1]


def test_alert_that_no_condition_speaks_for_is_noted(account: Customer, now: datetime) -> None:
    send(alert_body(metricType="logins", severity="low"), now)
    alerts.apply_due(now=now)

    assert (only().outcome, only().customer, only().level) == (AlertOutcome.NOTED, account, "")
    assert not Todo.objects.exists()


@pytest.mark.parametrize(
    ("days", "metric", "outcome"),
    [
        (0, "trade_volume", AlertOutcome.COOLING_DOWN),
        (13, "trade_volume", AlertOutcome.COOLING_DOWN),
        (14, "trade_volume", AlertOutcome.STARTS_RUN),
        (0, "trade_value", AlertOutcome.STARTS_RUN),
    ],
)
def test_metric_cools_down_for_fourteen_days(
    account: Customer, now: datetime, days: int, metric: str, outcome: AlertOutcome
) -> None:
    send(alert_body(), now)
    alerts.apply_due(now=now)
    later = now + timedelta(days=days)

    with time_machine.travel(later, tick=False):
        send(alert_body(eventId="second", metricType=metric), later, webhook_id="msg_2")
    alerts.apply_due(now=later)

    second = UsageAlert.objects.get(event_id="second")
    assert second.outcome == outcome
    assert Todo.objects.count() == (1 if outcome == AlertOutcome.COOLING_DOWN else 2)


def test_alert_is_decided_once_however_often_it_is_looked_at(account: Customer, now: datetime) -> None:
    send(alert_body(), now)
    alerts.apply_due(now=now)

    assert alerts.apply_alert(only().pk, now=now) is False
    UsageAlert.objects.update(due_at=now)
    alerts.apply_alert(only().pk, now=now)

    assert (Todo.objects.count(), Activity.objects.filter(verb="usage_alert.received").count()) == (1, 1)


def test_alert_whose_worker_died_is_taken_up_when_its_lease_ends(account: Customer, now: datetime) -> None:
    send(alert_body(), now)
    UsageAlert.objects.update(due_at=now + timedelta(minutes=2), attempts=1)

    assert alerts.apply_due(now=now + timedelta(seconds=119)) == 0
    assert alerts.apply_due(now=now + timedelta(minutes=2)) == 1
    assert only().attempts == 2


def test_alert_whose_ring_was_lost_is_found_by_the_clock(account: Customer, now: datetime) -> None:
    send(alert_body(), now)

    report = tick(now=now)

    assert report.swept["usage_alerts"] == 1
    assert only().outcome == AlertOutcome.STARTS_RUN


def test_failing_alert_is_tried_again_and_then_shown(
    account: Customer, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(alert_body(), now)
    monkeypatch.setattr(alerts, "decide_trigger", lambda *args, **options: 1 / 0)

    for attempt in range(6):
        alerts.apply_due(now=now + timedelta(minutes=5 * attempt))

    alert = only()
    assert (alert.due_at, alert.attempts, alert.problem) == (None, 6, "ZeroDivisionError")
    assert (alert.outcome, alert.customer) == (AlertOutcome.WAITING, None)


def test_alert_of_an_unknown_account_is_kept_until_it_is_known(
    now: datetime, csm: User, ops: User, django_capture_on_commit_callbacks: Any
) -> None:
    send(alert_body(), now)
    alerts.apply_due(now=now)
    assert (only().outcome, only().customer, only().due_at) == (AlertOutcome.UNKNOWN_ACCOUNT, None, None)
    assert list(UsageAlert.objects.visible_to(ops)) == [only()]
    assert not UsageAlert.objects.visible_to(csm).exists()

    with django_capture_on_commit_callbacks(execute=True):
        customer = create_customer({"name": "Acme", "external_id": "12345", "owner": csm}, now=now, by=csm)
    alerts.apply_due(now=now)

    assert (only().outcome, only().customer) == (AlertOutcome.STARTS_RUN, customer)
    assert list(UsageAlert.objects.visible_to(csm)) == [only()]


def test_alert_is_found_when_an_account_gets_its_id(csm: User, now: datetime) -> None:
    customer = factories.CustomerFactory.create(external_id=None, owner=csm)
    send(alert_body(), now)
    alerts.apply_due(now=now)

    Customer.objects.filter(pk=customer.pk).update(external_id="12345")

    assert [alerts.apply_due(now=now + timedelta(days=90)), alerts.apply_due(now=now)] == [1, 0]
    assert (only().outcome, only().customer) == (AlertOutcome.STARTS_RUN, customer)


def test_alert_is_seen_by_those_who_see_its_account(
    account: Customer, csm: User, lead: User, stranger: User, now: datetime
) -> None:
    send(alert_body(), now)
    alerts.apply_due(now=now)

    assert [UsageAlert.objects.visible_to(user).count() for user in (csm, lead, stranger)] == [1, 1, 0]


def test_decision_without_an_account_or_level_is_refused(account: Customer, now: datetime) -> None:
    send(alert_body(), now)

    for change in (
        {"outcome": AlertOutcome.NOTED},
        {"outcome": AlertOutcome.STARTS_RUN, "customer": account, "decided_at": now, "level": ""},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            UsageAlert.objects.update(**change)


def test_secret_of_the_suite_signs_as_the_package_does(now: datetime) -> None:
    from standardwebhooks import Webhook

    stamp = str(int(now.timestamp()))

    assert sign(RAW, "msg_1", stamp) == Webhook(SECRET).sign("msg_1", now, RAW.decode())
