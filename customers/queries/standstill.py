"""Does the workspace stand still? Asked before anything leaves, and by every page."""

from __future__ import annotations

from time import monotonic

from customers.models import Standstill

REMEMBERED_S = 5.0

_seen: tuple[bool, float] = (False, -REMEMBERED_S)


def find_standstill() -> Standstill | None:
    """This will give the standstill that has not ended."""
    return Standstill.objects.filter(ended_at=None).first()


def stands_still() -> bool:
    return Standstill.objects.filter(ended_at=None).exists()


def shows_standstill() -> bool:
    """Whether pages say so: known up to five seconds late, so that not every page has to ask."""
    global _seen
    value, until = _seen
    if monotonic() < until:
        return value
    value = stands_still()
    remember_standstill(value, seconds=REMEMBERED_S)
    return value


def remember_standstill(value: bool, *, seconds: float) -> None:
    """This will have this process's pages say so for a while without asking; 0 has the next one ask."""
    global _seen
    _seen = (value, monotonic() + seconds)
