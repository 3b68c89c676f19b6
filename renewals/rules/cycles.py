"""From one contract to the next."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

MONTHS_A_YEAR = 12
DAYS_A_MONTH = 365.25 / MONTHS_A_YEAR
LONGEST_TERM_MONTHS = 120


def add_months(day: date, months: int) -> date:
    """Move a date by whole months; 31 January and a month is the last of February."""
    year, month = divmod(day.year * MONTHS_A_YEAR + day.month - 1 + months, MONTHS_A_YEAR)
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))


def term_months(start: date | None, end: date) -> int:
    """Count the months of a term, a year where its start is not known; a day more or less changes nothing."""
    if start is None:
        return MONTHS_A_YEAR
    return max(1, round((end - start).days / DAYS_A_MONTH))
