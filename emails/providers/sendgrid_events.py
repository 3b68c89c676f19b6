"""SendGrid's event webhook: is a call signed by them, and what does each of its items say?

Source: SendGrid, "Event Webhook" and its security features. The package's check raises on garbage, takes text only and
accepts any age; all three are seen to here.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from emails.providers.sendgrid import DRAFT_ARG

OLDEST = timedelta(hours=25)
"""They try again for 24 h. Source: INTERFACES, "Webhooks in"."""

CLOCK_SKEW = timedelta(minutes=5)
LATEST_S = 4_102_444_800  # 2100
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
# Within valid JSON a NUL or half a surrogate pair can only stand as an escape.
_SUSPICIOUS = re.compile(rb"\\u(?:0000|[dD][89abAB][0-9a-fA-F]{2}|[dD][c-fC-F][0-9a-fA-F]{2})")


class NoKey(Exception):
    """Raised when no usable key is set: then nobody is believed."""


class Forged(Exception):
    """Raised when a call is not theirs, or too old to be believed."""


class Malformed(ValueError):
    """Raised when a signed call is no JSON array."""


class BadItem(ValueError):
    """Raised for one item that cannot be understood; the others count."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One event as it is stored. id: the same however often it comes. draft_id: from our own arg."""

    id: str
    draft_id: uuid.UUID | None
    kind: str
    subtype: str
    at: datetime
    recipient: str
    url: str
    reason: str
    user_agent: str
    is_machine: bool
    provider_key: str
    smtp_id: str


def check_signature(raw: bytes, *, signature: str, timestamp: str, key: str, now: datetime) -> None:
    """Raise NoKey, or Forged unless the key signed exactly this timestamp and body, not long ago."""
    verifier = _verifier(key)
    if not _TIMESTAMP.fullmatch(timestamp) or not signature:
        raise Forged("The call has no usable signature.")
    age = now.timestamp() - int(timestamp)
    if age > OLDEST.total_seconds() or age < -CLOCK_SKEW.total_seconds():
        raise Forged("The call is too old, or from the future.")
    try:
        # Their helper takes text only; a mail with attachments is none.
        verifier.public_key.verify(base64.b64decode(signature), timestamp.encode() + raw, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise Forged("The signature is not theirs.") from None
    except Exception as error:  # whatever the garbage leads to
        raise Forged("The signature cannot be read.") from error


@lru_cache(maxsize=4)
def _verifier(key: str) -> Any:
    from sendgrid import EventWebhook

    if not key.strip():
        raise NoKey("SENDGRID_EVENT_PUBLIC_KEY is not set.")
    try:
        verifier = EventWebhook(key.strip())
        verifier.public_key.curve  # noqa: B018  # an RSA key has none
    except Exception as error:
        raise NoKey("SENDGRID_EVENT_PUBLIC_KEY is no ECDSA public key.") from error
    return verifier


def read_items(raw: bytes) -> list[Any]:
    """Give the items of a call. Raises Malformed."""
    try:
        items = json.loads(raw.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Malformed("The body is no JSON.") from error
    if not isinstance(items, list):
        raise Malformed("The body is no JSON array.")
    return items


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def may_hold_garbage(raw: bytes) -> bool:
    """Say whether any item has to be searched for characters that no column takes."""
    return _SUSPICIOUS.search(raw) is not None


def read_item(item: Any, *, is_searched: bool) -> Incoming:
    """Read one event. is_searched: look for characters that cannot be stored. Raises BadItem."""
    if not isinstance(item, dict):
        raise BadItem("It is no object.")
    if is_searched and _has_garbage(item):
        raise BadItem("It holds characters that are no text.")
    kind = _text(item, "event", 40)
    if not kind:
        raise BadItem("It does not say what happened.")
    seconds = _seconds(item.get("timestamp"))
    recipient, url = _text(item, "email", 320), _text(item, "url", 2000)
    message, smtp_id = _text(item, "sg_message_id", 250), _text(item, "smtp-id", 250)
    draft_id = _draft_id(item.get(DRAFT_ARG))
    provider_key = message.partition(".")[0]
    return Incoming(
        id=event_id(draft_id, provider_key or smtp_id, kind, recipient, seconds, url),
        draft_id=draft_id,
        kind=kind,
        subtype=_text(item, "type", 40),
        at=datetime.fromtimestamp(seconds, UTC),
        recipient=recipient,
        url=url,
        reason=_text(item, "reason", 500) or _text(item, "response", 500),
        user_agent=_text(item, "useragent", 300),
        is_machine=item.get("sg_machine_open") is True,
        provider_key=provider_key,
        smtp_id=smtp_id,
    )


def event_id(draft_id: uuid.UUID | None, message: str, kind: str, recipient: str, seconds: float, url: str) -> str:
    """Give the id, in hex, that the same event always has. Theirs changes on retries and is absent from some."""
    named = str(draft_id) if draft_id else message
    parts = "\n".join((named, kind, recipient.lower(), repr(seconds), url))
    return hashlib.sha256(parts.encode()).hexdigest()[:32]


def raw_id(raw: bytes) -> uuid.UUID:
    """Give the id of a call or an item by its bytes."""
    return uuid.UUID(bytes=hashlib.sha256(raw).digest()[:16])


def _text(item: dict[str, Any], name: str, longest: int) -> str:
    value = item.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadItem(f"Its “{name}” is no text.")
    return value[:longest]


def _seconds(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < LATEST_S:
        raise BadItem("Its moment is none.")
    return int(value) if value == int(value) else value


def _draft_id(value: Any) -> uuid.UUID | None:
    """Another system may use the same account with args of its own."""
    if not isinstance(value, str) or len(value) != 36:
        return None
    try:
        return uuid.UUID(value)
    except ValueError:
        return None


def _has_garbage(value: Any) -> bool:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str) and ("\0" in one or (not one.isascii() and _is_broken(one))):
            return True
    return False


def _is_broken(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
