"""What a client's link to their journey may do, and for how long."""

from __future__ import annotations

from datetime import date, timedelta

LINK_DAYS = 90
"""After the journey's last month: long enough to read the last deliverable again, short enough not to lie about."""


def last_link_date(last_due: date | None, today: date) -> date:
    """Give the customer's day on which a link that is needed today ends. last_due: the journey's last month."""
    return max(last_due or today, today) + timedelta(days=LINK_DAYS)
