"""What is sent back to go on: signed, one person's, short-lived. A choice only names who was meant; a yes acts, once.

A yes is bound to the action, to the rows it was shown for and to how they stood: see `running`.
"""

from __future__ import annotations

import hmac
import json
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from config.desk.commands.language.grammar import ACTIONS, Intent
from customers.models import User
from customers.services.digests import keyed_digest

LIVES = timedelta(minutes=10)
LONGEST = 12_000
_PURPOSE = "command"
_SIGN_BYTES = 24
_DEFAULTS = {field.name: getattr(Intent("", ""), field.name) for field in fields(Intent)}


class BadToken(Exception):
    """Raised for a token that we did not make for this person, or whose time is over; says which."""


@dataclass(frozen=True)
class Token:
    """is_yes: it confirms; else it only says which one was meant. pins: ids by kind. stands: how the rows stood."""

    intent: Intent
    pins: Mapping[str, str]
    is_yes: bool = False
    stands: str = ""
    nonce: str = ""


def make_token(token: Token, *, by: User, now: datetime) -> str:
    """Give the text to send back."""
    said = {name: value for name, value in asdict(token.intent).items() if value != _DEFAULTS[name] and name != "spans"}
    payload = {
        "u": by.pk.hex,
        "t": int(now.timestamp()),
        "n": token.nonce or uuid.uuid4().hex,
        "y": int(token.is_yes),
        "i": said,
        "p": dict(token.pins),
        "s": token.stands,
    }
    text = json.dumps(payload, separators=(",", ":"), sort_keys=True)
    return f"{_encode(text.encode())}.{_encode(_sign(text))}"


def read_token(given: str, *, by: User, now: datetime) -> Token:
    """Read what was sent back. Raises BadToken."""
    payload = _open(given)
    if payload is None or payload["u"] != by.pk.hex:
        # Another person's says no more than one that was made up.
        raise BadToken("This confirmation is not valid. Say again what you want.")
    made_at = datetime.fromtimestamp(payload["t"], tz=UTC)
    if not made_at - LIVES <= now <= made_at + LIVES:
        raise BadToken("This confirmation is older than 10 minutes. Say again what you want, and look at it anew.")
    intent = Intent(**{"text": "", **payload["i"]})
    if intent.action not in ACTIONS:
        raise BadToken("This confirmation is not valid. Say again what you want.")
    return Token(intent, payload["p"], bool(payload["y"]), payload["s"], payload["n"])


def _open(given: str) -> dict[str, Any] | None:
    body, _, sign = given.partition(".")
    if not body or not sign or len(given) > LONGEST or not given.isascii():
        return None
    try:
        text = _decode(body).decode()
        signed = hmac.compare_digest(_decode(sign), _sign(text))
    except ValueError:
        return None
    payload: dict[str, Any] = json.loads(text) if signed else {}
    return payload or None


def _sign(text: str) -> bytes:
    return keyed_digest(_PURPOSE, text)[:_SIGN_BYTES]


def _encode(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
