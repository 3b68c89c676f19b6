"""Digests under the workspace's own key: what says that two values are the same without saying which."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from customers.models import WorkspaceKey
from customers.models.workspace import ONLY_ID

KEY_BYTES = 32


def digest_address(address: str) -> str:
    """This will give the digest, in hex, by which a mail address is known again, in any case."""
    return keyed_digest("address", address.strip().lower()).hex()


def keyed_digest(purpose: str, text: str) -> bytes:
    """This will give 32 bytes that only this workspace can make of the text. purpose: keeps two kinds apart."""
    return hmac.digest(workspace_key(), f"{purpose}\0{text}".encode(), hashlib.sha256)


@lru_cache(maxsize=1)
def workspace_key() -> bytes:
    """This will give the key, read once per process; `migrate` made it. Raises ImproperlyConfigured."""
    row, _ = WorkspaceKey.objects.get_or_create(pk=ONLY_ID, defaults={"sealed": seal(secrets.token_bytes(KEY_BYTES))})
    try:
        return sealer().decrypt(row.sealed)
    except InvalidToken:
        raise ImproperlyConfigured(
            "FIELD_KEYS cannot open this workspace's key: put the key that was used before at the end of the list."
        ) from None


def seal(value: bytes) -> str:
    """This will encrypt with the newest of FIELD_KEYS."""
    return sealer().encrypt(value).decode()


def sealer() -> MultiFernet:
    """This will give what seals with the newest of FIELD_KEYS and opens with any. Raises ImproperlyConfigured."""
    if not settings.FIELD_KEYS:
        raise ImproperlyConfigured("FIELD_KEYS is not set.")
    return MultiFernet([Fernet(key.strip()) for key in settings.FIELD_KEYS])
