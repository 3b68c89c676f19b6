"""From a day and an hour where the customer lives to a moment in UTC."""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=1024)
def moment_of(local_date: date, local_time: time, zone: str) -> datetime:
    """Give the UTC moment of a local day and hour.

    An hour that the change to summer time leaves out becomes the same distance after it (02:30 → 03:30); an hour that
    happens twice is the first of the two.
    """
    return datetime.combine(local_date, local_time, tzinfo=ZoneInfo(zone)).astimezone(UTC)
