"""News for other systems: written with what happened, signed, tried again, logged, never to a private address."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_httpserver import HTTPServer
from standardwebhooks import Webhook
from werkzeug import Request

from customers.clients import webhook_call
from customers.clients.base import NotAccepted
from customers.clients.webhook_call import find_address
from customers.enums import ClaimState
from customers.models import Activity, Customer, User, WebhookDelivery, WebhookEndpoint
from customers.queries.webhook_endpoints import remember_listeners
from customers.rules.webhook_events import EVENT_OF_VERB, EVENT_TYPES
from customers.rules.webhook_retries import GIVEN_UP_AFTER, LADDER, OVERLAP
from customers.services import deliveries
from customers.services.activity import record
from customers.services.holds import hold_customer
from customers.services.keys import rotate_keys
from customers.services.webhook_endpoints import (
    redeliver,
    remove_endpoint,
    rotate_secret,
    save_endpoint,
    send_test,
)
from customers.services.workspace import NotOps
from tests import factories
from tests.api.conftest import Caller, key_of

pytestmark = pytest.mark.django_db
PAGE = "/settings/webhooks"
AN_HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _on(now: datetime, settings: Any) -> Iterator[None]:
    settings.OUTBOUND = "on"
    settings.ALLOW_LOOPBACK_VENDORS = True
    with time_machine.travel(now, tick=False):
        yield
    remember_listeners(False, seconds=3600)


@pytest.fixture
def account(csm: User) -> Customer:
    return factories.CustomerFactory.create(owner=csm, name="Acme Rail")


@pytest.fixture
def made(httpserver: HTTPServer, ops: User, now: datetime) -> tuple[WebhookEndpoint, str]:
    values = {"url": httpserver.url_for("/hook"), "description": "CRM", "event_types": [], "is_enabled": True}
    return save_endpoint(WebhookEndpoint(), values, now=now, by=ops)


@pytest.fixture
def endpoint(made: tuple[WebhookEndpoint, str]) -> WebhookEndpoint:
    return made[0]


def answer(httpserver: HTTPServer, status: int = 200, body: str = "thanks", **headers: str) -> None:
    httpserver.expect_request("/hook", method="POST").respond_with_data(body, status=status, headers=headers)


def last() -> WebhookDelivery:
    return WebhookDelivery.objects.get()


def tell(endpoint: WebhookEndpoint, *, now: datetime, by: User) -> WebhookDelivery:
    return send_test(endpoint, now=now, by=by)


# What is told


def test_what_happens_is_a_message_in_the_same_transaction(
    endpoint: WebhookEndpoint, account: Customer, csm: User, now: datetime, settings: Any
) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        hold_customer(account, scope="account", until=None, reason="Secret reason", now=now, by=csm)
        assert WebhookDelivery.objects.count() == 1
        raise ZeroDivisionError
    assert not WebhookDelivery.objects.exists()

    hold = hold_customer(account, scope="account", until=None, reason="Secret reason", now=now, by=csm)

    row = last()
    assert (row.type, row.state, row.customer) == ("hold.started", ClaimState.QUEUED, account)
    assert row.body == {
        "type": "hold.started",
        "timestamp": "2026-03-04T15:00:00.000Z",
        "data": {
            "customerId": str(account.pk),
            "holdId": str(hold.pk),
            "url": f"{settings.PUBLIC_URL}/api/customers/{account.pk}",
        },
    }
    assert "Secret" not in json.dumps(row.body)


def test_only_chosen_events_are_told(endpoint: WebhookEndpoint, account: Customer, ops: User, now: datetime) -> None:
    save_endpoint(endpoint, {"event_types": ["mail.sent"]}, version=endpoint.version, now=now, by=ops)

    for verb in ("hold.started", "draft.sent", "draft.attached"):
        record(verb, "It happened", customer=account, by=ops, now=now)

    assert [row.type for row in WebhookDelivery.objects.all()] == ["mail.sent"]


def test_without_an_endpoint_nothing_is_asked(account: Customer, ops: User, now: datetime) -> None:
    remember_listeners(False, seconds=3600)
    with CaptureQueriesContext(connection) as asked:
        record("hold.started", "It happened", customer=account, by=ops, now=now)

    assert len(asked) == 1


def test_every_event_is_named_in_the_docs() -> None:
    from django.conf import settings as django_settings

    said = (django_settings.BASE_DIR / "docs" / "webhooks.md").read_text()

    assert [name for name in EVENT_TYPES if f"`{name}`" not in said] == []
    assert set(EVENT_OF_VERB.values()) == set(EVENT_TYPES)


# How it is sent


def test_message_is_signed_as_standard_webhooks_say(
    httpserver: HTTPServer, made: tuple[WebhookEndpoint, str], ops: User, now: datetime
) -> None:
    endpoint, secret = made
    answer(httpserver)
    row = tell(endpoint, now=now, by=ops)

    deliveries.sweep(now)

    request: Request = httpserver.log[0][0]
    assert Webhook(secret).verify(request.data, dict(request.headers)) == last().body
    assert request.headers["webhook-id"] == row.message_id
    taken = last()
    assert (taken.state, taken.status, taken.answer, taken.attempts) == (ClaimState.SENT, 200, "thanks", 1)
    assert secret not in json.dumps(taken.receipt) and secret not in str(request.headers)


def test_both_secrets_sign_for_a_day(
    httpserver: HTTPServer, made: tuple[WebhookEndpoint, str], ops: User, now: datetime
) -> None:
    endpoint, old = made
    answer(httpserver)
    new = rotate_secret(endpoint, now=now, by=ops)
    tell(endpoint, now=now, by=ops)
    deliveries.sweep(now)
    first = httpserver.log[0][0]
    for secret in (old, new):
        Webhook(secret).verify(first.data, dict(first.headers))

    later = now + OVERLAP
    with time_machine.travel(later, tick=False):
        tell(endpoint, now=later, by=ops)
        deliveries.sweep(later)

    assert len(httpserver.log[1][0].headers["webhook-signature"].split()) == 1


def test_not_taken_is_tried_on_the_ladder_under_one_id_and_then_failed(
    httpserver: HTTPServer, endpoint: WebhookEndpoint, ops: User, now: datetime
) -> None:
    answer(httpserver, 503, "busy")
    tell(endpoint, now=now, by=ops)

    at = now
    for wait in LADDER:
        assert deliveries.sweep(at) == 1
        assert last().state == ClaimState.QUEUED
        assert last().not_before == at + wait
        assert deliveries.sweep(at + wait - timedelta(seconds=1)) == 0
        at += wait
    deliveries.sweep(at)

    assert (last().state, last().attempts, len(last().receipt)) == (ClaimState.FAILED, len(LADDER) + 1, 10)
    assert {request.headers["webhook-id"] for request, _ in httpserver.log} == {last().message_id}
    assert timedelta(days=1.5) < at - now < timedelta(days=3)


def test_redirect_is_not_followed(httpserver: HTTPServer, endpoint: WebhookEndpoint, ops: User, now: datetime) -> None:
    answer(httpserver, 302, "", Location=httpserver.url_for("/elsewhere"))
    tell(endpoint, now=now, by=ops)

    deliveries.sweep(now)

    assert (last().state, last().status, len(httpserver.log)) == (ClaimState.QUEUED, 302, 1)


def test_long_answer_is_cut(httpserver: HTTPServer, endpoint: WebhookEndpoint, ops: User, now: datetime) -> None:
    answer(httpserver, 200, "x" * 300_000)
    tell(endpoint, now=now, by=ops)

    deliveries.sweep(now)

    assert (last().state, len(last().answer)) == (ClaimState.SENT, webhook_call.FIRST_BYTES)


def test_gone_switches_off_at_once_and_tells_ops(
    httpserver: HTTPServer,
    endpoint: WebhookEndpoint,
    ops: User,
    now: datetime,
    django_capture_on_commit_callbacks: Any,
) -> None:
    answer(httpserver, 410)
    tell(endpoint, now=now, by=ops)
    tell(endpoint, now=now + AN_HOUR, by=ops)

    with django_capture_on_commit_callbacks(execute=True):
        deliveries.sweep(now)

    endpoint.refresh_from_db()
    assert (endpoint.is_enabled, endpoint.off_reason) == (False, "It answered 410: it wants no more.")
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {ClaimState.FAILED, ClaimState.CANCELLED}
    assert Activity.objects.filter(verb="webhook_endpoint.switched_off").count() == 1
    assert [message.to for message in mail.outbox] == [[ops.email]]


def test_five_days_of_failure_switch_off_and_one_success_starts_afresh(
    httpserver: HTTPServer, endpoint: WebhookEndpoint, ops: User, now: datetime
) -> None:
    answer(httpserver, 500)
    tell(endpoint, now=now, by=ops)
    deliveries.sweep(now)
    endpoint.refresh_from_db()
    assert endpoint.failing_since == now
    httpserver.clear()
    answer(httpserver)
    deliveries.sweep(now + AN_HOUR)
    endpoint.refresh_from_db()
    assert (endpoint.failing_since, endpoint.is_enabled) == (None, True)

    httpserver.clear()
    answer(httpserver, 500)
    for at in (now, now + GIVEN_UP_AFTER):
        tell(endpoint, now=at, by=ops)
        deliveries.sweep(at)

    endpoint.refresh_from_db()
    assert not endpoint.is_enabled


def test_dead_worker_s_message_is_sent_again(
    httpserver: HTTPServer, endpoint: WebhookEndpoint, ops: User, now: datetime
) -> None:
    answer(httpserver)
    tell(endpoint, now=now, by=ops)
    WebhookDelivery.objects.update(state=ClaimState.SENDING, leased_until=now - timedelta(seconds=1))

    deliveries.sweep(now)

    assert last().state == ClaimState.SENT


def test_message_that_another_has_is_left(
    httpserver: HTTPServer, endpoint: WebhookEndpoint, ops: User, now: datetime
) -> None:
    tell(endpoint, now=now, by=ops)
    row = last()
    WebhookDelivery.objects.update(state=ClaimState.SENDING, leased_until=now + AN_HOUR)

    assert deliveries.deliver(row.pk, now=now) is False
    assert httpserver.log == []


def test_with_outbound_off_it_is_kept_and_can_be_sent_later(
    httpserver: HTTPServer, endpoint: WebhookEndpoint, ops: User, now: datetime, settings: Any
) -> None:
    settings.OUTBOUND = "off"
    answer(httpserver)
    tell(endpoint, now=now, by=ops)
    deliveries.sweep(now)
    assert (last().state, last().outcome, httpserver.log) == (ClaimState.CANCELLED, deliveries.KEPT, [])

    settings.OUTBOUND = "on"
    redeliver(last(), now=now, by=ops)
    deliveries.sweep(now)

    assert last().state == ClaimState.SENT


# Where it goes


def test_name_is_looked_up_once_and_the_line_goes_there(
    httpserver: HTTPServer, endpoint: WebhookEndpoint, ops: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: the name leads to the checked address at first and elsewhere from then on."""
    answer(httpserver)
    asked: list[Any] = []
    real = socket.getaddrinfo

    def look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host != "localhost":
            return real(host, *args, **kwargs)
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "127.0.0.99", *args, **kwargs)

    WebhookEndpoint.objects.update(url=httpserver.url_for("/hook").replace("127.0.0.1", "localhost"))
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    tell(endpoint, now=now, by=ops)
    deliveries.sweep(now)

    assert last().state == ClaimState.SENT
    assert asked == ["localhost"]


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.9", "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1"]
)
def test_public_name_of_a_private_address_is_refused(
    settings: Any, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    settings.ALLOW_LOOPBACK_VENDORS = False
    found = [(socket.AF_INET, 1, 6, "", ("93.184.215.14", 443)), (socket.AF_INET, 1, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)

    with pytest.raises(NotAccepted, match="not public"):
        find_address("https://hooks.example.com/x")


# Who may


def test_only_ops_change_endpoints_and_private_addresses_are_refused(
    endpoint: WebhookEndpoint, lead: User, ops: User, now: datetime, client: Client
) -> None:
    with pytest.raises(NotOps):
        save_endpoint(endpoint, {"description": "x"}, version=1, now=now, by=lead)
    assert not WebhookEndpoint.objects.visible_to(lead).exists()
    client.force_login(lead)
    assert client.get(PAGE).status_code == 403

    client.force_login(ops)
    refused = client.post(f"{PAGE}/new", {"url": "https://10.0.0.1/", "is_enabled": "on"})

    assert "not public" in refused.content.decode()
    assert WebhookEndpoint.objects.count() == 1


def test_page_shows_the_secret_once_and_sends_tests_and_again(
    httpserver: HTTPServer, ops: User, now: datetime, client: Client
) -> None:
    answer(httpserver)
    client.force_login(ops)
    page = client.post(
        f"{PAGE}/new",
        {"url": httpserver.url_for("/hook"), "description": "CRM", "is_enabled": "on", "event_types": ["mail.sent"]},
    ).content.decode()
    endpoint = WebhookEndpoint.objects.get()
    assert "whsec_" in page
    assert "whsec_" not in client.get(f"{PAGE}/{endpoint.pk}").content.decode()

    client.post(f"{PAGE}/{endpoint.pk}/test")
    deliveries.sweep(now)
    log = client.get(f"{PAGE}/deliveries/{last().pk}").content.decode()
    client.post(f"{PAGE}/deliveries/{last().pk}")

    assert "webhook.test" in log and "thanks" in log
    assert last().state == ClaimState.QUEUED
    assert "whsec_" in client.post(f"{PAGE}/{endpoint.pk}/rotate").content.decode()
    client.post(f"{PAGE}/{endpoint.pk}/remove")
    assert client.get(f"{PAGE}/{endpoint.pk}").status_code == 404
    assert last().state == ClaimState.CANCELLED


def test_api_makes_changes_tests_and_sends_again(httpserver: HTTPServer, ops: User, csm: User, now: datetime) -> None:
    answer(httpserver)
    api, body = Caller(key_of(ops, ["admin"])), {"url": httpserver.url_for("/hook"), "eventTypes": ["mail.sent"]}
    assert Caller(key_of(csm)).get("/api/webhook-endpoints").status_code == 403
    made = api.post("/api/webhook-endpoints", body)
    at = f"/api/webhook-endpoints/{made.json()['id']}"  # type: ignore[attr-defined]
    assert made.status_code == 201 and made.json()["secret"].startswith("whsec_")  # type: ignore[attr-defined]
    assert "secret" not in api.get(at).json()  # type: ignore[attr-defined]
    assert api.post("/api/webhook-endpoints", {"url": "https://10.0.0.1/"}).status_code == 400
    assert api.patch(at, {"version": 9, "enabled": False}).status_code == 409

    row = api.post(f"{at}/test").json()  # type: ignore[attr-defined]
    deliveries.sweep(now)
    sent = api.get(f"/api/webhook-deliveries/{row['id']}").json()  # type: ignore[attr-defined]
    again = api.post(f"/api/webhook-deliveries/{row['id']}/redeliver")

    assert (sent["state"], sent["status"], len(sent["attempts"])) == ("sent", 200, 1)
    assert again.status_code == 202
    assert api.get("/api/webhook-deliveries?state=queued").json()["count"] == 1  # type: ignore[attr-defined]
    assert api.post(f"{at}/rotate-secret").json()["secret"].startswith("whsec_")  # type: ignore[attr-defined]
    assert api.patch(at, {"enabled": False}).json()["enabled"] is False  # type: ignore[attr-defined]
    assert api.post(f"{at}/test").status_code == 409
    assert api.delete(at).status_code == 204
    assert api.get(at).status_code == 404


def test_secret_is_sealed_and_rotates_with_the_keys(
    made: tuple[WebhookEndpoint, str], ops: User, now: datetime, settings: Any
) -> None:
    from cryptography.fernet import Fernet

    endpoint, secret = made
    assert secret not in endpoint.sealed_secret
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]

    assert rotate_keys(now=now, by=None).changed >= 1
    assert WebhookEndpoint.objects.get().sealed_secret != endpoint.sealed_secret


def test_tables_refuse_what_must_not_be(endpoint: WebhookEndpoint, ops: User, now: datetime) -> None:
    row = tell(endpoint, now=now, by=ops)
    for broken in ({"state": ClaimState.SENT, "sent_at": None}, {"not_before": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            WebhookDelivery.objects.filter(pk=row.pk).update(**broken)
    with pytest.raises(IntegrityError), transaction.atomic():
        WebhookEndpoint.objects.update(removed_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        WebhookDelivery.objects.create(
            endpoint=endpoint, message_id=row.message_id, type="x", body={}, happened_at=now, not_before=now
        )
    assert remove_endpoint(endpoint, now=now, by=ops)
