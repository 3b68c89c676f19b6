"""Promise 10 put to the test: forged, stale, oversized and malformed calls of every webhook are taken nowhere."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.test.utils import override_settings

from config.drills.events import PATH, raw_post, signed
from config.drills.fake_sendgrid import EventSigner, write_event
from config.drills.ground import drill_ground
from emails.models import EventBatch, InboundMail
from outreach.models import SlackClick, UsageAlert

Call = tuple[bytes, dict[str, str]]
LIMIT = 256 * 1024
ALERT_KEY, OTHER_KEY = b"a key of this drill, 24 bytes..", b"another key of it, 24 bytes...."
SLACK_KEY = "a signing secret of this drill"
FORM = {"content-type": "application/x-www-form-urlencoded"}
SECRETS = {"INBOUND_SECRET": "the-real-secret-of-this-drill", "SLACK_SIGNING_SECRET": SLACK_KEY}
NO_SECRETS: dict[str, Any] = {
    "SENDGRID_EVENT_PUBLIC_KEY": "",
    "INBOUND_SECRET": "",
    "SLACK_SIGNING_SECRET": "",
    "USAGE_ALERT_SECRETS": [],
}


def drill_forgery(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """This will forge, age, mangle and overfill calls of each webhook. count, seed: not needed."""
    signer, other = EventSigner(), EventSigner()
    alert_secret = f"whsec_{base64.b64encode(ALERT_KEY).decode()}"
    with drill_ground():
        for webhook, path, calls in (
            ("events", PATH, _forged_events(signer, other)),
            ("inbound", "/webhooks/sendgrid/inbound/guessed-secret", _forged_mails(other)),
            ("alerts", "/webhooks/usage-alerts", _forged_alerts()),
            ("slack", "/webhooks/slack/interactions", _forged_clicks()),
        ):
            keys = {**SECRETS, "SENDGRID_EVENT_PUBLIC_KEY": signer.public_key, "USAGE_ALERT_SECRETS": [alert_secret]}
            with override_settings(**keys):
                answers = {name: raw_post(path, body, headers) for name, (body, headers) in calls.items()}
            with override_settings(**NO_SECRETS):
                answers["no key configured"] = raw_post(path, b"[]", signed(signer, b"[]"))
            kept = sum(rows.objects.count() for rows in (EventBatch, InboundMail, UsageAlert, SlackClick))
            yield {
                "webhook": webhook,
                "calls": len(answers),
                "answers": answers,
                "accepted": kept,
                "server_errors": sum(status >= 500 for status in answers.values()),
                "passed": kept == 0 and all(400 <= status < 500 for status in answers.values()),
            }


def _forged_events(signer: EventSigner, other: EventSigner) -> dict[str, Call]:
    raw = json.dumps([write_event(str(uuid4()), "m", "delivered", time.time())]).encode()
    good, name = signed(signer, raw), "X-Twilio-Email-Event-Webhook-Signature"
    ages = {
        "26 hours old": str(int(time.time()) - 26 * 3600),
        "from the future": str(int(time.time()) + 3600),
        "not a number": "NaN",
        "not ASCII": "१७७",
    }
    deep = b"[" * 200_000 + b"]" * 200_000
    huge = b"[" + b" " * (5 * 1024 * 1024) + b"]"
    return {
        "no signature": (raw, {}),
        "empty signature": (raw, {**good, name: ""}),
        "garbage signature": (raw, {**good, name: "abc"}),
        "signature not ASCII": (raw, {**good, name: "ünïcode"}),
        "another key": (raw, signed(other, raw)),
        "one byte more": (raw + b" ", good),
        "written anew": (json.dumps(json.loads(raw), indent=1).encode(), good),
        **{what: (raw, signed(signer, raw, timestamp=stamp)) for what, stamp in ages.items()},
        "200,000 deep": (deep, signed(signer, deep)),
        "too large": (huge, signed(signer, huge)),
        "no JSON": (b"{", signed(signer, b"{")),
        "not UTF-8": (b"[\xff]", good),
        "no array": (b"{}", signed(signer, b"{}")),
        "NaN": (b"[NaN]", signed(signer, b"[NaN]")),
    }


def _forged_mails(other: EventSigner) -> dict[str, Call]:
    form = b'--b\r\nContent-Disposition: form-data; name="from"\r\n\r\nsomebody@a.example\r\n--b--\r\n'
    kind = {"content-type": "multipart/form-data; boundary=b"}
    return {
        "wrong secret": (form, kind),
        "another key": (form, {**kind, **signed(other, form)}),
        "garbage signature": (form, {**kind, "X-Twilio-Email-Event-Webhook-Signature": "abc"}),
        "no form": (b"\x00\xff", kind),
        "no boundary": (form, {"content-type": "multipart/form-data"}),
    }


def _forged_alerts() -> dict[str, Call]:
    data = {"eventId": "e", "accountId": "a", "metricType": "seats", "value": 1, "severity": "high"}
    raw = json.dumps({"type": "usage.alert", "timestamp": "2026-03-04T14:59:00Z", "data": data}).encode()
    good, name = _sign_alert(raw), "webhook-signature"
    bad_bodies = {
        **_mangled(_sign_alert),
        "no data": (b"{}", _sign_alert(b"{}")),
        "NaN": (raw.replace(b": 1,", b": NaN,"), _sign_alert(raw.replace(b": 1,", b": NaN,"))),
        "endless number": (raw.replace(b": 1,", b": 1e999999,"), _sign_alert(raw.replace(b": 1,", b": 1e999999,"))),
    }
    return {
        "no signature": (raw, {}),
        "garbage signature": (raw, {**good, name: "v1"}),
        "signature not ASCII": (raw, {**good, name: "v1,ünïcode"}),
        "another key": (raw, _sign_alert(raw, key=OTHER_KEY)),
        "another id": (raw, {**good, "webhook-id": "msg_other"}),
        "one byte more": (raw + b" ", good),
        **_aged(lambda stamp: (raw, _sign_alert(raw, stamp=stamp))),
        **bad_bodies,
    }


def _forged_clicks() -> dict[str, Call]:
    action = {"action_id": "evergreen_approve", "value": f"{uuid4()}:1:ab"}
    payload = {
        "type": "block_actions",
        "user": {"id": "U1"},
        "container": {"channel_id": "C1", "message_ts": "1.2"},
        "actions": [action],
    }
    raw = _form(payload)
    good, name = _sign_click(raw), "X-Slack-Signature"
    return {
        "no signature": (raw, FORM),
        "garbage signature": (raw, {**good, name: "abc"}),
        "signature not ASCII": (raw, {**good, name: "v0=ünïcode"}),
        "another key": (raw, _sign_click(raw, key="another")),
        "one byte more": (raw + b"&a=1", good),
        **_aged(lambda stamp: (raw, _sign_click(raw, stamp=stamp))),
        **_mangled(_sign_click),
        "no button": (_form({**payload, "actions": []}), _sign_click(_form({**payload, "actions": []}))),
        "no user": (_form({**payload, "user": 3}), _sign_click(_form({**payload, "user": 3}))),
        "deep payload": (deep := b"payload=" + b"%5B" * 50_000, _sign_click(deep)),
    }


def _aged(at: Callable[[str], Call]) -> dict[str, Call]:
    now = int(time.time())
    return {
        "six minutes old": at(str(now - 360)),
        "from the future": at(str(now + 360)),
        "not a number": at("NaN"),
        "number not ASCII": at("१७७"),
    }


def _mangled(sign: Callable[[bytes], dict[str, str]]) -> dict[str, Call]:
    bodies = {
        "empty": b"",
        "no JSON": b"{",
        "not UTF-8": b"\xff\xfe",
        "200,000 deep": b"[" * 200_000,
        "too large": b"a" * (LIMIT + 1),
        "list": b"[]",
    }
    return {name: (body, sign(body)) for name, body in bodies.items()}


def _sign_alert(raw: bytes, *, key: bytes = ALERT_KEY, stamp: str = "") -> dict[str, str]:
    stamp = stamp or str(int(time.time()))
    digest = hmac.new(key, f"msg_1.{stamp}.".encode() + raw, hashlib.sha256).digest()
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _sign_click(raw: bytes, *, key: str = SLACK_KEY, stamp: str = "") -> dict[str, str]:
    stamp = stamp or str(int(time.time()))
    digest = hmac.new(key.encode(), b"v0:" + stamp.encode() + b":" + raw, hashlib.sha256).hexdigest()
    return {**FORM, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def _form(payload: Any) -> bytes:
    return urlencode({"payload": json.dumps(payload)}).encode()
