"""Tokens for people without an account: an id that says nothing, and this workspace's sign over it."""

from __future__ import annotations

import hmac
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode

from customers.services.digests import keyed_digest

_SIGN_BYTES = 12
"""96 bits, and so short that the address of a link fits on one line of a header."""


def sign_id(purpose: str, row_id: uuid.UUID) -> str:
    """This will give the row's own token, the same each time. purpose: keeps the tokens of two kinds apart."""
    return urlsafe_b64encode(row_id.bytes + keyed_digest(purpose, row_id.hex)[:_SIGN_BYTES]).decode().rstrip("=")


def read_signed_id(purpose: str, token: str) -> uuid.UUID | None:
    """This will give the row's id; None for a token that we did not make for this purpose."""
    try:
        row_id = uuid.UUID(bytes=urlsafe_b64decode(token.encode("ascii") + b"==")[:16])
    except ValueError:
        return None
    return row_id if hmac.compare_digest(sign_id(purpose, row_id), token) else None
