"""When to propose to meet: next week, at an hour that is a working hour on both sides. Source: DESIGN, section 5."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from customers.rules.windows import Window
from customers.rules.workdays import NoOpenDay

DURATION = timedelta(minutes=30)
STEP = timedelta(minutes=30)
NOT_BEFORE_OPENING = timedelta(hours=1)
"""Nobody is asked to meet at the minute at which a day begins, where another hour is free."""


def propose_time(windows: Sequence[Window], *, now: datetime, taken: Collection[datetime] = ()) -> datetime | None:
    """Find the first half hour next week, in the first window's days, in which every window is open.

    windows: the customer's first. taken: when somebody of ours meets somebody already. None: no hour suits both.
    """
    theirs = windows[0]
    today = theirs.local_date(now)
    monday = today + timedelta(days=7 - today.weekday())
    try:
        start = theirs.next_opening(now, not_before=monday)
    except NoOpenDay:
        return None
    last = monday + timedelta(days=6)
    for wants_air in (True, False):
        at = start
        while theirs.local_date(at) <= last:
            if _suits(at, windows, taken) and (not wants_air or _suits(at - NOT_BEFORE_OPENING, windows, ())):
                return at
            at += STEP
    return None


def suits_all(at: datetime, windows: Sequence[Window]) -> bool:
    """Whether a half hour from here lies in every window."""
    return _suits(at, windows, ())


def _suits(at: datetime, windows: Sequence[Window], taken: Collection[datetime]) -> bool:
    last_moment = at + DURATION - timedelta(seconds=1)
    is_free = all(abs(at - other) >= DURATION for other in taken)
    return is_free and all(window.is_open(at) and window.is_open(last_moment) for window in windows)
