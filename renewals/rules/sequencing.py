"""Which stakeholders are contacted, in what order, by whom and when. Source: Engage, step 1; DESIGN section 5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from outreach.enums import OwnerKind, SequencingApproach
from renewals.rules.facts import (
    Condition,
    Number,
    above,
    below,
    percent_text,
    require_between,
    score_text,
)
from renewals.rules.opening import DEFAULT_NOTICE_DAYS
from renewals.rules.positions import Person, Position, place_people
from renewals.rules.prepared import compare, names_person

PARALLEL_BELOW_DAYS = 100
BUYER_FIRST_ABOVE_RELATIONSHIP = 8
BUYER_FIRST_BELOW_INCREASE_PCT = Decimal(5)
EXECUTIVE_ABOVE_RISK = 50

PROS: Mapping[SequencingApproach, tuple[str, ...]] = {
    SequencingApproach.CHAMPION_FIRST: (
        "Builds momentum from somebody who wants us to stay",
        "Tests the message before it reaches the budget",
        "The champion can speak for us inside",
    ),
    SequencingApproach.ECONOMIC_BUYER_FIRST: (
        "The fastest way to a decision",
        "Shows confidence in the value delivered",
    ),
    SequencingApproach.PARALLEL: (
        "Uses the time that is left",
        "Builds agreement among those who decide at the same time",
    ),
}
CONS: Mapping[SequencingApproach, tuple[str, ...]] = {
    SequencingApproach.CHAMPION_FIRST: (
        "Takes longer",
        "The champion may lack influence on the budget",
    ),
    SequencingApproach.ECONOMIC_BUYER_FIRST: (
        "Risky when the relationship is weak",
        "Risky when the customer is sensitive to price",
    ),
    SequencingApproach.PARALLEL: (
        "The messages must agree with each other",
        "An early objection reaches several people at once",
    ),
}
WHEN: Mapping[SequencingApproach, str] = {
    SequencingApproach.CHAMPION_FIRST: "Price matters to them and support inside is needed first.",
    SequencingApproach.ECONOMIC_BUYER_FIRST: "The relationship is strong, the increase small and the risk low.",
    SequencingApproach.PARALLEL: "Little time is left before the notice deadline.",
}


@dataclass(frozen=True)
class SequenceFacts:
    """What the choice rests on. None: not known, which never fulfils a condition.

    increase_pct: exact, 7.2 means 7.2 %. churn_risk: 0-100. relationship: 0-10. prepared: the order as Prepare
    proposed it, in its words.
    """

    days_to_renewal: int
    increase_pct: Decimal | None = None
    churn_risk: Number | None = None
    relationship: Number | None = None
    notice_days: int = DEFAULT_NOTICE_DAYS
    people: tuple[Person, ...] = ()
    prepared: str = ""


@dataclass(frozen=True)
class Strategy:
    """One of the three strategies with what speaks for it here. fits: all of its conditions held."""

    approach: SequencingApproach
    conditions: tuple[Condition, ...]
    fits: bool
    recommended: bool
    pros: tuple[str, ...]
    cons: tuple[str, ...]
    when: str


@dataclass(frozen=True)
class SequenceAdvice:
    """The order of contacts and its reasons. approach: the one used; recommended: what the facts say."""

    approach: SequencingApproach
    recommended: SequencingApproach
    rationale: str
    risk_mitigation: str
    strategies: tuple[Strategy, ...]
    positions: tuple[Position, ...]
    warnings: tuple[str, ...] = field(default=())


def choose_approach(facts: SequenceFacts) -> SequencingApproach:
    """Choose the strategy: little time → parallel; strong, small and safe → economic buyer; else champion."""
    if all(condition.held for condition in parallel_conditions(facts)):
        return SequencingApproach.PARALLEL
    if all(condition.held for condition in buyer_first_conditions(facts)):
        return SequencingApproach.ECONOMIC_BUYER_FIRST
    return SequencingApproach.CHAMPION_FIRST


def build_sequence(
    facts: SequenceFacts,
    *,
    approach: SequencingApproach | None = None,
    order: tuple[str, ...] = (),
    owners: Mapping[str, OwnerKind] | None = None,
) -> SequenceAdvice:
    """Advise whom to contact, in what order, by whom and on which day to renewal.

    approach: a person's choice instead of the recommendation. order: keys of people, a person's own order,
    which may name people outside the three roles and leave others out. owners: key → owner, a person's
    choice. Raises ValueError for a value outside its scale or an unknown key in `order`.
    """
    require_between("churn risk", facts.churn_risk, 0, 100)
    require_between("relationship", facts.relationship, 0, 10)
    recommended = choose_approach(facts)
    used = approach or recommended
    executive = above(facts.churn_risk, EXECUTIVE_ABOVE_RISK)
    placed = place_people(
        tuple(replace(p, prepared=names_person(facts.prepared, p.name)) for p in facts.people),
        approach=used,
        days_to_renewal=facts.days_to_renewal,
        notice_days=facts.notice_days,
        order=order,
        owners=owners or {},
        executive_needed=executive,
    )
    return SequenceAdvice(
        approach=used,
        recommended=recommended,
        rationale=_rationale(facts, used=used, recommended=recommended),
        risk_mitigation=_risk_mitigation(facts, used, placed.positions),
        strategies=_strategies(facts, recommended),
        positions=placed.positions,
        warnings=(*placed.warnings, *_warnings_of_gaps(facts)),
    )


def parallel_conditions(facts: SequenceFacts) -> tuple[Condition, ...]:
    days = facts.days_to_renewal
    return (Condition("Days to renewal", str(days), "under 100", days < PARALLEL_BELOW_DAYS),)


def buyer_first_conditions(facts: SequenceFacts) -> tuple[Condition, ...]:
    risk_ok = facts.churn_risk is not None and facts.churn_risk <= EXECUTIVE_ABOVE_RISK
    return (
        Condition(
            "Relationship",
            score_text(facts.relationship, out_of=10),
            "above 8/10",
            above(facts.relationship, BUYER_FIRST_ABOVE_RELATIONSHIP),
        ),
        Condition(
            "Price increase",
            percent_text(facts.increase_pct),
            "under 5%",
            below(facts.increase_pct, BUYER_FIRST_BELOW_INCREASE_PCT),
        ),
        Condition("Churn risk", score_text(facts.churn_risk, out_of=100), "at most 50/100", risk_ok),
    )


def _strategies(facts: SequenceFacts, recommended: SequencingApproach) -> tuple[Strategy, ...]:
    parallel, buyer = parallel_conditions(facts), buyer_first_conditions(facts)
    tight, buyer_fits = (all(c.held for c in group) for group in (parallel, buyer))
    neither = (
        Condition("Time is short:", _yes(tight), "no", not tight),
        Condition("Economic buyer first would be safe:", _yes(buyer_fits), "no", not buyer_fits),
    )
    votes = {
        SequencingApproach.CHAMPION_FIRST: neither,
        SequencingApproach.ECONOMIC_BUYER_FIRST: buyer,
        SequencingApproach.PARALLEL: parallel,
    }
    return tuple(
        Strategy(
            approach=approach,
            conditions=conditions,
            fits=all(c.held for c in conditions),
            recommended=approach == recommended,
            pros=PROS[approach],
            cons=CONS[approach],
            when=WHEN[approach],
        )
        for approach, conditions in votes.items()
    )


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _rationale(facts: SequenceFacts, *, used: SequencingApproach, recommended: SequencingApproach) -> str:
    why = f"{_reason_for(recommended, facts)} {compare(facts.prepared, recommended)}".rstrip()
    if used == recommended:
        return f"{used.label}: {why}"
    return f"{used.label} was chosen by a person. Recommended was {recommended.label.lower()}: {why}"


def _reason_for(approach: SequencingApproach, facts: SequenceFacts) -> str:
    if approach == SequencingApproach.PARALLEL:
        return (
            f"{facts.days_to_renewal} days are left, fewer than 100, so the champion and the decision maker "
            "are contacted together and the economic buyer follows."
        )
    if approach == SequencingApproach.ECONOMIC_BUYER_FIRST:
        return (
            f"the relationship is {score_text(facts.relationship, out_of=10)}, the price changes by "
            f"{percent_text(facts.increase_pct)} and the churn risk is "
            f"{score_text(facts.churn_risk, out_of=100)}, so the person who pays can be asked directly."
        )
    missed = [c for c in buyer_first_conditions(facts) if not c.held]
    gaps = "; ".join(f"{c.name.lower()} is {c.value}, not {c.threshold}" for c in missed)
    return f"there is time to win support inside first, and the economic buyer is not yet safe to ask ({gaps})."


def _risk_mitigation(facts: SequenceFacts, approach: SequencingApproach, positions: tuple[Position, ...]) -> str:
    parts = [_mitigation_by_risk(facts, positions), _MITIGATION_BY_APPROACH[approach]]
    if below(facts.relationship, 6):
        parts.append("The relationship is thin: each first contact asks for a conversation, not for a signature.")
    if above(facts.increase_pct, 8):
        parts.append("The increase is large: value is agreed with the first contact before the buyer sees the price.")
    return " ".join(part for part in parts if part)


_MITIGATION_BY_APPROACH: Mapping[SequencingApproach, str] = {
    SequencingApproach.CHAMPION_FIRST: (
        "An objection shows up first with the champion, where it can be answered before it reaches the budget."
    ),
    SequencingApproach.ECONOMIC_BUYER_FIRST: (
        "The champion is kept ready to confirm the value should the economic buyer ask inside."
    ),
    SequencingApproach.PARALLEL: (
        "Both first contacts get the same story on the same day, so that neither hears it from the other."
    ),
}


def _mitigation_by_risk(facts: SequenceFacts, positions: tuple[Position, ...]) -> str:
    if not above(facts.churn_risk, EXECUTIVE_ABOVE_RISK):
        return ""
    risk = score_text(facts.churn_risk, out_of=100)
    sponsor = next((p for p in positions if p.owner == OwnerKind.EXECUTIVE), None)
    if sponsor is None:
        return f"Churn risk is {risk}: bring an executive into the first meeting."
    return f"Churn risk is {risk}: one of our executives speaks with {sponsor.name}."


def _warnings_of_gaps(facts: SequenceFacts) -> tuple[str, ...]:
    known = {
        "price increase": facts.increase_pct,
        "churn risk": facts.churn_risk,
        "relationship strength": facts.relationship,
    }
    return tuple(
        f"The {name} is not known; the cautious order is used." for name, value in known.items() if value is None
    )
