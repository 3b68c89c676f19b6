"""What this process knows of a full disk: a lease that ended meanwhile is no sign that its worker died."""

from __future__ import annotations

from datetime import datetime

from django.db import DatabaseError

from customers.queries.disk import is_disk_full
from journeys.services.claiming import LEASE

_seen: list[datetime] = []
"""When a write was last refused for want of room; nothing before the first time."""


def notice_no_room(error: DatabaseError, *, now: datetime) -> None:
    """This will remember the moment, where it was for want of room that something could not be written."""
    if is_disk_full(error):
        _seen[:] = [max([now, *_seen])]


def ended_for_want_of_room(leased_until: datetime) -> bool:
    """Whether a lease was running when the disk was full, so that its worker could not even give the row back.

    Twice the lease: a tick may have worked for a while, by its own `now`, when it takes its last rows.
    """
    return any(leased_until <= full_at + 2 * LEASE for full_at in _seen)


def forget_no_room() -> None:
    """This will forget it; each process begins so."""
    _seen.clear()
