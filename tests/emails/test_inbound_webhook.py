"""Inbound Parse as a door: who is let in, and what any input is answered (promise 10)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from config.settings.logs import hide_in_text
from emails.models import InboundMail, Reply
from emails.services import inbound
from tests.data.replies.shape import Mail
from tests.emails.corpus import TOKEN_ADDRESS, Sent, build
from tests.emails.event_calls import Signer, stamp
from tests.emails.inbound_calls import BOUNDARY, PATH, SECRET, TYPE, form, known_fields, parsed_call, post, raw_call

pytestmark = pytest.mark.django_db

SIGNER, OTHER = Signer(), Signer()
SENT = build(Mail("en", "gmail", "positive", "This works for us. Please go ahead."))
LIMIT = 30 * 1024 * 1024


@pytest.fixture(autouse=True)
def _door(now: datetime, settings: Any) -> Iterator[None]:
    settings.INBOUND_SECRET = SECRET
    settings.SENDGRID_EVENT_PUBLIC_KEY = SIGNER.public_key
    with time_machine.travel(now, tick=False):
        yield


def signed(body: bytes, at: datetime, *, signer: Signer = SIGNER) -> dict[str, str]:
    return {
        "X-Twilio-Email-Event-Webhook-Signature": signer.sign(body, stamp(at)),
        "X-Twilio-Email-Event-Webhook-Timestamp": stamp(at),
    }


@pytest.mark.parametrize("call", [raw_call, parsed_call])
@pytest.mark.parametrize("path", [PATH, f"{PATH}/"])
def test_call_with_the_secret_is_kept_and_not_redirected(call: Callable[[Sent], bytes], path: str) -> None:
    answer = post(call(SENT), path=path)

    assert (answer.status_code, answer.json()) == (200, {"status": "kept"})
    assert InboundMail.objects.count() == 1


def test_signed_call_needs_no_secret(now: datetime) -> None:
    body = form({"from": "a@b.example", "text": "Hallo", "email": b"From: a@b.example\r\n\r\n\xff\xfe\x00binary"})

    answer = post(body, path="/webhooks/sendgrid/inbound/signed", **signed(body, now))

    assert answer.status_code == 200


FORGERIES: dict[str, Callable[[bytes, datetime], tuple[str, dict[str, str]]]] = {
    "other secret": lambda body, now: ("other", {}),
    "secret and a letter": lambda body, now: (f"{SECRET}x", {}),
    "secret without its last letter": lambda body, now: (SECRET[:-1], {}),
    "secret in capitals": lambda body, now: (SECRET.upper(), {}),
    "secret that is no ASCII": lambda body, now: ("s%C3%A9cret", {}),
    "secret of bytes that are no text": lambda body, now: ("%FF%FE", {}),
    "secret of a NUL": lambda body, now: ("%00", {}),
    "other key": lambda body, now: ("x", signed(body, now, signer=OTHER)),
    "signature of another body": lambda body, now: ("x", signed(body + b" ", now)),
    "old signature": lambda body, now: ("x", signed(body, now - timedelta(hours=25, seconds=1))),
    "signature from the future": lambda body, now: ("x", signed(body, now + timedelta(minutes=6))),
    "signature that is none": lambda body, now: ("x", {**signed(body, now), _SIGNATURE: "abc"}),
    "signature that is no ASCII": lambda body, now: ("x", {**signed(body, now), _SIGNATURE: "é" * 20}),
    "timestamp NaN": lambda body, now: ("x", {**signed(body, now), _TIMESTAMP: "NaN"}),
    "no timestamp": lambda body, now: ("x", {_SIGNATURE: signed(body, now)[_SIGNATURE]}),
}
_SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
_TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"


@pytest.mark.parametrize("name", list(FORGERIES))
def test_forged_call_is_refused(name: str, now: datetime) -> None:
    body = raw_call(SENT)
    secret, headers = FORGERIES[name](body, now)

    answer = post(body, path=f"/webhooks/sendgrid/inbound/{secret}", **headers)

    assert answer.status_code == 401
    assert not InboundMail.objects.exists()


@pytest.mark.parametrize("given", ["", "x", SECRET])
def test_without_secret_nobody_is_believed(given: str, settings: Any) -> None:
    settings.INBOUND_SECRET = ""

    answer = post(raw_call(SENT), path=f"/webhooks/sendgrid/inbound/{given or 'x'}")

    assert answer.status_code == 403
    assert not InboundMail.objects.exists()


def test_without_secret_and_key_a_signature_is_not_believed_either(settings: Any, now: datetime) -> None:
    settings.INBOUND_SECRET = settings.SENDGRID_EVENT_PUBLIC_KEY = ""
    body = raw_call(SENT)

    assert post(body, path="/webhooks/sendgrid/inbound/x", **signed(body, now)).status_code == 403


@pytest.mark.parametrize("method", ["get", "put", "delete", "head", "patch"])
def test_other_methods_are_refused(method: str) -> None:
    assert getattr(Client(), method)(PATH).status_code == 405


def test_mail_of_the_full_size_is_kept(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
    around = len(form({**known_fields(SENT, TOKEN_ADDRESS), "email": b""}))

    answer = post(form({**known_fields(SENT, TOKEN_ADDRESS), "email": SENT.raw.ljust(LIMIT - around, b"x")}))

    assert answer.status_code == 200


def test_mail_above_the_limit_is_refused(now: datetime) -> None:
    body = form({"email": b"x" * LIMIT})

    assert post(body).status_code == 413
    assert not InboundMail.objects.exists()


def test_length_that_is_told_is_believed_before_reading() -> None:
    answer = Client().post(PATH, b"", content_type=TYPE, CONTENT_LENGTH=str(LIMIT + 1))

    assert answer.status_code == 413


DEEP = "[" * 200_000 + "]" * 200_000
MALFORMED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", TYPE),
    "no form": (b'{"from": "a@b.example"}', "application/json"),
    "no type": (raw_call(SENT), ""),
    "no boundary": (raw_call(SENT), "multipart/form-data"),
    "other boundary": (raw_call(SENT), "multipart/form-data; boundary=other"),
    "long boundary": (raw_call(SENT), f"multipart/form-data; boundary={'b' * 300}"),
    "url-encoded": (b"from=a%40b.example&text=hi", "application/x-www-form-urlencoded"),
    "garbage": (bytes(range(256)) * 40, TYPE),
    "no mail in it": (form({"hello": "world"}), TYPE),
    "part without a name": (f"--{BOUNDARY}\r\n\r\nx\r\n--{BOUNDARY}--".encode(), TYPE),
    "envelope no JSON": (raw_call(SENT, envelope="{'to': 1}"), TYPE),
    "envelope a list": (raw_call(SENT, envelope="[]"), TYPE),
    "envelope NaN": (raw_call(SENT, envelope='{"to": NaN}'), TYPE),
    "envelope 200,000 deep": (raw_call(SENT, envelope=DEEP), TYPE),
    "envelope member 200,000 deep": (raw_call(SENT, envelope='{"to": ' + DEEP + "}"), TYPE),
    "charsets 200,000 deep": (parsed_call(SENT, charsets=DEEP), TYPE),
}


@pytest.mark.parametrize("name", list(MALFORMED))
def test_malformed_call_is_refused(name: str) -> None:
    body, content_type = MALFORMED[name]

    assert post(body, content_type=content_type).status_code == 400
    assert not InboundMail.objects.exists()


HEAD = b"From: Sarah <sarah@acme.example>\r\nMessage-ID: <odd@acme.example>\r\n"
ODD: dict[str, bytes] = {
    "NUL everywhere": form({"from": "sarah@acme.example\0", "subject": "a\0b", "text": "yes\0please"}),
    "half a surrogate in the envelope": raw_call(SENT, envelope='{"to": ["\\ud800@x.example"], "from": "\\udfff"}'),
    "NUL in the envelope": raw_call(SENT, envelope='{"to": ["a\\u0000@x.example"], "from": "\\u0000"}'),
    "envelope of numbers": raw_call(SENT, envelope='{"to": [1, null, {"a": []}], "from": 7}'),
    "charset that is none": parsed_call(SENT, charsets='{"text": "no-such", "subject": 5, "html": "hex"}'),
    "charset of quadratic time": parsed_call(SENT, charsets='{"text": "punycode"}', text="a" * 50_000),
    "text that is no UTF-8": form({"from": "s@a.example", "text": b"caf\xe9 \x93quoted\x94 \xff\xfe\xed\xa0\x80"}),
    "header lines without end": form({"email": HEAD + b"X: " + b"y" * 400_000}),
    "no headers at all": form({"email": b"\r\nhello"}),
    "a thousand nested parts": form({"email": HEAD + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(1000))}),
    "parts that never end": form({"email": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--b\r\n" * 5000}),
    "comments in the sender": form({"from": "(" * 5000 + "sarah@acme.example", "text": "hi"}),
    "date that is none": form({"email": HEAD + b"Date: Fri, 99 Foo 99999999999 99:99:99 +9999\r\n\r\nhi"}),
    "base64 that is none": form({"email": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n=!?=A"}),
    "references without end": form({"email": HEAD + b"References: " + b"<a@b> " * 20_000 + b"\r\n\r\nhi"}),
    "encoded words without end": form({"email": HEAD + b"Subject: " + b"=?utf-8?q?" * 5_000 + b"\r\n\r\nhi"}),
    "type with parameters without end": form({"email": HEAD + b"Content-Type: text/plain" + b';a="' * 9_000
        + b"\r\n\r\nhi"}),
}  # fmt: skip


@pytest.mark.parametrize("name", list(ODD))
def test_odd_mail_is_kept_and_applied(name: str, now: datetime) -> None:
    answer = post(ODD[name])
    inbound.apply_due(now=now)

    assert answer.status_code == 200
    kept = InboundMail.objects.get()
    assert (kept.problem, kept.applied_at) == ("", now)
    reply = Reply.objects.get()
    assert reply.customer is None
    assert "\0" not in json.dumps([reply.from_email, reply.subject, reply.text, reply.headers])


def test_repeated_call_is_answered_alike_and_kept_once() -> None:
    answers = [post(raw_call(SENT)).status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert InboundMail.objects.count() == 1


def test_same_mail_in_another_wrapping_is_kept_once() -> None:
    post(raw_call(SENT))
    post(raw_call(SENT, spam_score="4.2"))

    assert InboundMail.objects.count() == 1


def test_mail_without_message_id_is_known_by_its_bytes() -> None:
    one, two = (form({"from": "sarah@acme.example", "text": text}) for text in ("one", "two"))

    for body in (one, two, one):
        assert post(body).status_code == 200

    assert InboundMail.objects.count() == 2


def test_forged_mail_does_not_keep_the_genuine_one_out(now: datetime) -> None:
    post(raw_call(SENT, SPF="fail", dkim="none"))
    post(raw_call(SENT))
    inbound.apply_due(now=now)

    assert sorted(Reply.objects.values_list("is_authentic", flat=True)) == [False, True]


def test_secret_stays_out_of_answers_and_logs(caplog: pytest.LogCaptureFixture) -> None:
    answers = [post(b"garbage"), Client().get(PATH)]

    told = [answer.content.decode() for answer in answers]
    logged = [hide_in_text(record.getMessage()) for record in caplog.records]
    assert [line for line in [*told, *logged] if SECRET in line] == []
    assert "Bad Request: /webhooks/sendgrid/inbound/[hidden]" in logged
