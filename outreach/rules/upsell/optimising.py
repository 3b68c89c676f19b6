"""What an account could make more of before it buys more: limits it hardly uses, and seats of people who are not there.

Source: upsell-introduction-email, "Offer alternatives (optimize vs. expand)". Nothing is guessed: what no record tells
is said to be unknown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from outreach.rules.upsell.facts import UsageLine, percent_words, plain
from outreach.rules.upsell.signals import UNUSED_BELOW_PCT

_IDLE = re.compile(r"(?:^|_)(?:inactive|idle|unused|dormant)_", re.I)
_SEATS = re.compile(r"^(?:users|seats|licen[cs]es|licen[cs]ed_users|user_licen[cs]es|provisioned_users)$", re.I)
_ACTIVE = re.compile(r"^(?:active_users|monthly_active_users|weekly_active_users|active_seats)$", re.I)


@dataclass(frozen=True)
class Saving:
    """One thing that could be optimised. metric: the record behind it. words: for the page."""

    metric: str
    words: str


def list_savings(usage: Sequence[UsageLine]) -> tuple[Saving, ...]:
    """List what could be optimised, people who are not active first, then the emptiest limits."""
    savings = []
    if (idle := find_inactive(usage)) is not None and idle.used > 0:
        savings.append(Saving(idle.metric, f"{plain(idle.used)} {idle.name} are on record."))
    if (gap := find_gap(usage)) is not None:
        savings.append(gap)
    unused = [line for line in usage if line.percent is not None and line.percent < UNUSED_BELOW_PCT]
    savings += [
        Saving(
            line.metric,
            f"{plain(line.used)} of {plain(line.limit)} {line.name} are used, "
            f"{percent_words(line.percent)}: the rest is paid for.",
        )
        for line in sorted(unused, key=lambda one: (one.percent or Decimal(0), one.metric))
        if line.limit is not None and line.percent is not None
    ]
    return tuple(savings)


def find_inactive(usage: Sequence[UsageLine]) -> UsageLine | None:
    """Give the metric that counts who or what is idle, such as inactive_users."""
    return next((line for line in usage if _IDLE.search(_code(line))), None)


def find_gap(usage: Sequence[UsageLine]) -> Saving | None:
    """Compare seats with active people where both are told: who has a seat and was not active."""
    seats = next((line for line in usage if _SEATS.match(_code(line))), None)
    active = next((line for line in usage if _ACTIVE.match(_code(line))), None)
    if seats is None or active is None or active.used >= seats.used:
        return None
    gap = seats.used - active.used
    return Saving(
        active.metric,
        f"{plain(gap)} of {plain(seats.used)} {seats.name} were not active: {plain(active.used)} {active.name}.",
    )


def _code(line: UsageLine) -> str:
    """A metric as the words above write it, whether it came as "active users" or as "active_users"."""
    return "_".join(line.metric.replace("-", " ").split())
