"""Figures that are dear to count and may be a minute old. What one page reads twice is for `customers.queries.memo`."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from time import monotonic, perf_counter
from typing import Any, TypeVar
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

from customers.models import User

Counted = TypeVar("Counted")
log = structlog.get_logger(__name__)

KEPT_FOR = timedelta(minutes=1)
CHANGED_FOR_S = 2 * KEPT_FOR.total_seconds()
ACCESS = "dear:access"
LEFT_ALONE_S = 10
"""So long a cache that did not answer is not asked again: each attempt may take a page a second."""
_asked_again_at = 0.0
_era = ""


def once_a_minute(name: str, reader: User, *, now: datetime, read: Callable[[], Counted]) -> Counted:
    """Give what `read` counted for this reader within the last minute, else count it anew.

    name: of the figures. They are counted anew too where the reader has another role, team or zone.
    """
    zone = timezone.get_current_timezone_name()
    key = ":".join(map(str, ("kept", name, reader.pk, reader.role, reader.team_id, zone)))
    found: tuple[datetime, Counted] | None = _recall([key]).get(key)
    if found is not None and timedelta() <= now - found[0] < KEPT_FOR:
        return found[1]
    counted = read()
    _keep(key, (now, counted), for_s=KEPT_FOR.total_seconds())
    return counted


def while_dear(name: str, person_id: UUID | str, asked: Hashable, read: Callable[[], Counted]) -> Counted:
    """Give what this person was answered within the last minute if that took long to read, else read it now.

    asked: what, with all that decides what the person may see. What the person changes ends it (`note_change`), and
    whatever changes who sees what (`note_access_after_commit`); what else others change shows within the minute.
    settings.DEAR_ANSWER_MS says what is long; None: nothing is.
    """
    if settings.DEAR_ANSWER_MS is None:
        return read()
    digest = sha256(repr((name, asked)).encode()).hexdigest()
    key, changed = f"dear:{_era}{digest}", _changed(person_id)
    found = _recall([key, changed, ACCESS])
    mark = found.get(changed, ""), found.get(ACCESS, "")
    if key in found and found[key][0] == mark:
        known: Counted = found[key][1]
        return known
    began = perf_counter()
    answer = read()
    if (perf_counter() - began) * 1000 >= settings.DEAR_ANSWER_MS:
        _keep(key, (mark, answer), for_s=KEPT_FOR.total_seconds())
    return answer


def note_change(person_id: UUID) -> None:
    """Have nothing given to this person any more that was read before now."""
    _keep(_changed(person_id), uuid4().hex, for_s=CHANGED_FOR_S)


def note_access_after_commit() -> None:
    """Have nothing given to anybody any more that was read before: an account, or a colleague, is somebody else's."""
    if connection.vendor == "postgresql":
        transaction.on_commit(lambda: _keep(ACCESS, uuid4().hex, for_s=CHANGED_FOR_S), robust=True)


def forget_dear() -> None:
    """Have this process read anew what `while_dear` would give."""
    global _era
    _era = f"{uuid4().hex}:"


def _changed(person_id: UUID | str) -> str:
    return f"dear:changed:{person_id}"


def _recall(keys: Iterable[str]) -> dict[str, Any]:
    """What of it is kept; nothing where the cache does not answer."""
    if monotonic() < _asked_again_at:
        return {}
    try:
        return dict(cache.get_many(keys))
    except Exception as error:  # each client has errors of its own
        _leave_alone(error)
        return {}


def _keep(key: str, value: Any, *, for_s: float) -> None:
    if monotonic() < _asked_again_at:
        return
    try:
        cache.set(key, value, timeout=for_s)
    except Exception as error:  # each client has errors of its own
        _leave_alone(error)


def _leave_alone(error: Exception) -> None:
    global _asked_again_at
    _asked_again_at = monotonic() + LEFT_ALONE_S
    log.warning("cache_does_not_answer", error=type(error).__name__)
