"""The breaker: a model that did not answer is left alone for a minute, so that nobody waits for it again and again."""

from __future__ import annotations

import structlog
from django.core.cache import cache

PAUSE_S = 60
_KEY = "emails.claude_pause"

log = structlog.get_logger(__name__)


def open_breaker(reason: str) -> None:
    """This will keep Claude from being asked for PAUSE_S. reason: for the card, "Claude did not answer in time."."""
    log.warning("claude_paused", reason=reason, seconds=PAUSE_S)
    try:
        cache.set(_KEY, reason, timeout=PAUSE_S)
    except Exception:
        # The cache may be what is down. Then Claude is asked once more than needed.
        log.exception("breaker_not_kept")


def pause_reason() -> str:
    """This will say why Claude is not asked at the moment; "" when it may be."""
    try:
        return str(cache.get(_KEY) or "")
    except Exception:
        log.exception("breaker_not_read")
        return ""


def close_breaker() -> None:
    """This will let Claude be asked again at once."""
    cache.delete(_KEY)
