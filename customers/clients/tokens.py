"""Bearer tokens of vendors, kept in this process alone: a cache that others share would keep a secret at rest."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

_lock = threading.Lock()
_kept: dict[tuple[str, ...], Token] = {}


@dataclass(frozen=True)
class Token:
    """expires_at: None where the vendor does not say; then it is good until it is refused."""

    value: str
    expires_at: datetime | None = None


def get_token(key: tuple[str, ...], mint: Callable[[], Token], *, now: datetime) -> Token:
    """Give the token that is kept, or a new one. Raises what `mint` raises; two threads at once may both mint."""
    with _lock:
        kept = _kept.get(key)
    if kept is not None and (kept.expires_at is None or kept.expires_at > now):
        return kept
    fresh = mint()
    with _lock:
        _kept[key] = fresh
    return fresh


def drop_token(key: tuple[str, ...], token: Token) -> None:
    """Forget a token that was refused; one that another thread has put in its place stays."""
    with _lock:
        if _kept.get(key) == token:
            del _kept[key]


def forget_tokens() -> None:
    with _lock:
        _kept.clear()
