"""One message to another system's address: signed, to an address that was looked up once and checked, no redirect."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from standardwebhooks import Webhook

from customers.clients.base import Effect, NotAccepted
from customers.clients.wire import Answer, Call, Vendor, place_call
from customers.rules.public_addresses import refuse_address, refuse_hook_url

DEADLINE_S = 15.0
FIRST_BYTES = 1024
AGENT = "Evergreen-Webhooks/1"


@dataclass(frozen=True)
class Message:
    """What is sent. secrets: whsec_…, the newest first; each signs."""

    message_id: str
    body: bytes
    secrets: Sequence[str]


def send_message(url: str, message: Message, *, now: datetime) -> Answer:
    """Send it and give whatever is answered, its first bytes. Raises NotAccepted, MaybeAccepted."""
    if refusal := refuse_hook_url(url, allow_loopback=settings.ALLOW_LOOPBACK_VENDORS):
        raise NotAccepted(refusal, can_retry=False)
    call = Call(
        "POST",
        url,
        Effect.REPEATABLE,
        {"Content-Type": "application/json", "User-Agent": AGENT, **sign(message, now=now)},
        data=message.body,
        largest=FIRST_BYTES,
        is_cut=True,
        find_address=find_address,
    )
    return place_call(call, vendor=Vendor("The endpoint", "Its address"), deadline_s=DEADLINE_S)


def sign(message: Message, *, now: datetime) -> dict[str, str]:
    """Give the three headers of Standard Webhooks."""
    signatures = [
        Webhook(secret).sign(msg_id=message.message_id, timestamp=now, data=message.body.decode())
        for secret in message.secrets
    ]
    return {
        "webhook-id": message.message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def find_address(url: str) -> str:
    """Look the host up once and give the address that is called. Raises NotAccepted when any of them is not public.

    The line goes to this address: a name that says something else a moment later changes nothing.
    """
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotAccepted("Its name leads nowhere.", can_retry=True) from None
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        refusal = refuse_address(ipaddress.ip_address(address), allow_loopback=settings.ALLOW_LOOPBACK_VENDORS)
        if refusal:
            raise NotAccepted(refusal, can_retry=False)
    if not addresses:
        raise NotAccepted("Its name leads nowhere.", can_retry=True)
    return addresses[0]
