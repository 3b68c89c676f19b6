"""Slack at the wire: a message, its change, the signature of a click, and every answer that is not the wanted one."""

from __future__ import annotations

import hashlib
import hmac
import logging
import time
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from pytest_httpserver import HTTPServer

from customers.clients.base import MaybeAccepted, NotAccepted
from customers.clients.inbound import Forged, NoKey
from customers.models import StandInCall
from outreach.clients.choice import get_slack, why_slack_off
from outreach.clients.slack import SlackClient, check_signature
from outreach.clients.slack_stand_in import SlackStandIn
from outreach.rules.slack_messages import Posted, SlackMessage
from tests import factories
from tests.vendors import connect, free_port, public_signatures, server

POST, UPDATE = "/api/chat.postMessage", "/api/chat.update"
OK = {"ok": True, "channel": "C1", "ts": "1772636400.000100", "message": {"text": "x"}}
BLOCKS = ({"type": "section", "text": {"type": "mrkdwn", "text": "*Acme*"}},)
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


@pytest.fixture
def base(httpserver: HTTPServer, settings: Any) -> HTTPServer:
    connect(
        settings,
        SLACK_BOT_TOKEN="xoxb-token",
        SLACK_CHANNEL="C1",
        SLACK_API_BASE=httpserver.url_for("/api"),
        SLACK_SIGNING_SECRET=SECRET,
    )
    return httpserver


@pytest.fixture
def message() -> SlackMessage:
    return SlackMessage(uuid4(), "Acme: a mail waits", BLOCKS)


def test_message_is_posted_with_its_fallback(base: HTTPServer, message: SlackMessage, now: datetime) -> None:
    expected = {"channel": "C1", "unfurl_links": False, "text": "Acme: a mail waits", "blocks": list(BLOCKS)}
    base.expect_request(
        POST, method="POST", json=expected, headers={"Authorization": "Bearer xoxb-token"}
    ).respond_with_json(OK)

    assert SlackClient().post(message, now=now) == Posted("C1", "1772636400.000100")


def test_message_is_changed_where_it_stands(base: HTTPServer, message: SlackMessage, now: datetime) -> None:
    expected = {"channel": "C9", "ts": "1.2", "text": "Acme: a mail waits", "blocks": list(BLOCKS)}
    base.expect_request(UPDATE, method="POST", json=expected).respond_with_json({**OK, "channel": "C9", "ts": "1.2"})

    assert SlackClient().update(Posted("C9", "1.2"), message, now=now) == Posted("C9", "1.2")


@pytest.mark.parametrize(
    ("code", "can_retry"),
    [
        ("channel_not_found", False),
        ("not_in_channel", False),
        ("is_archived", False),
        ("msg_too_long", False),
        ("invalid_blocks", False),
        ("token_revoked", False),
        ("invalid_auth", True),
        ("ratelimited", True),
        ("something_new", False),
    ],
)
def test_error_within_a_200_is_a_refusal(
    base: HTTPServer, message: SlackMessage, now: datetime, code: str, can_retry: bool
) -> None:
    base.expect_request(POST).respond_with_json({"ok": False, "error": code})

    with pytest.raises(NotAccepted) as error:
        SlackClient().post(message, now=now)

    assert (error.value.code, error.value.can_retry, error.value.reason) == (
        code,
        can_retry,
        f"Slack answered: {code}.",
    )


@pytest.mark.parametrize("code", ["fatal_error", "internal_error"])
def test_error_of_slacks_own_may_have_posted(base: HTTPServer, message: SlackMessage, now: datetime, code: str) -> None:
    for path in (POST, UPDATE):
        base.expect_request(path).respond_with_json({"ok": False, "error": code})

    with pytest.raises(MaybeAccepted) as posting:
        SlackClient().post(message, now=now)
    with pytest.raises(MaybeAccepted) as updating:
        SlackClient().update(Posted("C1", "1.2"), message, now=now)

    assert (posting.value.can_retry, updating.value.can_retry) == (False, True)


def test_429_waits_as_long_as_slack_says(base: HTTPServer, message: SlackMessage, now: datetime) -> None:
    base.expect_request(POST).respond_with_json(
        {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "30"}
    )

    with pytest.raises(NotAccepted) as error:
        SlackClient().post(message, now=now)

    assert (error.value.can_retry, error.value.retry_after_s, len(base.log)) == (True, 30, 1)


@pytest.mark.parametrize(("status", "kind"), [(400, NotAccepted), (403, NotAccepted), (302, NotAccepted),
                                              (500, MaybeAccepted), (503, MaybeAccepted)])  # fmt: skip
def test_other_status_is_asked_once(
    base: HTTPServer, message: SlackMessage, now: datetime, status: int, kind: type
) -> None:
    base.expect_request(POST).respond_with_data("x", status=status, headers={"Location": base.url_for("/elsewhere")})

    with pytest.raises(kind) as error:
        SlackClient().post(message, now=now)

    assert (error.value.can_retry, [request.path for request, _ in base.log]) == (False, [POST])


@pytest.mark.parametrize("body", ["", "ok", "[]", "null", "3", '"ok"', '{"ok": true}', '{"ok": true, "channel": 1}',
                                  "[" * 5000, '{"ok": true, "channel": "C1", "ts": ""}'])  # fmt: skip
def test_answer_that_cannot_be_read_may_have_posted(
    base: HTTPServer, message: SlackMessage, now: datetime, body: str
) -> None:
    base.expect_request(POST).respond_with_data(body)

    with pytest.raises(MaybeAccepted):
        SlackClient().post(message, now=now)


def test_answer_of_bytes_that_are_no_text_may_have_posted(
    base: HTTPServer, message: SlackMessage, now: datetime
) -> None:
    base.expect_request(POST).respond_with_data(b"\xff\xfe", content_type="application/json; charset=utf-16")

    with pytest.raises(MaybeAccepted):
        SlackClient().post(message, now=now)


def test_silence_after_the_body_is_unknown(
    base: HTTPServer, message: SlackMessage, now: datetime, settings: Any
) -> None:
    with server(then_hangs=True) as address:
        settings.SLACK_API_BASE = f"{address}/api/"
        with pytest.raises(MaybeAccepted) as error:
            SlackClient(deadline_s=0.4).post(message, now=now)

    assert error.value.can_retry is False


def test_time_limit_is_the_settings(base: HTTPServer, message: SlackMessage, now: datetime, settings: Any) -> None:
    settings.SLACK_TIMEOUT = 0.4
    with server(then_hangs=True) as address:
        settings.SLACK_API_BASE = f"{address}/api/"
        started = time.monotonic()
        with pytest.raises(MaybeAccepted):
            get_slack().post(message, now=now)

    assert time.monotonic() - started < 10


def test_refused_connection_and_proxy_of_the_machine(
    base: HTTPServer, message: SlackMessage, now: datetime, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{free_port()}")
    base.expect_request(POST).respond_with_json(OK)
    assert SlackClient().post(message, now=now).channel == "C1"

    settings.SLACK_API_BASE = f"http://127.0.0.1:{free_port()}/api/"
    with pytest.raises(NotAccepted) as error:
        SlackClient().post(message, now=now)

    assert error.value.can_retry is True


def test_nothing_of_a_call_is_logged(
    base: HTTPServer, message: SlackMessage, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    base.expect_request(POST).respond_with_json(OK)

    with caplog.at_level(logging.DEBUG):
        SlackClient().post(message, now=now)

    said = " ".join(record.getMessage() for record in caplog.records if record.name != "werkzeug")
    assert not any(word in said for word in ("xoxb-token", "Acme"))


def sign(raw: bytes, at: str, *, secret: str = SECRET) -> str:
    return "v0=" + hmac.new(secret.encode(), b"v0:" + at.encode() + b":" + raw, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("age_s", [0, 300, -300])
def test_signed_click_is_believed_for_five_minutes(base: HTTPServer, now: datetime, age_s: int) -> None:
    at = str(int(now.timestamp()) - age_s)

    check_signature(b"payload=%7B%7D", timestamp=at, signature=sign(b"payload=%7B%7D", at), now=now)


FORGERIES = {
    "another secret": lambda raw, at: (raw, at, sign(raw, at, secret="x")),
    "another body": lambda raw, at: (raw + b" ", at, sign(raw, at)),
    "another timestamp": lambda raw, at: (raw, str(int(at) + 1), sign(raw, at)),
    "too old": lambda raw, at: (raw, str(int(at) - 301), sign(raw, str(int(at) - 301))),
    "from the future": lambda raw, at: (raw, str(int(at) + 301), sign(raw, str(int(at) + 301))),
    "no timestamp": lambda raw, at: (raw, "", sign(raw, at)),
    "timestamp of letters": lambda raw, at: (raw, "abc", sign(raw, "abc")),
    "no signature": lambda raw, at: (raw, at, ""),
    "signature that is no ASCII": lambda raw, at: (raw, at, "é" * 20),
    "body that is no text": lambda raw, at: (b"\xff", at, sign(b"\xff", at)),
}


@pytest.mark.parametrize("name", list(FORGERIES))
def test_forged_click_is_refused(base: HTTPServer, now: datetime, name: str) -> None:
    raw, at, signature = FORGERIES[name](b"payload=%7B%7D", str(int(now.timestamp())))

    with pytest.raises(Forged):
        check_signature(raw, timestamp=at, signature=signature, now=now)


@pytest.mark.parametrize("secret", ["", "  "])
def test_without_a_secret_nobody_is_believed(base: HTTPServer, now: datetime, settings: Any, secret: str) -> None:
    settings.SLACK_SIGNING_SECRET = secret
    at = str(int(now.timestamp()))

    with pytest.raises(NoKey):
        check_signature(b"", timestamp=at, signature=sign(b"", at, secret=secret), now=now)


def test_client_is_the_stand_in_until_it_is_connected(base: HTTPServer, settings: Any) -> None:
    assert isinstance(get_slack(), SlackClient)

    settings.SLACK_CHANNEL = settings.SLACK_BOT_TOKEN = ""
    assert isinstance(get_slack(), SlackStandIn)
    assert why_slack_off().startswith("Slack is not connected: SLACK_BOT_TOKEN, SLACK_CHANNEL are not set.")


def test_stand_in_has_the_same_signatures() -> None:
    assert public_signatures(SlackStandIn) == public_signatures(SlackClient)
    assert SlackStandIn.name == SlackClient.name


@pytest.mark.django_db
def test_stand_in_keeps_what_would_have_been_posted(now: datetime) -> None:
    customer = factories.CustomerFactory.create()
    message = SlackMessage(customer.pk, "Acme: a mail waits", BLOCKS)

    posted = SlackStandIn().post(message, now=now)
    assert SlackStandIn().post(message, now=now) != posted
    assert SlackStandIn().update(posted, message, now=now) == posted

    calls = StandInCall.objects.filter(customer=customer, number=posted.ts)
    assert sorted(call.action for call in calls) == ["post", "update"]
    assert calls[0].request == {"text": "Acme: a mail waits", "blocks": list(BLOCKS)}
