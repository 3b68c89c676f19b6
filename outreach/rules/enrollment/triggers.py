"""When something that happened at an account puts people forward for a sequence.

Source: outreach-io-sequences, FR-5; DESIGN, promise 8: what is late expires, so that a mapping switched on late makes
no burst.
"""

from __future__ import annotations

from datetime import date, timedelta

RENEWAL_DAYS = 90
RENEWAL_LATE_DAYS = 7
"""So many days later the renewal is no longer 90 days away in any sense."""

DROP_POINTS = 10
"""A drop of so many points counts where a mapping names no threshold."""

NEW_FOR = timedelta(days=60)
"""An account whose contract began longer ago is known, not new: as when a book is imported."""

PEOPLE_COME_FOR = timedelta(days=14)
"""So long people who are added to a new account are looked at too."""


def is_renewal_due(days_to_renewal: int) -> bool:
    return RENEWAL_DAYS - RENEWAL_LATE_DAYS <= days_to_renewal <= RENEWAL_DAYS


def is_drop(previous: int | None, latest: int, *, threshold: int | None) -> bool:
    """This will say whether health fell to the threshold, or by DROP_POINTS where none is named."""
    if previous is None or latest >= previous:
        return False
    return latest <= threshold < previous if threshold is not None else previous - latest >= DROP_POINTS


def why_not_new(started: date | None, *, today: date) -> str:
    """This will say why an account is not new; "" where it is."""
    if started is not None and started < today - NEW_FOR:
        return f"It has been a customer since {started:%-d %b %Y}, so it is not new."
    return ""
