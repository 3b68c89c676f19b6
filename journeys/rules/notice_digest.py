"""On which day a reader's notices are gathered into a mail. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo

from customers.enums import DigestEvery, Role
from journeys.rules.digest import DIGEST_TIME

MONDAY, SATURDAY = 0, 5
WEEKLY_READERS = frozenset({Role.CSM.value, Role.LEAD.value, Role.OPS.value})
"""On Mondays their weekly digest tells it, so that there are no two mails."""


def due_at(now: datetime, zone: tzinfo, *, every: str, role: str) -> datetime | None:
    """Give the moment, in the zone, of the mail that is to be written now.

    None before eight, on other days, and where the weekly digest tells it.
    """
    day = now.astimezone(zone).date()
    at = datetime.combine(day, DIGEST_TIME, tzinfo=zone)
    if now < at or not _is_day(day, every):
        return None
    return None if day.weekday() == MONDAY and role in WEEKLY_READERS else at


def next_due_at(after: datetime, zone: tzinfo, *, every: str) -> datetime:
    """Give the moment at which the next mail may be due."""
    day = after.astimezone(zone).date()
    while True:
        at = datetime.combine(day, DIGEST_TIME, tzinfo=zone)
        if at > after and _is_day(day, every):
            return at
        day += timedelta(days=1)


def _is_day(day: date, every: str) -> bool:
    return day.weekday() == MONDAY if every == DigestEvery.WEEK else day.weekday() < SATURDAY
