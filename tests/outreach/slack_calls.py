"""Interactions as Slack writes and signs them, made here from the published scheme and not by the product."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from outreach.models import SlackQuestion

PATH = "/webhooks/slack/interactions"
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
FORM = "application/x-www-form-urlencoded"


def value_of(question: SlackQuestion) -> str:
    return f"{question.draft_id}:{question.version}:{question.content_hash[:16]}"


def interaction(
    question: SlackQuestion, *, action: str = "approve", user: str = "U0DANA", **changes: Any
) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "type": "block_actions",
        "user": {"id": user, "username": "dana", "team_id": "T1"},
        "api_app_id": "A1",
        "container": {"type": "message", "message_ts": question.ts, "channel_id": question.channel},
        "trigger_id": "1.2.3",
        "team": {"id": "T1"},
        "channel": {"id": question.channel},
        "response_url": "https://hooks.slack.com/actions/T1/1/x",
        "actions": [
            {
                "action_id": f"evergreen_{action}",
                "block_id": "evergreen_approval",
                "value": value_of(question),
                "type": "button",
                "action_ts": "1772636400.1",
            }
        ],
    }
    return payload | changes


def form(payload: Any) -> bytes:
    return urlencode({"payload": json.dumps(payload)}).encode()


def sign(raw: bytes, stamp: str, *, secret: str = SECRET) -> str:
    return "v0=" + hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + raw, hashlib.sha256).hexdigest()


def signed(raw: bytes, at: datetime, *, secret: str = SECRET) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": sign(raw, stamp, secret=secret)}


def post(raw: bytes, headers: dict[str, str], *, path: str = PATH) -> Any:
    return Client(raise_request_exception=False).post(path, raw, content_type=FORM, headers=headers)


def press(question: SlackQuestion, at: datetime, **how: Any) -> Any:
    raw = form(interaction(question, **how))
    return post(raw, signed(raw, at))
