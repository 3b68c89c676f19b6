"""Whether Negotiate begins when the clock reaches day 70. Source: DESIGN section 5, Engage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from journeys.rules.automations import Decision, Do, Skip, Wait
from renewals.rules.opening import NEGOTIATE_STARTS_AT_DAY


@dataclass(frozen=True)
class NegotiateFacts:
    """A renewal as the clock finds it. starts_at: nine o'clock of day 70 where the customer lives."""

    renewal_id: UUID
    is_open: bool
    has_started: bool
    starts_at: datetime


def negotiate_date(renewal_date: date) -> date:
    """Name the day on which Negotiate starts by itself."""
    return renewal_date - timedelta(days=NEGOTIATE_STARTS_AT_DAY)


def decide_negotiate(facts: NegotiateFacts, now: datetime) -> Decision:
    """Start Negotiate, unless it runs or is not needed any more; wait where the contract's date has moved."""
    if not facts.is_open:
        return Skip("The renewal has its outcome.")
    if facts.has_started:
        return Skip("Negotiate was started before, by a person.")
    if facts.starts_at > now:
        return Wait(facts.starts_at, "The renewal date has moved.")
    return Do("Negotiate started", effects=(facts.renewal_id,))
