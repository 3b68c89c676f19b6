"""How openly the emails state the new price. Source: Engage, step 2; DESIGN section 5.

Three factors vote, the most cautious vote wins, and three situations mean no price at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from customers.enums import Pressure, StakeholderRole
from emails.enums import PriceApproach
from renewals.rules.facts import (
    NOT_KNOWN,
    Condition,
    Number,
    above,
    below,
    list_words,
    percent_text,
    require_between,
    score_text,
)
from renewals.rules.price_words import FALLBACK, NO_PRICE_REASONS, SAID, TABLE

LOW_INCREASE_PCT = Decimal(5)
HIGH_INCREASE_PCT = Decimal(8)
NO_PRICE_ABOVE_INCREASE_PCT = Decimal(15)
STRONG_RELATIONSHIP = 8
WEAK_RELATIONSHIP = 6

CAUTION: Mapping[PriceApproach, int] = {
    PriceApproach.LEAD_WITH_PRICE: 0,
    PriceApproach.VALUE_FIRST: 1,
    PriceApproach.BURY_PRICE: 2,
    PriceApproach.NO_PRICE: 3,
}
"""From the most open to the most cautious."""

VOTE_BY_PRESSURE: Mapping[Pressure, PriceApproach] = {
    Pressure.LOW: PriceApproach.LEAD_WITH_PRICE,
    Pressure.MEDIUM: PriceApproach.VALUE_FIRST,
    Pressure.HIGH: PriceApproach.BURY_PRICE,
}
VARIED_ROLES = (
    StakeholderRole.CHAMPION,
    StakeholderRole.DECISION_MAKER,
    StakeholderRole.ECONOMIC_BUYER,
)


@dataclass(frozen=True)
class PriceFacts:
    """What the choice rests on. None: not known; such a factor does not vote.

    increase_pct: exact, 7.2 means 7.2 %; negative is a decrease. relationship: 0-10.
    """

    increase_pct: Decimal | None
    relationship: Number | None
    competitive_pressure: Pressure | None
    budget_pressure: Pressure | None = None
    roles: tuple[str, ...] = VARIED_ROLES


@dataclass(frozen=True)
class Vote:
    """One factor's vote. vote is None when the factor is not known."""

    factor: str
    label: str
    value: str
    vote: PriceApproach | None


@dataclass(frozen=True)
class Variation:
    """How one role is told the price."""

    role: str
    approach: PriceApproach
    rationale: str

    def differs(self, base: PriceApproach) -> bool:
        return self.approach != base


@dataclass(frozen=True)
class TableRow:
    """A row of the spec's table with the cells that this account matches."""

    approach: PriceApproach
    increase: str
    relationship: str
    pressure: str
    increase_matches: bool
    relationship_matches: bool
    pressure_matches: bool
    decisive: bool


@dataclass(frozen=True)
class PriceAdvice:
    """The advised approach with the votes and situations behind it."""

    approach: PriceApproach
    votes: tuple[Vote, ...]
    no_price_conditions: tuple[Condition, ...]
    rationale: str
    stakeholder_variations: tuple[Variation, ...]
    fallback_plan: str
    table: tuple[TableRow, ...]


def advise_on_price(facts: PriceFacts) -> PriceAdvice:
    """Advise how openly the emails state the price, with everything a person needs to disagree.

    Raises ValueError for a relationship outside 0-10.
    """
    require_between("relationship", facts.relationship, 0, 10)
    votes = cast_votes(facts)
    conditions = no_price_conditions(facts)
    approach = decide(votes, conditions)
    return PriceAdvice(
        approach=approach,
        votes=votes,
        no_price_conditions=conditions,
        rationale=_rationale(approach, votes, conditions),
        stakeholder_variations=vary_by_role(approach, facts),
        fallback_plan=FALLBACK[approach],
        table=_table(votes, approach),
    )


def choose_approach(*, increase_pct: Decimal, relationship: Number, pressure: Pressure) -> PriceApproach:
    """Choose how openly the first email states the new price.

    increase_pct: 7.2 means 7.2 %; negative is a decrease. relationship: 0-10, higher is warmer.
    Raises ValueError outside that range. Source: Engage, step 2 table.
    """
    return advise_on_price(PriceFacts(increase_pct, relationship, pressure)).approach


def cast_votes(facts: PriceFacts) -> tuple[Vote, ...]:
    """Let the increase, the relationship and the competitive pressure vote, in the order of the table."""
    pressure = facts.competitive_pressure
    return (
        Vote("price_increase", "Price increase", percent_text(facts.increase_pct), _by_increase(facts)),
        Vote("relationship", "Relationship", score_text(facts.relationship, out_of=10), _by_relationship(facts)),
        Vote(
            "competitive_pressure",
            "Competitive pressure",
            pressure.value if pressure else NOT_KNOWN,
            VOTE_BY_PRESSURE[pressure] if pressure else None,
        ),
    )


def no_price_conditions(facts: PriceFacts) -> tuple[Condition, ...]:
    """List the situations in which no price is written at all, and which of them hold."""
    change = percent_text(facts.increase_pct)
    at_risk = below(facts.relationship, WEAK_RELATIONSHIP) and facts.competitive_pressure == Pressure.HIGH
    relation = score_text(facts.relationship, out_of=10)
    pressure = facts.competitive_pressure.value if facts.competitive_pressure else NOT_KNOWN
    return (
        Condition("Decrease", change, "below 0%", below(facts.increase_pct, 0)),
        Condition(
            "Very large increase",
            change,
            "above 15%",
            above(facts.increase_pct, NO_PRICE_ABOVE_INCREASE_PCT),
        ),
        Condition(
            "Relationship at risk",
            f"{relation}, pressure {pressure}",
            "below 6/10 with high pressure",
            at_risk,
        ),
        Condition("No target price", change, "a price to state", facts.increase_pct is None),
    )


def vary_by_role(approach: PriceApproach, facts: PriceFacts) -> tuple[Variation, ...]:
    """Say for each role on record whether it is told the price differently, and why."""
    roles = [role for role in VARIED_ROLES if role in facts.roles]
    return tuple(_vary(role, approach, facts) for role in roles)


def _by_increase(facts: PriceFacts) -> PriceApproach | None:
    increase = facts.increase_pct
    if increase is None:
        return None
    if increase < LOW_INCREASE_PCT:
        return PriceApproach.LEAD_WITH_PRICE
    return PriceApproach.VALUE_FIRST if increase <= HIGH_INCREASE_PCT else PriceApproach.BURY_PRICE


def _by_relationship(facts: PriceFacts) -> PriceApproach | None:
    strength = facts.relationship
    if strength is None:
        return None
    if strength > STRONG_RELATIONSHIP:
        return PriceApproach.LEAD_WITH_PRICE
    return PriceApproach.VALUE_FIRST if strength >= WEAK_RELATIONSHIP else PriceApproach.BURY_PRICE


def decide(votes: tuple[Vote, ...], conditions: tuple[Condition, ...]) -> PriceApproach:
    """Take the most cautious vote, or no price where a situation demands it."""
    if any(condition.held for condition in conditions):
        return PriceApproach.NO_PRICE
    cast = [vote.vote for vote in votes if vote.vote is not None]
    if len(cast) < len(votes):
        # What is not known could have voted for caution: never lead with the price on half of the facts.
        cast.append(PriceApproach.VALUE_FIRST)
    return max(cast, key=CAUTION.__getitem__)


def _rationale(
    approach: PriceApproach,
    votes: tuple[Vote, ...],
    conditions: tuple[Condition, ...],
) -> str:
    held = [condition for condition in conditions if condition.held]
    if held:
        return f"No price is written: {list_words([NO_PRICE_REASONS[c.name] for c in held])}."
    deciding = [f"{v.label.lower()} ({v.value})" for v in votes if v.vote == approach]
    unknown = [v.label.lower() for v in votes if v.vote is None]
    text = f"The most cautious vote wins: {list_words(deciding)} {_call(deciding)} for {SAID[approach]}."
    if not deciding:
        text = f"Not all factors are known, so {SAID[approach]} is the most open way that is safe."
    return f"{text} Not known, so without a vote: {list_words(unknown)}." if unknown else text


def _call(words: list[str]) -> str:
    return "calls" if len(words) == 1 else "call"


def _table(votes: tuple[Vote, ...], approach: PriceApproach) -> tuple[TableRow, ...]:
    increase, relationship, pressure = (vote.vote for vote in votes)
    return tuple(
        TableRow(
            approach=row,
            increase=cells[0],
            relationship=cells[1],
            pressure=cells[2],
            increase_matches=increase == row,
            relationship_matches=relationship == row,
            pressure_matches=pressure == row,
            decisive=row == (PriceApproach.BURY_PRICE if approach == PriceApproach.NO_PRICE else approach),
        )
        for row, cells in TABLE.items()
    )


def _vary(role: StakeholderRole, approach: PriceApproach, facts: PriceFacts) -> Variation:
    if approach == PriceApproach.NO_PRICE:
        return Variation(role, approach, "Nobody sees a price before the meeting, so that all hear the same.")
    if role == StakeholderRole.ECONOMIC_BUYER:
        return _vary_for_buyer(approach, facts)
    if role == StakeholderRole.CHAMPION:
        return _vary_for_champion(approach, facts)
    return Variation(role, approach, "Needs the business case as everyone else gets it.")


def _vary_for_buyer(approach: PriceApproach, facts: PriceFacts) -> Variation:
    role = StakeholderRole.ECONOMIC_BUYER
    tight = facts.budget_pressure == Pressure.HIGH
    modest = facts.increase_pct is not None and facts.increase_pct <= HIGH_INCREASE_PCT
    if approach == PriceApproach.LEAD_WITH_PRICE and tight:
        return Variation(role, PriceApproach.VALUE_FIRST, "Budget is tight: the return comes before the number.")
    if approach == PriceApproach.VALUE_FIRST and modest and not tight:
        return Variation(role, PriceApproach.LEAD_WITH_PRICE, "Expects transparency, and the increase is modest.")
    if approach == PriceApproach.VALUE_FIRST:
        return Variation(role, approach, "Budget is tight: the return comes before the number.")
    if approach == PriceApproach.BURY_PRICE:
        return Variation(role, approach, "Gets the figure in the proposal, beside the return that justifies it.")
    return Variation(role, approach, "Expects transparency, and nothing here speaks against it.")


def _vary_for_champion(approach: PriceApproach, facts: PriceFacts) -> Variation:
    role = StakeholderRole.CHAMPION
    strong = above(facts.relationship, STRONG_RELATIONSHIP)
    contested = facts.competitive_pressure == Pressure.HIGH
    if approach == PriceApproach.BURY_PRICE and strong and not contested:
        return Variation(
            role, PriceApproach.VALUE_FIRST, "The relationship is strong: can explain the increase inside."
        )
    if approach == PriceApproach.BURY_PRICE:
        return Variation(role, approach, "Should ask for a conversation before passing a number on.")
    if strong:
        return Variation(role, approach, "The relationship is strong: can explain the increase inside.")
    return Variation(role, approach, "Needs the value story to speak for us inside.")
