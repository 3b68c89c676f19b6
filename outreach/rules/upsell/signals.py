"""What speaks for an expansion, with the data behind it, what it may be worth, and who carries it.

Source: upsell-introduction-email, "Trigger" and step 1. Health and a near renewal support an expansion; by themselves
they are none.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from customers.rules.money import say_money
from outreach.enums import LedBy, SignalKind, Trend
from outreach.rules.upsell.facts import AccountFacts, UsageLine, percent_words, plain
from outreach.rules.upsell.planning import UpsellPlan, propose_plan

LIMIT_FROM_PCT = Decimal(85)
"""Of a limit: the spec's example names 98 % of the users and 85 % of the API calls as limits that come close."""

HEALTHY_FROM = 80
RENEWAL_WITHIN_DAYS = 120
"""From here on the renewal itself is being talked about (Engage opens at 119)."""

HOLDS_BACK_BELOW_HEALTH = 60
HOLDS_BACK_ABOVE_CHURN = 50
"""DESIGN, section 5, takes the same edge for an executive owner."""

AE_FROM_VALUE = Decimal(25_000)
AE_FROM_SHARE_PCT = Decimal(25)
"""Of today's annual price."""

UNUSED_BELOW_PCT = Decimal(50)


@dataclass(frozen=True)
class Signal:
    """One thing that speaks for it. data: label and value of the records behind it."""

    kind: SignalKind
    words: str
    data: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Expansion:
    """An expansion that could be offered. led_because: why this person. holds_back: why it may be the wrong moment."""

    signals: tuple[Signal, ...]
    plan: UpsellPlan
    led_by: LedBy
    led_because: tuple[str, ...]
    holds_back: tuple[str, ...]
    currency: str = ""


def find_expansion(facts: AccountFacts) -> Expansion | None:
    """Find what could be offered to the account; None where nothing speaks for it."""
    grounds = (*_limits(facts), *_trends(facts), *_requests(facts), *_success(facts))
    if not grounds:
        return None
    plan = propose_plan(facts)
    led_by, why = choose_lead(facts, plan)
    return Expansion((*grounds, *_support(facts)), plan, led_by, why, _holds_back(facts), facts.currency)


def is_ripe(expansion: Expansion) -> bool:
    """Whether the clock may put it into the pipeline by itself; a person may put in any.

    Nothing holds it back, and they need it or asked for it (a limit, a feature); or they do well, and use more of it or
    talk about the renewal just now. A pipeline that holds nearly every account tells nobody where to begin.
    """
    kinds = {signal.kind for signal in expansion.signals}
    is_needed = bool(kinds & {SignalKind.LIMIT, SignalKind.FEATURE_REQUEST})
    is_ready = SignalKind.HEALTH in kinds and (
        SignalKind.TREND in kinds or {SignalKind.SUCCESS, SignalKind.RENEWAL} <= kinds
    )
    return not expansion.holds_back and (is_needed or is_ready)


def choose_lead(facts: AccountFacts, plan: UpsellPlan) -> tuple[LedBy, tuple[str, ...]]:
    """Say whether the CSM goes alone, and why."""
    why = []
    value, price = plan.estimated_value, facts.annual_price
    if value is not None and value >= AE_FROM_VALUE:
        why.append(f"It may be worth {say_money(value, facts.currency)} a year.")
    if value is not None and price and value * 100 / price >= AE_FROM_SHARE_PCT:
        why.append(f"That is {percent_words(value * 100 / price)} of what they pay today.")
    if _is_renewal_near(facts):
        why.append("Their renewal is being talked about.")
    if why:
        return LedBy.CSM_AND_AE, tuple(why)
    return LedBy.CSM, ("It is small, and no renewal is near.",)


def is_healthy(facts: AccountFacts) -> bool:
    return facts.health_score is not None and facts.health_score >= HEALTHY_FROM


def list_unused(facts: AccountFacts) -> tuple[UsageLine, ...]:
    """Give what could be optimised instead: limits that are paid for and less than half used, emptiest first."""
    unused = [line for line in facts.usage if line.percent is not None and line.percent < UNUSED_BELOW_PCT]
    return tuple(sorted(unused, key=lambda line: (line.percent or Decimal(0), line.metric)))


def _limits(facts: AccountFacts) -> tuple[Signal, ...]:
    return tuple(
        Signal(
            SignalKind.LIMIT,
            f"{percent_words(line.percent)} of {line.name} is used.",
            (("used", plain(line.used)), ("limit", plain(line.limit or Decimal(0)))),
        )
        for line in facts.usage
        if line.percent is not None and line.percent >= LIMIT_FROM_PCT
    )


def _trends(facts: AccountFacts) -> tuple[Signal, ...]:
    return tuple(
        Signal(
            SignalKind.TREND,
            f"Use of {line.name} has grown by {percent_words(line.change_pct)}.",
            (("used", plain(line.used)), ("change", percent_words(line.change_pct))),
        )
        for line in facts.usage
        if line.trend is Trend.INCREASING and line.change_pct is not None
    )


def _requests(facts: AccountFacts) -> tuple[Signal, ...]:
    return tuple(
        Signal(SignalKind.FEATURE_REQUEST, f"They have asked for {wish}.", (("request", wish),))
        for wish in facts.feature_requests
    )


def _success(facts: AccountFacts) -> tuple[Signal, ...]:
    return tuple(Signal(SignalKind.SUCCESS, f"They have achieved: {win}", (("win", win),)) for win in facts.wins)


def _support(facts: AccountFacts) -> tuple[Signal, ...]:
    signals = []
    if is_healthy(facts):
        score = str(facts.health_score)
        signals.append(Signal(SignalKind.HEALTH, f"Their health score is {score}.", (("health score", score),)))
    if _is_renewal_near(facts):
        days = str(facts.days_to_renewal)
        signals.append(Signal(SignalKind.RENEWAL, f"They renew in {days} days.", (("days to renewal", days),)))
    return tuple(signals)


def _is_renewal_near(facts: AccountFacts) -> bool:
    return facts.days_to_renewal is not None and 0 <= facts.days_to_renewal <= RENEWAL_WITHIN_DAYS


def _holds_back(facts: AccountFacts) -> tuple[str, ...]:
    why = []
    if facts.health_score is not None and facts.health_score < HOLDS_BACK_BELOW_HEALTH:
        why.append(f"Their health score is {facts.health_score}: help first.")
    if facts.churn_risk is not None and facts.churn_risk > HOLDS_BACK_ABOVE_CHURN:
        why.append(f"Their churn risk is {facts.churn_risk} %: keep them first.")
    return tuple(why)
