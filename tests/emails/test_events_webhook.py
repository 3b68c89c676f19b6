"""The event webhook as a door: who is believed, and what any input is answered."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from emails.enums import DraftState
from emails.models import Draft, EventBatch, MailEvent
from emails.services import events
from emails.services.editing import reload
from tests.emails.event_calls import PATH, Signer, call, item, stamp, write

pytestmark = pytest.mark.django_db

SIGNER = Signer()
OTHER = Signer()


@pytest.fixture(autouse=True)
def _now(now: datetime, settings: Any) -> Iterator[None]:
    settings.SENDGRID_EVENT_PUBLIC_KEY = SIGNER.public_key
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def body(draft: Draft, now: datetime) -> bytes:
    return write([item(draft, "delivered", now)])


def test_signed_call_is_kept_and_applied(draft: Draft, body: bytes, now: datetime) -> None:
    answer = call(SIGNER, body, now=now)

    assert answer.status_code == 200
    events.apply_due(now=now)
    assert reload(draft).state == DraftState.DELIVERED
    assert MailEvent.objects.count() == 1


@pytest.mark.parametrize("path", [PATH, f"{PATH}/"])
def test_slash_at_the_end_is_answered_without_redirect(body: bytes, now: datetime, path: str) -> None:
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": SIGNER.sign(body, stamp(now)),
        "X-Twilio-Email-Event-Webhook-Timestamp": stamp(now),
    }

    answer = Client(enforce_csrf_checks=True).post(path, body, content_type="application/json", headers=headers)

    assert answer.status_code == 200


@pytest.mark.parametrize("method", ["get", "put", "delete", "head"])
def test_other_methods_are_refused(method: str) -> None:
    assert getattr(Client(), method)(PATH).status_code == 405


FORGERIES: dict[str, Callable[[bytes, datetime], dict[str, Any]]] = {
    "no signature": lambda body, now: {"signature": None},
    "empty signature": lambda body, now: {"signature": ""},
    "no timestamp": lambda body, now: {"timestamp": None, "signature": SIGNER.sign(body, "")},
    "empty timestamp": lambda body, now: {"timestamp": ""},
    "other key": lambda body, now: {"signature": OTHER.sign(body, stamp(now))},
    "body and a byte": lambda body, now: {"body": body + b" "},
    "body without its line end": lambda body, now: {"body": body.rstrip()},
    "re-serialised": lambda body, now: {"body": json.dumps(json.loads(body), indent=1).encode()},
    "old": lambda body, now: signed(body, stamp(now - timedelta(hours=25, seconds=1))),
    "future": lambda body, now: signed(body, stamp(now + timedelta(minutes=6))),
    "timestamp NaN": lambda body, now: signed(body, "NaN"),
    "timestamp inf": lambda body, now: signed(body, "inf"),
    "timestamp negative": lambda body, now: signed(body, f"-{stamp(now)}"),
    "timestamp with a point": lambda body, now: signed(body, f"{stamp(now)}.0"),
    "timestamp with a space": lambda body, now: signed(body, f" {stamp(now)}"),
    "timestamp huge": lambda body, now: signed(body, "9" * 400),
    "timestamp in other digits": lambda body, now: signed(body, "١٧٧٢٦٣٦٤٠٠"),
    "timestamp moved": lambda body, now: {
        "timestamp": stamp(now - timedelta(seconds=1)), "signature": SIGNER.sign(body, stamp(now))
    },
    "signature not base64": lambda body, now: {"signature": "abc"},
    "signature not ASCII": lambda body, now: {"signature": "größe"},
    "signature of nothing": lambda body, now: {"signature": base64.b64encode(b"").decode()},
    "signature of garbage": lambda body, now: {"signature": base64.b64encode(b"\x30\x06\x02\x01\x00").decode()},
    "body not text": lambda body, now: {"body": b"\xff\xfe" + body, "signature": "MEUCIQ=="},
}  # fmt: skip


def signed(body: bytes, timestamp: str) -> dict[str, Any]:
    return {"timestamp": timestamp, "signature": SIGNER.sign(body, timestamp)}


@pytest.mark.parametrize("name", list(FORGERIES))
def test_forgery_is_refused_and_nothing_kept(draft: Draft, body: bytes, now: datetime, name: str) -> None:
    changes = {"signature": SIGNER.sign(body, stamp(now)), "timestamp": stamp(now)} | FORGERIES[name](body, now)

    answer = call(SIGNER, changes.pop("body", body), now=now, **changes)

    assert answer.status_code == 401
    assert not EventBatch.objects.exists()


@pytest.mark.parametrize("age", [timedelta(hours=25), timedelta(0), timedelta(minutes=-5)])
def test_edges_of_the_age_are_believed(body: bytes, now: datetime, age: timedelta) -> None:
    timestamp = stamp(now - age)

    assert call(SIGNER, body, now=now, timestamp=timestamp).status_code == 200


@pytest.mark.parametrize("key", ["", "   ", "abc", "größe", base64.b64encode(b"no key").decode()])
def test_without_a_usable_key_nobody_is_believed(body: bytes, now: datetime, settings: Any, key: str) -> None:
    settings.SENDGRID_EVENT_PUBLIC_KEY = key

    assert call(SIGNER, body, now=now).status_code == 403
    assert not EventBatch.objects.exists()


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"1", b'"x"', b'{"event":"open"}', b"[NaN]", b"[1e999999999999", b"[" * 200_000,
     b"[" * 200_000 + b"]" * 200_000, b'{"a":' * 200_000, b"[" + b"9" * 5000 + b"]", b"\xef\xbb\xbf[]", b"[\x00]"],
)  # fmt: skip
def test_signed_but_malformed_is_400(body: bytes, now: datetime) -> None:
    assert call(SIGNER, body, now=now).status_code == 400
    assert not EventBatch.objects.exists()


def test_above_the_limit_is_413(now: datetime) -> None:
    body = b"[" + b" " * (5 * 1024 * 1024) + b"]"

    assert call(SIGNER, body, now=now).status_code == 413


def test_empty_list_is_answered(now: datetime) -> None:
    assert call(SIGNER, b"[]", now=now).status_code == 200


def test_repeat_is_kept_once_and_answered_alike(body: bytes, now: datetime) -> None:
    answers = [call(SIGNER, body, now=now + timedelta(minutes=n)) for n in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert EventBatch.objects.count() == 1


GARBAGE: dict[str, Any] = {
    "NUL": {"event": "delivered", "email": "a\0b", "timestamp": 1},
    "NUL in a name": {"event": "delivered", "timestamp": 1, "x\0": "y"},
    "lone surrogate": {"event": "delivered", "email": "\ud800", "timestamp": 1},
    "lone low surrogate, deep": {"event": "delivered", "timestamp": 1, "x": [{"y": "\udfff"}]},
    "no object": ["x"],
    "a number": 7,
    "null": None,
    "no event": {"timestamp": 1},
    "event no text": {"event": 3, "timestamp": 1},
    "no moment": {"event": "open"},
    "moment a word": {"event": "open", "timestamp": "soon"},
    "moment true": {"event": "open", "timestamp": True},
    "moment huge": {"event": "open", "timestamp": 10**30},
    "moment negative": {"event": "open", "timestamp": -5},
    "address no text": {"event": "open", "timestamp": 1, "email": {"a": 1}},
}


@pytest.mark.parametrize("name", list(GARBAGE))
def test_bad_item_is_set_aside_and_the_rest_counts(draft: Draft, now: datetime, name: str) -> None:
    body = write([item(draft, "processed", now), GARBAGE[name], item(draft, "delivered", now)])

    assert call(SIGNER, body, now=now).status_code == 200
    events.apply_due(now=now)

    assert reload(draft).state == DraftState.DELIVERED
    assert MailEvent.objects.exclude(problem="").count() == 1
    assert EventBatch.objects.filter(applied_at=now, problem="").count() == 1


def test_pair_of_surrogates_is_text(draft: Draft, now: datetime) -> None:
    call(SIGNER, write([item(draft, "bounce", now, reason="mailbox full 😀")]), now=now)

    events.apply_due(now=now)

    assert MailEvent.objects.get().reason == "mailbox full 😀"


def test_event_nobody_knows_is_kept_as_it_is(draft: Draft, now: datetime) -> None:
    call(SIGNER, write([item(draft, "account_status_change", now), item(draft, "reputation", now)]), now=now)

    events.apply_due(now=now)

    assert sorted(MailEvent.objects.values_list("kind", flat=True)) == ["account_status_change", "reputation"]
    assert reload(draft).state == DraftState.DRAFT
