"""Whether a hold swallows a day on which something binding happens."""

from __future__ import annotations

from datetime import date


def is_inside(day: date | None, *, today: date, goes_on: date | None) -> bool:
    """Say whether the day falls into a hold from today until the day on which things go on; None: no end.

    A hold ends at the start of its last date, so that a deadline on that date can still be met.
    """
    if day is None or day < today:
        return False
    return goes_on is None or day < goes_on
