"""What Outreach.io says of its rate limit, in every form that was seen.

Source: Outreach, "Rate limiting": 10,000 calls an hour and user. The reset comes as epoch seconds or as an ISO moment,
the remaining calls sometimes as two values, of which the first is ours; Retry-After as seconds, HTTP date or ISO.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

CALLS_PER_HOUR = 10_000
WINDOW = timedelta(hours=1)
FARTHEST = timedelta(hours=24)
"""What is further away is looked at again then."""

EPOCH_FROM = 1_000_000_000
"""A number from here on is a moment, one below it seconds to wait."""


@dataclass(frozen=True)
class Limits:
    """What an answer said; None where it did not, or not readably. go_on_at: from Retry-After."""

    limit: int | None = None
    remaining: int | None = None
    resets_at: datetime | None = None
    go_on_at: datetime | None = None

    def when_to_go_on(self) -> datetime | None:
        """This will give the moment of Retry-After, which speaks of this very call, else that of the window."""
        return self.go_on_at or self.resets_at


def read_limits(headers: Mapping[str, str], *, now: datetime) -> Limits:
    """This will read the four headers; garbage counts as nothing said."""
    return Limits(
        limit=_read_number(headers.get("X-RateLimit-Limit", "")),
        remaining=_read_number(headers.get("X-RateLimit-Remaining", "")),
        resets_at=read_moment(headers.get("X-RateLimit-Reset", ""), now=now),
        go_on_at=read_moment(headers.get("Retry-After", ""), now=now),
    )


def read_moment(value: str, *, now: datetime) -> datetime | None:
    """This will read seconds, epoch seconds, an HTTP date or an ISO moment: between now and a day from now."""
    value = value.strip()[:100]
    try:
        moment = _read_any(value, now=now)
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return None
    return min(max(moment, now), now + FARTHEST)


def _read_any(value: str, *, now: datetime) -> datetime:
    if value.isascii() and value.replace(".", "", 1).isdecimal():
        number = float(value[:20])
        return datetime.fromtimestamp(number, tz=UTC) if number >= EPOCH_FROM else now + timedelta(seconds=number)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = parsedate_to_datetime(value)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _read_number(value: str) -> int | None:
    first = value.split(",")[0].strip()
    return min(int(first), 2**31 - 1) if first.isascii() and first.isdecimal() and len(first) < 12 else None
