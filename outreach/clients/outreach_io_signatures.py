"""Is a call that came in from Outreach.io? Source: the contract: the hex HMAC-SHA256 of the raw body, no timestamp."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable

from customers.clients.inbound import Forged, NoKey

HEADER = "Outreach-Webhook-Signature"
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)


def check_news(raw: bytes, *, signature: str, secrets: Iterable[str]) -> None:
    """Raise NoKey, or Forged unless one of the keys signed exactly these bytes."""
    keys = [secret.encode() for secret in secrets if secret]
    if not keys:
        raise NoKey("OUTREACH_WEBHOOK_SECRET is not set.")
    given = signature.strip().lower()
    if not _HEX.fullmatch(given):
        raise Forged("The call has no usable signature.")
    wanted = [hmac.new(key, raw, hashlib.sha256).hexdigest() for key in keys]
    # All are compared, so that the time taken tells nothing of which one fits.
    if not sum(hmac.compare_digest(one, given) for one in wanted):
        raise Forged("The signature is not theirs.")
