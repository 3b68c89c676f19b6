"""Standard Webhooks: is a usage alert signed by somebody we know? The only file that imports `standardwebhooks`.

Source: Standard Webhooks, "Signature scheme": HMAC-SHA256 over id, timestamp and raw body; several signatures and
several keys at a time while keys are changed. The package's check raises on garbage in many ways, reads the clock
itself and takes fractions of seconds; its signing is used, the rest is done here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hmac import compare_digest

from standardwebhooks import Webhook

from customers.clients.inbound import Forged, NoKey

TOLERANCE = timedelta(minutes=5)
"""Source: INTERFACES, "Webhooks in"."""

VERSION = "v1,"
MOST_SIGNATURES = 20
LONGEST_HEADER = 4096
_TIMESTAMP = re.compile(r"[0-9]{1,11}", re.ASCII)
_ID = re.compile(r"[!-~]{1,200}", re.ASCII)


def check_alert(
    raw: bytes, *, webhook_id: str, timestamp: str, signature: str, secrets: Iterable[str], now: datetime
) -> None:
    """Raise NoKey, or Forged unless one of the keys signed exactly this id, timestamp and body, not long ago."""
    keys = _keys(secrets)
    if not keys:
        raise NoKey("USAGE_ALERT_SECRETS holds no usable key.")
    if not _ID.fullmatch(webhook_id) or not _TIMESTAMP.fullmatch(timestamp) or len(signature) > LONGEST_HEADER:
        raise Forged("The call has no usable signature.")
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise Forged("The call is too old, or from the future.")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise Forged("The body is no text, so nobody can have signed it.") from None
    at = datetime.fromtimestamp(int(timestamp), tz=UTC)
    wanted = [key.sign(webhook_id, at, text).encode() for key in keys]
    given = [one.encode() for one in signature.split(" ")[:MOST_SIGNATURES] if one.startswith(VERSION)]
    # All are compared, so that the time taken tells nothing of which one fits.
    if not sum(compare_digest(one, other) for one in wanted for other in given):
        raise Forged("The signature is not theirs.")


def _keys(secrets: Iterable[str]) -> list[Webhook]:
    keys = []
    for secret in secrets:
        try:
            keys.append(Webhook(secret.strip()))
        except Exception:  # noqa: S112  # whatever a mistyped key leads to: it opens nothing
            continue
    return keys
