"""In which order a person's work stands on Today, and who of a team carries too much. Pure: facts in, reasons out.

Source: DESIGN, section 5, "money at risk" and "waits since"; issue of the desk, "ranked by money at risk and by time
left". The weight is the product of both, so that neither hides the other: what grows in one never falls in the order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from statistics import median

BASE_VALUE = Decimal(1_000)
"""What any item is worth besides its money, so that those without money stand in the order of their time."""

SOON_DAYS = 2
WEEK_DAYS = 7

OVERLOAD_FACTOR = Decimal("1.5")
"""Overloaded is who has this many times the team's median of open items…"""
OVERLOAD_LEAST = 5
"""…and at least so many more than it: in a small team one item makes no burden."""


class Urgency(StrEnum):
    """How little time is left."""

    OVERDUE = "overdue"
    TODAY = "today"
    SOON = "soon"
    WEEK = "week"
    LATER = "later"


WEIGHTS: Mapping[Urgency, int] = {
    Urgency.OVERDUE: 8,
    Urgency.TODAY: 5,
    Urgency.SOON: 3,
    Urgency.WEEK: 2,
    Urgency.LATER: 1,
}


@dataclass(frozen=True)
class TurnFacts:
    """What one item is ranked by. at_risk: money, None where value or risk is unknown. since: the day it became a
    person's turn. due_date: by when it should be done. notice_date: the notice deadline of a renewal it concerns."""

    since: date
    due_date: date
    at_risk: Decimal | None = None
    notice_date: date | None = None


@dataclass(frozen=True)
class Rank:
    """Where an item stands and why. deadline: the day that counts. days_left: until then, negative when it is over."""

    weight: Decimal
    urgency: Urgency
    deadline: date
    days_left: int
    reasons: tuple[str, ...]


def rank_turn(facts: TurnFacts, *, today: date) -> Rank:
    """Weigh one item: what is at risk times how little time is left."""
    is_notice = facts.notice_date is not None and today <= facts.notice_date < facts.due_date
    deadline = facts.notice_date if is_notice and facts.notice_date else facts.due_date
    days_left = (deadline - today).days
    urgency = urgency_of(days_left)
    value = max(facts.at_risk or Decimal(0), Decimal(0)) + BASE_VALUE
    reasons = (*(("the notice deadline comes first",) if is_notice else ()), time_words(days_left))
    return Rank(value * WEIGHTS[urgency], urgency, deadline, days_left, reasons)


def urgency_of(days_left: int) -> Urgency:
    if days_left < 0:
        return Urgency.OVERDUE
    if days_left == 0:
        return Urgency.TODAY
    if days_left <= SOON_DAYS:
        return Urgency.SOON
    return Urgency.WEEK if days_left <= WEEK_DAYS else Urgency.LATER


def sort_key(rank: Rank, *, since: date, name: str) -> tuple[Decimal, int, date, str]:
    """Give what items are sorted by: the weight, then the time left, then the wait; a name parts what is equal."""
    return (-rank.weight, rank.days_left, since, name)


def time_words(days_left: int) -> str:
    """Say how long is left."""
    if days_left < 0:
        return "1 day over" if days_left == -1 else f"{-days_left} days over"
    if days_left == 0:
        return "due today"
    return "1 day left" if days_left == 1 else f"{days_left} days left"


def due_by(since: date, *, sla_days: int) -> date:
    """Give the day by which something without a day of its own should be done."""
    return since + timedelta(days=sla_days)


@dataclass(frozen=True)
class Burden:
    """What the rule says of one person's load. words: why, for the page."""

    is_overloaded: bool
    words: str


def weigh_load(open_items: int, *, team: tuple[int, ...]) -> Burden:
    """Say whether a person carries too much, measured by the team's median.

    team: everybody's open items, theirs among them.
    """
    if len(team) < 2:
        return Burden(False, "Alone in the team, nothing to compare with.")
    usual = Decimal(str(median(team)))
    if open_items >= usual * OVERLOAD_FACTOR and open_items - usual >= OVERLOAD_LEAST:
        times = f"{open_items / usual:.1f} times" if usual else "far above"
        return Burden(True, f"Overloaded: {open_items} open, {times} the team's median of {usual.normalize():f}.")
    return Burden(False, f"Within the usual: the team's median is {usual.normalize():f}.")
