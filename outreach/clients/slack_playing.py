"""The other side of Slack's stand-in: the call that Slack would make of a pressed button, really signed."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import uuid4

SIGNATURE = "X-Slack-Signature"
TIMESTAMP = "X-Slack-Request-Timestamp"
NOBODY = "U0NOBODY"
"""A member id that belongs to nobody here."""


@dataclass(frozen=True)
class SignedCall:
    """One call of the webhook. secret: what it was signed with, made for this one call."""

    body: bytes
    headers: dict[str, str]
    secret: str


def press_button(*, action: str, value: str, slack_user: str, channel: str, ts: str, now: datetime) -> SignedCall:
    """Write the call that tells of one click, and sign it."""
    payload = {
        "type": "block_actions",
        "user": {"id": slack_user, "username": "stand-in", "team_id": "T0STANDIN"},
        "api_app_id": "A0STANDIN",
        "container": {"type": "message", "message_ts": ts, "channel_id": channel},
        "trigger_id": uuid4().hex,
        "channel": {"id": channel},
        "actions": [{"type": "button", "action_id": action, "value": value, "action_ts": f"{now.timestamp():.6f}"}],
    }
    body, stamp, secret = urlencode({"payload": json.dumps(payload)}).encode(), str(int(now.timestamp())), _secret()
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return SignedCall(body, {SIGNATURE: f"v0={digest}", TIMESTAMP: stamp}, secret)


def _secret() -> str:
    return secrets.token_hex(16)
