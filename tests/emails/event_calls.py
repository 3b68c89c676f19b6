"""Calls of the event webhook as SendGrid makes them: items, a key made here, and its signature."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from emails.models import Draft
from emails.providers.sendgrid import DRAFT_ARG

PATH = "/webhooks/sendgrid/events"
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/129.0 Safari/537.36"


class Signer:
    """SendGrid's side of the key."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.public_key = base64.b64encode(
            self._key.public_key().public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        ).decode()

    def sign(self, body: bytes, timestamp: str) -> str:
        signature = self._key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
        return base64.b64encode(signature).decode()


def stamp(at: datetime) -> str:
    return str(int(at.timestamp()))


def write(items: Any) -> bytes:
    """Write a body as they do, with the line end that the signature covers."""
    return json.dumps(items, separators=(",", ":")).encode() + b"\r\n"


def call(signer: Signer, body: bytes, *, now: datetime, **headers: str | None) -> Any:
    """Post a signed call. headers: signature and timestamp that differ; None leaves one out."""
    timestamp = headers.get("timestamp", stamp(now))
    signature = headers.get("signature", signer.sign(body, timestamp or ""))
    sent = {
        "X-Twilio-Email-Event-Webhook-Signature": signature,
        "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
    }
    return Client().post(
        PATH, body, content_type="application/json", headers={k: v for k, v in sent.items() if v is not None}
    )


def item(draft: Draft, event: str, at: datetime, **more: Any) -> dict[str, Any]:
    """One event of a letter. more: further members, None takes one off."""
    members = {
        "email": draft.to_email,
        "timestamp": int(at.timestamp()),
        "event": event,
        "sg_event_id": base64.urlsafe_b64encode(f"{event}{at}".encode()).decode(),
        "sg_message_id": "LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0",
        "category": ["renewal"],
        DRAFT_ARG: str(draft.pk),
        **more,
    }
    return {name: value for name, value in members.items() if value is not None}


def life(draft: Draft, sent_at: datetime) -> list[dict[str, Any]]:
    """A whole life: taken, deferred, delivered, scanned, opened and clicked by a person."""
    delivered_at = sent_at + timedelta(seconds=20)
    smtp_id = "<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>"
    return [
        item(draft, "processed", sent_at + timedelta(seconds=1), **{"smtp-id": smtp_id}),
        item(draft, "deferred", sent_at + timedelta(seconds=3), response="400 try again later", attempt="1"),
        item(draft, "delivered", delivered_at, **{"smtp-id": smtp_id}, response="250 OK"),
        item(draft, "click", delivered_at + timedelta(seconds=1), url="https://a.example/1", useragent=BROWSER),
        item(draft, "open", delivered_at + timedelta(seconds=2), useragent=BROWSER, sg_machine_open=True),
        item(draft, "open", delivered_at + timedelta(minutes=9), useragent=BROWSER, sg_machine_open=False),
        item(draft, "click", delivered_at + timedelta(minutes=10), url="https://a.example/1", useragent=BROWSER),
    ]
