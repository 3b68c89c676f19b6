"""How an upsell is introduced, and why. Source: upsell-introduction-email, step 2, read as DESIGN, section 5:
limit hit → problem-solving; rising trend → proactive; success → value-add; else educational.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from outreach.enums import Framing, Trend
from outreach.rules.upsell.facts import AccountFacts, UsageLine, percent_words
from outreach.rules.upsell.signals import LIMIT_FROM_PCT, is_healthy


@dataclass(frozen=True)
class FramingChoice:
    """framing: the first that its ground speaks for. reasons: all grounds found, the deciding one first."""

    framing: Framing
    reasons: tuple[str, ...]


def choose_framing(facts: AccountFacts) -> FramingChoice:
    """Choose the framing of the introduction; a person may take another."""
    grounds = (
        (Framing.PROBLEM_SOLVING, _limits(facts)),
        (Framing.PROACTIVE, _rising(facts)),
        (Framing.VALUE_ADD, _success(facts)),
    )
    found = [(framing, reasons) for framing, reasons in grounds if reasons]
    if not found:
        return FramingChoice(Framing.EDUCATIONAL, ("No limit, trend or success stands out: share what is possible.",))
    return FramingChoice(found[0][0], tuple(reason for _, reasons in found for reason in reasons))


def choose_lines(usage: Sequence[UsageLine]) -> list[UsageLine]:
    """Choose what to speak of: what is nearest to its limit, then what grows; without either, nothing."""
    near = [line for line in usage if line.percent is not None and line.percent >= LIMIT_FROM_PCT]
    near.sort(key=lambda line: (-(line.percent or Decimal(0)), line.metric))
    rising = [line for line in usage if line.trend is Trend.INCREASING and line not in near]
    rising.sort(key=lambda line: (-(line.change_pct or Decimal(0)), line.metric))
    return [*near, *rising]


def _limits(facts: AccountFacts) -> list[str]:
    return [
        f"{percent_words(line.percent)} of {line.name} is used."
        for line in facts.usage
        if line.percent is not None and line.percent >= LIMIT_FROM_PCT
    ]


def _rising(facts: AccountFacts) -> list[str]:
    return [
        f"Use of {line.name} has grown by {_growth(line)}." for line in facts.usage if line.trend is Trend.INCREASING
    ]


def _growth(line: UsageLine) -> str:
    return percent_words(line.change_pct) if line.change_pct is not None else ""


def _success(facts: AccountFacts) -> list[str]:
    wins = [f"They have achieved: {win}" for win in facts.wins[:1]]
    return [*wins, f"Their health score is {facts.health_score}."] if is_healthy(facts) else wins
