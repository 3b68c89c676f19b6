"""Usage alerts as a sender writes and signs them, made here from the published scheme and not by the package."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from django.test import Client

PATH = "/webhooks/usage-alerts"
SECRET = "whsec_" + base64.b64encode(b"the first secret of the suite!!!").decode()
OTHER = "whsec_" + base64.b64encode(b"the other secret of the suite!!!").decode()


def alert_body(**data: Any) -> dict[str, Any]:
    """The example of the spec."""
    return {
        "type": "usage.alert",
        "timestamp": "2026-03-04T14:59:00Z",
        "data": {
            "eventId": "high-volume-alert-001",
            "accountId": "12345",
            "metricType": "trade_volume",
            "value": 150,
            "threshold": 100,
            "severity": "high",
            "period": "daily",
            "trend": "increasing",
            "context": {"desk": "FX"},
            **data,
        },
    }


def sign(raw: bytes, webhook_id: str, stamp: str, *, secret: str = SECRET) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{webhook_id}.{stamp}.".encode() + raw, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def signed(raw: bytes, at: datetime, *, webhook_id: str = "msg_1", secret: str = SECRET) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": stamp,
        "webhook-signature": sign(raw, webhook_id, stamp, secret=secret),
    }


def post(raw: bytes, headers: dict[str, str], *, path: str = PATH) -> Any:
    return Client().post(path, raw, content_type="application/json", headers=headers)


def send(body: Any, at: datetime, *, webhook_id: str = "msg_1") -> Any:
    raw = json.dumps(body).encode()
    return post(raw, signed(raw, at, webhook_id=webhook_id))
