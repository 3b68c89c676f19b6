"""When a message that was not taken is tried again, and when an endpoint is given up."""

from __future__ import annotations

from datetime import datetime, timedelta

LADDER = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=12),
    timedelta(hours=18),
)
"""After the first, second, … attempt: ten attempts over two days."""
GIVEN_UP_AFTER = timedelta(days=5)
"""An endpoint that took nothing for so long is switched off, and ops are told."""
OVERLAP = timedelta(hours=24)
"""So long both secrets sign after one was replaced."""
GONE = 410


def next_try(attempts: int, *, now: datetime) -> datetime | None:
    """This will give the moment of the next attempt; None when the ladder is at its end."""
    return now + LADDER[attempts - 1] if attempts <= len(LADDER) else None


def is_given_up(failing_since: datetime | None, *, now: datetime) -> bool:
    return failing_since is not None and now - failing_since >= GIVEN_UP_AFTER
