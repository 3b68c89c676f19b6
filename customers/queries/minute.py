"""Figures that are dear to count and may be a minute old. What one page reads twice is for `customers.queries.memo`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from django.core.cache import cache
from django.utils import timezone

from customers.models import User

Counted = TypeVar("Counted")

KEPT_FOR = timedelta(minutes=1)


def once_a_minute(name: str, reader: User, *, now: datetime, read: Callable[[], Counted]) -> Counted:
    """Give what `read` counted for this reader within the last minute, else count it anew.

    name: of the figures. They are counted anew too where the reader has another role, team or zone.
    """
    zone = timezone.get_current_timezone_name()
    key = ":".join(map(str, ("kept", name, reader.pk, reader.role, reader.team_id, zone)))
    found: tuple[datetime, Counted] | None = cache.get(key)
    if found is not None and timedelta() <= now - found[0] < KEPT_FOR:
        return found[1]
    counted = read()
    cache.set(key, (now, counted), timeout=KEPT_FOR.total_seconds())
    return counted
