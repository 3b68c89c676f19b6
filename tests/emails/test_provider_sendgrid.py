"""SendGrid: the shape of a call against the published description, and every way in which it can go wrong."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import jsonschema
import pytest
from pytest_httpserver import HTTPServer

from customers.clients.deadline import run_within
from emails.providers.base import MaybeAccepted, NotAccepted, OutgoingMail
from emails.providers.capture import CaptureProvider
from emails.providers.choice import NoProvider, get_provider, leaves_the_machine
from emails.providers.sendgrid import DRAFT_ARG, SendGridProvider, build_body
from emails.providers.smtp import SmtpProvider
from tests.emails.provider_contract import make_mail

SCHEMA = json.loads((Path(__file__).parent.parent / "data" / "sendgrid_mail_send.schema.json").read_text())
RESERVED = {"email", "event", "type", "status", "timestamp", "url", "reason", "category", "ip", "sg_event_id"}


@pytest.fixture
def mail() -> OutgoingMail:
    return make_mail(uuid4(), uuid4())


@pytest.fixture
def base(httpserver: HTTPServer, settings: Any) -> HTTPServer:
    settings.OUTBOUND = "on"
    settings.MAIL_PROVIDER = "sendgrid"
    settings.SENDGRID_API_KEY = "SG.test-key"
    settings.SENDGRID_API_BASE = httpserver.url_for("").rstrip("/")
    return httpserver


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"cc": ()},
        {"files": ()},
        {"headers": {}, "reply_to": ""},
        {"to_name": "", "from_name": ""},
        {"cc": ("a@b.example", "A@b.example", "sarah@acme.example")},
        {"track": True},
    ],
)
def test_body_fits_the_published_description(mail: OutgoingMail, change: dict[str, Any]) -> None:
    body = json.loads(json.dumps(build_body(replace(mail, **change))))

    jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(body)


def test_custom_args_are_one_opaque_id_within_the_personalization(mail: OutgoingMail) -> None:
    body = build_body(mail)

    assert body["personalizations"][0]["custom_args"] == {DRAFT_ARG: str(mail.draft_id)}
    assert "custom_args" not in body
    assert DRAFT_ARG not in RESERVED


@pytest.mark.parametrize("track", [True, False])
def test_tracking_is_switched_explicitly(mail: OutgoingMail, track: bool) -> None:
    body = build_body(replace(mail, track=track))

    assert body["tracking_settings"] == {
        "click_tracking": {"enable": track, "enable_text": False},
        "open_tracking": {"enable": track},
        "subscription_tracking": {"enable": False},
    }


def test_headers_that_sendgrid_refuses_are_left_out(mail: OutgoingMail) -> None:
    headers = {"Subject": "x", "BCC": "x@y.example", "Message-ID": "<1@x>", "In-Reply-To": "<0@x>"}

    assert build_body(replace(mail, headers=headers))["headers"] == {"In-Reply-To": "<0@x>"}


def test_address_named_twice_is_copied_once(mail: OutgoingMail) -> None:
    body = build_body(replace(mail, cc=("a@b.example", "A@b.example", "SARAH@acme.example")))

    assert body["personalizations"][0]["cc"] == [{"email": "a@b.example"}]


def test_accepted_call_gives_the_message_id(base: HTTPServer, mail: OutgoingMail, now: datetime) -> None:
    base.expect_request("/v3/mail/send").respond_with_data("", status=202, headers={"X-Message-Id": "LRzXl_NHStOGh"})

    assert SendGridProvider().send(mail, now=now).provider_id == "LRzXl_NHStOGh"


@pytest.mark.parametrize(
    ("status", "can_retry"),
    [(400, False), (401, True), (403, False), (404, False), (405, False), (413, False), (429, True), (418, False)],
)
def test_4xx_was_not_accepted(
    base: HTTPServer, mail: OutgoingMail, now: datetime, status: int, can_retry: bool
) -> None:
    base.expect_request("/v3/mail/send").respond_with_json(
        {"errors": [{"message": "The from address does not match a verified sender", "field": "from"}]}, status=status
    )

    with pytest.raises(NotAccepted) as refusal:
        SendGridProvider().send(mail, now=now)

    assert refusal.value.can_retry is can_retry
    assert "verified sender" in refusal.value.reason
    assert "SG.test-key" not in refusal.value.reason


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_5xx_after_the_body_is_unknown(base: HTTPServer, mail: OutgoingMail, now: datetime, status: int) -> None:
    base.expect_request("/v3/mail/send").respond_with_data("oh", status=status)

    with pytest.raises(MaybeAccepted):
        SendGridProvider().send(mail, now=now)


@pytest.mark.parametrize("body", ["", "no json", "[]", '{"errors": 3}', '{"errors": [1]}', "[" * 5000])
def test_refusal_in_any_words_is_a_refusal(base: HTTPServer, mail: OutgoingMail, now: datetime, body: str) -> None:
    base.expect_request("/v3/mail/send").respond_with_data(body, status=400)

    with pytest.raises(NotAccepted):
        SendGridProvider().send(mail, now=now)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(base: HTTPServer, mail: OutgoingMail, now: datetime, status: int) -> None:
    elsewhere = base.url_for("/elsewhere")
    base.expect_request("/v3/mail/send").respond_with_data("", status=status, headers={"Location": elsewhere})

    with pytest.raises(NotAccepted):
        SendGridProvider().send(mail, now=now)

    assert [request.path for request, _ in base.log] == ["/v3/mail/send"]


def test_dripping_answer_ends_at_the_deadline(settings: Any, mail: OutgoingMail, now: datetime) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    is_over = threading.Event()

    def drip() -> None:
        line, _ = listener.accept()
        with listener, line:
            line.recv(65536)
            try:
                while not is_over.wait(0.05):
                    line.sendall(b"H")
            except OSError:
                pass

    threading.Thread(target=drip, daemon=True).start()
    settings.SENDGRID_API_BASE = f"http://127.0.0.1:{listener.getsockname()[1]}"
    start = time.monotonic()

    with pytest.raises(MaybeAccepted):
        SendGridProvider(deadline_s=0.4).send(mail, now=now)

    is_over.set()
    assert time.monotonic() - start < 3


def test_deadline_before_anything_left_may_be_tried_again() -> None:
    with pytest.raises(NotAccepted) as refusal:
        run_within(lambda attempt: time.sleep(1), seconds=0.05)

    assert refusal.value.can_retry is True


def test_attempt_given_up_sends_nothing_later() -> None:
    went_out = threading.Event()
    may_go_on = threading.Event()

    def work(attempt: Any) -> None:
        may_go_on.wait(5)
        attempt.begin(None)
        went_out.set()

    with pytest.raises(NotAccepted):
        run_within(work, seconds=0.05)
    may_go_on.set()

    assert not went_out.wait(0.2)


@pytest.mark.parametrize(
    "address",
    [
        "http://10.0.0.5",
        "https://192.168.1.4",
        "https://169.254.169.254",
        "http://api.sendgrid.com",
        "ftp://x",
        "",
        "x",
    ],
)
def test_base_that_is_no_vendor_is_never_called(settings: Any, mail: OutgoingMail, now: datetime, address: str) -> None:
    settings.SENDGRID_API_BASE = address

    with pytest.raises(NotAccepted) as refusal:
        SendGridProvider().send(mail, now=now)

    assert refusal.value.can_retry is False


def test_loopback_is_refused_without_debug(base: HTTPServer, settings: Any, mail: OutgoingMail, now: datetime) -> None:
    settings.ALLOW_LOOPBACK_VENDORS = False

    with pytest.raises(NotAccepted):
        SendGridProvider().send(mail, now=now)

    assert base.log == []


def test_name_that_leads_to_a_private_address_gets_nothing(
    base: HTTPServer, settings: Any, mail: OutgoingMail, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The name passes as a public one; the socket then shows who was reached.
    monkeypatch.setattr("emails.providers.sendgrid.refuse_base", lambda url, allow_loopback: "")
    settings.ALLOW_LOOPBACK_VENDORS = False

    with pytest.raises(NotAccepted) as refusal:
        SendGridProvider().send(mail, now=now)

    assert "private" in refusal.value.reason
    assert base.log == []


def test_key_and_body_are_never_logged(
    base: HTTPServer, mail: OutgoingMail, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    base.expect_request("/v3/mail/send").respond_with_data("", status=202)

    with caplog.at_level(logging.DEBUG):
        SendGridProvider().send(mail, now=now)

    assert "SG.test-key" not in caplog.text
    assert "Hello Sarah" not in caplog.text


@pytest.mark.parametrize(
    ("changes", "provider"),
    [
        ({"MAIL_PROVIDER": "capture", "OUTBOUND": "on"}, CaptureProvider),
        ({"MAIL_PROVIDER": "sendgrid", "OUTBOUND": "on", "SENDGRID_API_KEY": "SG.x"}, SendGridProvider),
        ({"MAIL_PROVIDER": "sendgrid", "OUTBOUND": "off", "SENDGRID_API_KEY": "SG.x"}, CaptureProvider),
        ({"MAIL_PROVIDER": "sendgrid", "OUTBOUND": "yes", "SENDGRID_API_KEY": "SG.x"}, CaptureProvider),
        ({"MAIL_PROVIDER": "sendgrid", "OUTBOUND": "on", "SENDGRID_API_KEY": ""}, CaptureProvider),
        ({"MAIL_PROVIDER": "smtp", "OUTBOUND": "on", "HAS_MAIL_SERVER": True}, SmtpProvider),
        ({"MAIL_PROVIDER": "smtp", "OUTBOUND": "on", "HAS_MAIL_SERVER": False}, CaptureProvider),
        ({"MAIL_PROVIDER": "smtp", "OUTBOUND": "off", "HAS_MAIL_SERVER": True}, CaptureProvider),
    ],
)
def test_nothing_leaves_until_all_is_switched_on(settings: Any, changes: dict[str, Any], provider: type) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)

    assert type(get_provider()) is provider
    assert leaves_the_machine() is (provider is not CaptureProvider)


def test_provider_that_is_not_here_is_named(settings: Any) -> None:
    settings.MAIL_PROVIDER = "pigeon"

    with pytest.raises(NoProvider, match="pigeon"):
        get_provider()
