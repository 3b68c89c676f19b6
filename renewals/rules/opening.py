"""When Engage opens and Negotiate begins. Source: DESIGN section 5, Engage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

ENGAGE_OPENS_AT_DAY = 119
ENGAGE_OPENS_BEFORE_NOTICE_DAYS = 29
"""A notice period longer than 90 days opens Engage earlier, so that four weeks remain before it."""

NEGOTIATE_LABEL_AT_DAY = 89
NEGOTIATE_STARTS_AT_DAY = 70
DEFAULT_NOTICE_DAYS = 90


@dataclass(frozen=True)
class Opening:
    """Whether Engage can open now. opens_on: its first day. reason: why not, in words; empty when it can."""

    can_open: bool
    opens_on: date
    reason: str = ""


def engage_opens_at(notice_days: int = DEFAULT_NOTICE_DAYS) -> int:
    """Name the day to renewal on which Engage opens: 119, or notice + 29 where that is earlier."""
    return max(ENGAGE_OPENS_AT_DAY, notice_days + ENGAGE_OPENS_BEFORE_NOTICE_DAYS)


def engage_opening(*, renewal_date: date, notice_days: int, today: date) -> Opening:
    """Decide whether Engage can be opened on `today`, the customer's local date."""
    opens_at = engage_opens_at(notice_days)
    opens_on = renewal_date - timedelta(days=opens_at)
    if today < opens_on:
        return Opening(False, opens_on, f"Engage opens on {_words(opens_on)}, day {opens_at} to renewal.")
    if today > renewal_date:
        return Opening(False, opens_on, f"The renewal date, {_words(renewal_date)}, has passed.")
    return Opening(True, opens_on)


def _words(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def starts_negotiate(days: int, *, objection_confirmed: bool = False) -> bool:
    """Say whether the Negotiate workflow runs: by itself from day 70, earlier only when a person confirms the
    proposal that an objection raised."""
    return objection_confirmed or days <= NEGOTIATE_STARTS_AT_DAY


def allows_first_touch(days: int) -> bool:
    """Say whether somebody may still be contacted for the first time: not once the label is Negotiate."""
    return days > NEGOTIATE_LABEL_AT_DAY
