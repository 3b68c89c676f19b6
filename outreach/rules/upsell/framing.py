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
    """Choose the framing of the introduction; a person may take another. What started the run decides, if it can."""
    grounds = (
        (Framing.PROBLEM_SOLVING, _limits(facts)),
        (Framing.PROACTIVE, _rising(facts)),
        (Framing.VALUE_ADD, _success(facts)),
    )
    found = [(framing, reasons) for framing, reasons in grounds if reasons]
    own = _framing_of(facts.lead) if facts.lead else None
    found.sort(key=lambda pair: pair[0] is not own)
    if not found:
        return FramingChoice(Framing.EDUCATIONAL, ("No limit, trend or success stands out: share what is possible.",))
    return FramingChoice(found[0][0], tuple(reason for _, reasons in found for reason in reasons))


def choose_lines(usage: Sequence[UsageLine], *, lead: UsageLine | None = None) -> list[UsageLine]:
    """Choose what to speak of: what started the run, what is nearest to its limit, then what grows."""
    near = [line for line in usage if _is_near(line)]
    near.sort(key=lambda line: (-(line.percent or Decimal(0)), line.metric))
    rising = [line for line in usage if line.trend is Trend.INCREASING and line not in near]
    rising.sort(key=lambda line: (-(line.change_pct or Decimal(0)), line.metric))
    return [*([lead] if lead else []), *(line for line in (*near, *rising) if line != lead)]


def _framing_of(line: UsageLine) -> Framing | None:
    if _is_near(line):
        return Framing.PROBLEM_SOLVING
    return Framing.PROACTIVE if line.trend is Trend.INCREASING else None


def _is_near(line: UsageLine) -> bool:
    return line.percent is not None and line.percent >= LIMIT_FROM_PCT


def _in_order(facts: AccountFacts) -> list[UsageLine]:
    return sorted(facts.usage, key=lambda line: line != facts.lead)


def _limits(facts: AccountFacts) -> list[str]:
    return [
        f"{percent_words(line.percent)} of {line.name} is used."
        for line in _in_order(facts)
        if line.percent is not None and _is_near(line)
    ]


def _rising(facts: AccountFacts) -> list[str]:
    return [_grows(line) for line in _in_order(facts) if line.trend is Trend.INCREASING]


def _grows(line: UsageLine) -> str:
    if line.change_pct is None:
        return f"Use of {line.name} grows, as the alert tells."
    return f"Use of {line.name} has grown by {percent_words(line.change_pct)}."


def _success(facts: AccountFacts) -> list[str]:
    wins = [f"They have achieved: {win}" for win in facts.wins[:1]]
    return [*wins, f"Their health score is {facts.health_score}."] if is_healthy(facts) else wins
