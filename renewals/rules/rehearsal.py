"""Which one or two objections to rehearse, and how to answer them. Source: Engage, step 5; DESIGN section 5.

Every figure spoken here stands in the facts handed in; what is not known is not spoken of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from customers.enums import Pressure
from renewals.enums import Likelihood, ObjectionKind
from renewals.rules.facts import (
    NOT_KNOWN,
    Condition,
    Number,
    above,
    below,
    percent_text,
    require_between,
    score_text,
)
from renewals.rules.proofs import Proof, ProofFacts, gather_proofs, speak_of

PRICE_ABOVE_RISK = 50
PRICE_ABOVE_INCREASE_PCT = Decimal(7)
WEAK_RELATIONSHIP = 6
MOST_SCENARIOS = 2


@dataclass(frozen=True)
class RehearsalFacts:
    """What the choice of objections and the answers rest on. None: not known."""

    increase_pct: Decimal | None = None
    churn_risk: Number | None = None
    relationship: Number | None = None
    budget_pressure: Pressure | None = None
    competitive_pressure: Pressure | None = None
    proofs: ProofFacts = field(default_factory=ProofFacts)


@dataclass(frozen=True)
class Answer:
    """The four steps of an answer."""

    acknowledge: str
    reframe: str
    value_anchor: str
    bridge: str


@dataclass(frozen=True)
class Scenario:
    """One objection to expect. because: the conditions that make it likely."""

    key: str
    scenario: str
    likelihood: Likelihood
    because: tuple[Condition, ...]
    customer_response: str
    answer: Answer
    supporting_data: tuple[str, ...]
    next_step_soft: str
    next_step_hard: str

    @property
    def next_step(self) -> str:
        return f"Soft objection: {self.next_step_soft} Hard objection: {self.next_step_hard}"


def choose_scenarios(facts: RehearsalFacts) -> tuple[Scenario, ...]:
    """Choose the one or two objections to rehearse: those whose condition holds, in the table's order.

    The first is marked high, the second medium; when none holds, one default is marked low. Raises
    ValueError for a value outside its scale.
    """
    require_between("churn risk", facts.churn_risk, 0, 100)
    require_between("relationship", facts.relationship, 0, 10)
    proofs = gather_proofs(facts.proofs)
    likely = [(key, held) for key, check in CHECKS.items() if (held := tuple(c for c in check(facts) if c.held))]
    if not likely:
        return (_build("hesitation", Likelihood.LOW, (), facts, proofs),)
    ranks = (Likelihood.HIGH, Likelihood.MEDIUM)
    return tuple(
        _build(key, rank, held, facts, proofs)
        for (key, held), rank in zip(likely[:MOST_SCENARIOS], ranks, strict=False)
    )


SCENARIO_OF: Mapping[ObjectionKind, str] = {
    ObjectionKind.PRICE: "price",
    ObjectionKind.BUDGET: "budget",
    ObjectionKind.COMPETITOR: "competition",
    ObjectionKind.TIMING: "hesitation",
}
"""Which of the rehearsed answers fits an objection that was raised; who has no time for it avoids the decision."""


def answer_to(key: str, facts: RehearsalFacts) -> Scenario:
    """Build the scenario of an objection that was really raised, whatever the conditions are. key: one of CHECKS."""
    return _build(key, Likelihood.HIGH, (), facts, gather_proofs(facts.proofs))


def _price_conditions(facts: RehearsalFacts) -> tuple[Condition, ...]:
    return (
        Condition(
            "Churn risk",
            score_text(facts.churn_risk, out_of=100),
            "above 50/100",
            above(facts.churn_risk, PRICE_ABOVE_RISK),
        ),
        Condition(
            "Price increase",
            percent_text(facts.increase_pct),
            "above 7%",
            above(facts.increase_pct, PRICE_ABOVE_INCREASE_PCT),
        ),
    )


def _pressure_condition(name: str, pressure: Pressure | None) -> tuple[Condition, ...]:
    value = pressure.value if pressure else NOT_KNOWN
    return (Condition(name, value, "high", pressure == Pressure.HIGH),)


def _relationship_conditions(facts: RehearsalFacts) -> tuple[Condition, ...]:
    value = score_text(facts.relationship, out_of=10)
    return (Condition("Relationship", value, "below 6/10", below(facts.relationship, WEAK_RELATIONSHIP)),)


CHECKS: Mapping[str, Callable[[RehearsalFacts], tuple[Condition, ...]]] = {
    "price": _price_conditions,
    "budget": lambda facts: _pressure_condition("Budget pressure", facts.budget_pressure),
    "competition": lambda facts: _pressure_condition("Competitive pressure", facts.competitive_pressure),
    "hesitation": _relationship_conditions,
}
"""In the order of the spec's table, which is the rank."""


def _build(
    key: str,
    likelihood: Likelihood,
    because: tuple[Condition, ...],
    facts: RehearsalFacts,
    proofs: tuple[Proof, ...],
) -> Scenario:
    rising = above(facts.increase_pct, 0)
    words = WORDS["value" if key == "price" and not rising else key]
    return Scenario(
        key=key,
        scenario=words.title,
        likelihood=likelihood,
        because=because,
        customer_response=words.quote.format(increase=percent_text(facts.increase_pct)),
        answer=Answer(
            acknowledge=words.acknowledge,
            reframe=words.reframe,
            value_anchor=speak_of(proofs, first=words.proofs_first),
            bridge=words.bridge,
        ),
        supporting_data=tuple(proof.badge for proof in _ranked(proofs, words.proofs_first)),
        next_step_soft=words.soft,
        next_step_hard=words.hard,
    )


def _ranked(proofs: tuple[Proof, ...], first: tuple[str, ...]) -> list[Proof]:
    return sorted(proofs, key=lambda proof: first.index(proof.kind) if proof.kind in first else len(first))


@dataclass(frozen=True)
class _Words:
    title: str
    quote: str
    acknowledge: str
    reframe: str
    bridge: str
    soft: str
    hard: str
    proofs_first: tuple[str, ...]


WORDS: Mapping[str, _Words] = {
    "price": _Words(
        title="Price increase objection",
        quote="That's a significant price increase. {increase} is more than we planned for.",
        acknowledge="I understand: nobody likes to open a renewal and find a higher number.",
        reframe=(
            "Let me share the context behind it: the price follows how you use the product today, not how "
            "you used it when we last agreed on it."
        ),
        bridge="Would it help if we walked through the return together, line by line, before you decide?",
        soft="Schedule a review of the return with the person who objects, within the week.",
        hard="Offer a review of scenarios (term, scope, payment) and a call with one of our executives.",
        proofs_first=("value", "leverage", "usage", "peer"),
    ),
    "value": _Words(
        title="Value objection",
        quote="Before we talk about another year, I am not sure that we get enough out of this.",
        acknowledge="I understand: a renewal should be earned, and it is fair to ask that now.",
        reframe="Let me share what we see from our side, and please correct me where your view differs.",
        bridge="Would it help if we agreed on the two results that would make next year worthwhile?",
        soft="Schedule a review of results with the champion and agree on what is missing.",
        hard="Offer a call with one of our executives and a review of scope before any signature.",
        proofs_first=("value", "usage", "win", "leverage"),
    ),
    "budget": _Words(
        title="Budget objection",
        quote="Budget is tight this year. I don't see where this would come from.",
        acknowledge="I understand: every line is being looked at, and this one should be too.",
        reframe="Let me share how others in your position look at it: as a cost that pays for itself, or not at all.",
        bridge="Would it help if we prepared the one page that your finance team needs for its decision?",
        soft="Schedule a follow-up with the economic buyer and bring the business case on one page.",
        hard="Offer a scenario review: payment terms, a longer term or a smaller scope at the same unit price.",
        proofs_first=("value", "leverage", "peer", "usage"),
    ),
    "competition": _Words(
        title="Competitive evaluation",
        quote="We're evaluating other options before we commit again.",
        acknowledge="I understand: looking around before a renewal is good practice.",
        reframe="Let me share what usually gets missed in a comparison: the work of moving, and what runs today.",
        bridge="Would it help if we went through your criteria together and said openly where we are not the best?",
        soft="Schedule a comparison along their criteria and ask when they decide.",
        hard="Offer an executive call and a review of scenarios, and propose to start Negotiate early.",
        proofs_first=("stickiness", "win", "usage", "peer"),
    ),
    "hesitation": _Words(
        title="Avoiding the decision",
        quote="Let me think about it and get back to you.",
        acknowledge="I understand: this deserves some thought, and there may be others to ask.",
        reframe="Let me share why I ask now: an early answer keeps every option open for you.",
        bridge="Would it help if we named the one question that is still open, and who can answer it?",
        soft="Schedule a short follow-up on a fixed day before the conversation ends.",
        hard="Offer a call between one of our executives and theirs to find what is really in the way.",
        proofs_first=("win", "usage", "value", "stickiness"),
    ),
}
