"""Another system's own address for usage and contracts: one signed question, one answer of bounded size and time.

Signed so that the other side knows who asks: `Evergreen-Timestamp` holds unix seconds, `Evergreen-Signature` is
`v1=` and the hex HMAC-SHA256 of `GET`, path with query, and timestamp, each on a line of its own. The address is
checked like a vendor's: https, no private network, whoever answers at the other end, no redirect.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from customers.clients.base import Effect, MaybeAccepted, NotAccepted
from customers.clients.deadline import DEADLINE_S
from customers.clients.wire import Call, Vendor, failure_of, place_call, unreadable

SIGNATURE, TIMESTAMP = "Evergreen-Signature", "Evergreen-Timestamp"
LARGEST_ANSWER = 8 * 1024 * 1024


def fetch_usage(name: str, url: str, *, secret: bytes, now: datetime, deadline_s: float = DEADLINE_S) -> Any:
    """Ask and give the answer's JSON. name: of the source, for the words of an error. Raises NotAccepted."""
    vendor = Vendor(f"“{name}”", "Its address")
    stamp = str(int(now.timestamp()))
    headers = {"Accept": "application/json", TIMESTAMP: stamp, SIGNATURE: sign(url, stamp, secret=secret)}
    call = Call("GET", url, Effect.READ, headers, largest=LARGEST_ANSWER)
    try:
        answer = place_call(call, vendor=vendor, deadline_s=deadline_s)
        if not answer.is_good:
            raise failure_of(answer, vendor=vendor, effect=Effect.READ, now=now)
        return answer.json()
    except ValueError:
        raise _refused(unreadable(vendor, Effect.READ)) from None


def sign(url: str, stamp: str, *, secret: bytes) -> str:
    parts = urlsplit(url)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    signed = f"GET\n{target}\n{stamp}".encode()
    return f"v1={hmac.new(secret, signed, hashlib.sha256).hexdigest()}"


def _refused(error: NotAccepted | MaybeAccepted) -> NotAccepted:
    """What cannot be read today may be read tomorrow, but not in an hour."""
    return NotAccepted(error.reason, can_retry=False)
