"""Small sums of the mails: a day moved, a month\'s place, from when on one comes too late. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from customers.rules.windows import Window
from journeys.enums import JourneyKind

LATE_AFTER_DAYS = frozenset({JourneyKind.OVERDUE, JourneyKind.CELEBRATE})
LATENESS = timedelta(days=2)  # DESIGN, section 5, Defaults
LOOK_AGAIN = timedelta(days=1)
"""Under a hold without an end nobody can say yet when a month begins."""


def shifted(due: date, days: int) -> date:
    return due + timedelta(days=days)


def position_of(number: int, kept: list[int]) -> int:
    """Give the place of a month among those that are not skipped, from 1."""
    return kept.index(number) + 1 if number in kept else 0


def expiry_of_mail(
    kind: JourneyKind, *, now: datetime, due_at: datetime | None, hold_until: datetime | None, window: Window | None
) -> datetime | None:
    """Say from when on a mail would come too late; None: it is worth reading whenever it comes.

    due_at: when its month begins. "Coming soon" ends with that, "resumes soon" with the hold; the other reminders and
    the congratulation two days after they could first have left. window: of these, LATE_AFTER_DAYS, alone.
    """
    if kind == JourneyKind.UPCOMING and due_at is not None:
        return _later(due_at, now)
    if kind == JourneyKind.RESUMES_SOON and hold_until is not None:
        return _later(hold_until, now)
    return window.next_opening(now) + LATENESS if window and kind in LATE_AFTER_DAYS else None


def _later(moment: datetime, now: datetime) -> datetime:
    return max(moment, now + timedelta(minutes=1))
