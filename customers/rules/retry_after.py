"""What a vendor means by Retry-After: seconds, an HTTP date, or an ISO moment."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_S = 24 * 60 * 60
"""A day: what is further away is looked at again then."""


def read_retry_after(value: str, *, now: datetime) -> int | None:
    """Give the seconds to wait, 0 for a moment that has passed; None where it says nothing usable."""
    value = value.strip()[:100]
    if value.isascii() and value.isdecimal():
        return min(int(value), LONGEST_S)
    moment = _read_moment(value)
    if moment is None:
        return None
    return min(max(0, round((moment - now).total_seconds())), LONGEST_S)


def _read_moment(value: str) -> datetime | None:
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(value)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None
