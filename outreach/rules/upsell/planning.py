"""The built-in planner: what to recommend, what it may be worth, and why, from the account's own records alone.

Source: upsell-workflow, "UpsellPlan". Stands in where no model is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from customers.rules.money import say_money
from outreach.enums import Trend
from outreach.rules.upsell.facts import AccountFacts, Offer, UsageLine, percent_words, plain, tightest

COMFORTABLE_PCT = Decimal(80)
"""Room is proposed so that today's use fills so much of it."""

LEAST_SHARE_PCT = Decimal(10)
MOST_SHARE_PCT = Decimal(100)
"""Of today's price: what an estimate without a price list stays within."""

ROUNDED_TO = Decimal(100)


@dataclass(frozen=True)
class UpsellPlan:
    """What is recommended. estimated_value: more a year, in the account's currency; None where nothing is known."""

    recommended_plan: str
    estimated_value: Decimal | None
    justification: str
    features: tuple[str, ...]
    roi_analysis: str
    risk_assessment: str


def propose_plan(facts: AccountFacts) -> UpsellPlan:
    """Propose the next plan: from the price list where there is one, else more room at today's price per unit."""
    line = facts.lead or tightest(facts.usage)
    offer = next_offer(facts)
    return UpsellPlan(
        recommended_plan=offer.name if offer else _more_room(facts, line),
        estimated_value=estimate_value(facts, offer, line),
        justification=_justify(facts, line),
        features=_features(facts, offer),
        roi_analysis=_weigh(facts, line),
        risk_assessment=_warn(facts),
    )


def next_offer(facts: AccountFacts) -> Offer | None:
    """Give the plan after the present one in the price list, else the first that costs more; None without one."""
    names = [offer.name.casefold() for offer in facts.offers]
    if (current := facts.current_plan.casefold()) in names:
        following = facts.offers[names.index(current) + 1 :]
        return following[0] if following else None
    price = facts.annual_price
    if price is None:
        return None
    return next((one for one in facts.offers if one.annual_price is not None and one.annual_price > price), None)


def estimate_value(facts: AccountFacts, offer: Offer | None, line: UsageLine | None) -> Decimal | None:
    """Estimate what it brings more a year: the price list's difference, else the room that is missing."""
    price = facts.annual_price
    if price is None:
        return None
    if offer is not None and offer.annual_price is not None:
        return max(offer.annual_price - price, Decimal(0))
    missing = missing_room_pct(line)
    share = min(max(missing, LEAST_SHARE_PCT), MOST_SHARE_PCT)
    return (price * share / 100 / ROUNDED_TO).to_integral_value(ROUND_HALF_UP) * ROUNDED_TO


def missing_room_pct(line: UsageLine | None) -> Decimal:
    """Say by how much the limit would have to grow for today's use to fill it comfortably; 0 where there is room."""
    if line is None or line.percent is None:
        return Decimal(0)
    return max(line.percent * 100 / COMFORTABLE_PCT - 100, Decimal(0))


def _more_room(facts: AccountFacts, line: UsageLine | None) -> str:
    if line is None:
        return f"the plan after {facts.current_plan or 'the current plan'}"
    return f"{facts.current_plan} with more {line.name}" if facts.current_plan else f"more {line.name}"


def _justify(facts: AccountFacts, line: UsageLine | None) -> str:
    said = []
    if line is not None and line.percent is not None and line.limit is not None:
        said.append(f"{plain(line.used)} of {plain(line.limit)} {line.name} are used, {percent_words(line.percent)}.")
    said += [
        f"Use of {one.name} has grown by {percent_words(one.change_pct)}."
        for one in facts.usage
        if one.trend is Trend.INCREASING and one.change_pct is not None
    ]
    if facts.feature_requests:
        said.append(f"They have asked for {', '.join(facts.feature_requests)}.")
    return " ".join(said) or "No limit is near; the plan is proposed for what it offers."


def _features(facts: AccountFacts, offer: Offer | None) -> tuple[str, ...]:
    """What was asked for comes first; nothing is promised that the price list does not hold."""
    if offer is None:
        return ()
    wishes = [wish.casefold() for wish in facts.feature_requests]
    return tuple(sorted(offer.features, key=lambda feature: feature.casefold() not in wishes))


def _weigh(facts: AccountFacts, line: UsageLine | None) -> str:
    if facts.annual_price is None or line is None or not line.used:
        return "Not enough is known to compare cost and use."
    per_unit = (facts.annual_price / line.used).quantize(Decimal("0.01"), ROUND_HALF_UP)
    wins = f" They have achieved: {facts.wins[0]}" if facts.wins else ""
    return f"Today each of {plain(line.used)} {line.name} costs {say_money(per_unit, facts.currency)} a year.{wins}"


def _warn(facts: AccountFacts) -> str:
    said = []
    if facts.health_score is not None:
        said.append(f"Health score {facts.health_score}.")
    if facts.churn_risk is not None:
        said.append(f"Churn risk {facts.churn_risk} %.")
    falling = [line.name for line in facts.usage if line.trend is Trend.DECREASING]
    if falling:
        said.append(f"Use of {', '.join(falling)} falls.")
    if facts.days_to_renewal is not None:
        said.append(f"{facts.days_to_renewal} days to renewal.")
    return " ".join(said) or "Nothing is known that speaks against it."
