"""What the Engage workflow advises now, with a person's own choices applied: facts in, a whole advice out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from customers.clients.choice import why_salesforce_off
from customers.models import Customer
from emails.enums import PriceApproach
from outreach.enums import OwnerKind, SequencingApproach
from outreach.queries.plans import sent_dates
from outreach.rules.action_plan import PlannedTask, plan_tasks
from outreach.rules.planning import Plan, PlannedPosition, plan_touches
from renewals.enums import OverrideKind
from renewals.models import EngageRun, Override
from renewals.queries.facts import (
    RenewalFacts,
    calendar_for,
    list_gone,
    price_facts,
    read_renewal_facts,
    rehearsal_facts,
    sequence_facts,
)
from renewals.rules.counterfactuals import Counterfactual, what_would_change
from renewals.rules.positions import Person, first_day
from renewals.rules.pricing import PriceAdvice, Variation, advise_on_price, vary_by_role
from renewals.rules.rehearsal import Scenario, choose_scenarios
from renewals.rules.sequencing import SequenceAdvice, build_sequence


@dataclass(frozen=True)
class Choices:
    """What a person decided otherwise. None or empty: as advised. variations: stakeholder id → approach."""

    approach: SequencingApproach | None = None
    order: tuple[str, ...] = ()
    owners: dict[str, OwnerKind] | None = None
    price_approach: PriceApproach | None = None
    variations: dict[str, PriceApproach] | None = None


@dataclass(frozen=True)
class PersonPrice:
    """How one person of the sequence is told the price. by_hand: a person chose it."""

    key: str
    name: str
    role: str
    approach: PriceApproach
    rationale: str
    by_hand: bool


@dataclass(frozen=True)
class EngageAdvice:
    """Steps 1, 2, 4, 5 and 6 in one. price_approach: the one used; price.approach: the advised one."""

    facts: RenewalFacts
    sequence: SequenceAdvice
    price: PriceAdvice
    price_approach: PriceApproach
    person_prices: tuple[PersonPrice, ...]
    counterfactuals: tuple[Counterfactual, ...]
    plan: Plan
    scenarios: tuple[Scenario, ...]
    tasks: tuple[PlannedTask, ...]

    @property
    def first_date(self) -> date:
        return self.facts.renewal_date - timedelta(days=self.plan.first_day)

    @property
    def variations(self) -> dict[str, str]:
        return {person.key: person.approach.value for person in self.person_prices}


def find_run(customer: Customer) -> EngageRun | None:
    """Find the Engage run of the customer's open renewal."""
    return (
        EngageRun.objects.select_related(
            "plan",
            "renewal__contract",
            "customer__owner",
            "customer__account_executive",
            "customer__executive",
        )
        .filter(customer=customer, renewal__closed_at=None)
        .first()
    )


def list_overrides(run: EngageRun) -> list[Override]:
    """List where a person decided otherwise, newest first."""
    return list(run.overrides.select_related("by"))


def read_choices(run: EngageRun) -> Choices:
    """Read a person's choices back: those since the run was opened, the latest of each kind and person."""
    rows = run.overrides.filter(at__gte=run.opened_at).order_by("at", "created_at")
    kinds = {(row.kind, row.subject): row.new for row in rows}
    strategy = kinds.get((OverrideKind.STRATEGY, ""))
    price = kinds.get((OverrideKind.PRICE_APPROACH, ""))
    return Choices(
        approach=SequencingApproach(strategy) if strategy else None,
        order=tuple(run.order),
        owners={key: OwnerKind(value) for key, value in run.owners.items()},
        price_approach=PriceApproach(price) if price else None,
        variations={
            subject: PriceApproach(new) for (kind, subject), new in kinds.items() if kind == OverrideKind.VARIATION
        },
    )


def advise(
    customer: Customer, *, now: datetime, choices: Choices | None = None, run: EngageRun | None = None
) -> EngageAdvice | None:
    """Advise on the customer's renewal as it stands now; None without a running contract.

    run: a run whose first emails that have left are not planned again, and whose strategy then stays.
    """
    facts = read_renewal_facts(customer, now=now)
    if facts is None:
        return None
    chosen = choices or Choices()
    sent = sent_dates(run.plan, zone=customer.timezone) if run else {}
    sequence = _sequence(customer, facts, chosen, approach=chosen.approach or _approach_under_way(run), sent=sent)
    price = advise_on_price(price_facts(facts))
    used = chosen.price_approach or price.approach
    plan = _plan(customer, facts, sequence, run, sent)
    return EngageAdvice(
        facts=facts,
        sequence=sequence,
        price=price,
        price_approach=used,
        person_prices=_person_prices(facts, sequence, price, used, chosen),
        counterfactuals=what_would_change(price_facts(facts)),
        plan=plan,
        scenarios=choose_scenarios(rehearsal_facts(facts)),
        tasks=plan_tasks(plan, renewal_date=facts.renewal_date, crm_connected=not why_salesforce_off()),
    )


def _approach_under_way(run: EngageRun | None) -> SequencingApproach | None:
    """Keep the strategy once outreach has begun: days go by, and with few left each plan would turn parallel."""
    if run is None or run.plan.opened_at is None:
        return None
    return SequencingApproach(run.plan.approach)


def _sequence(
    customer: Customer,
    facts: RenewalFacts,
    chosen: Choices,
    *,
    approach: SequencingApproach | None,
    sent: Mapping[str, date],
) -> SequenceAdvice:
    """Order the people. Who has left keeps their place if they were contacted, so that nobody else moves up to it;
    else they are dropped, also from an order set by hand."""
    gone = _contacted_and_gone(customer, facts, sent)
    people = (*facts.people, *gone)
    known = {person.key for person in people}
    advice = build_sequence(
        replace(sequence_facts(facts), people=people, days_to_renewal=_day_begun(facts, sent)),
        approach=approach,
        order=tuple(key for key in chosen.order if key in known),
        owners=chosen.owners,
    )
    left = {person.key for person in gone}
    advice = replace(advice, positions=tuple(p for p in advice.positions if p.key not in left))
    told = tuple(f"{person.name} was contacted and has left." for person in gone)
    return replace(advice, warnings=(*advice.warnings, *told, *missing_owners(customer, advice)))


def _day_begun(facts: RenewalFacts, sent: Mapping[str, date]) -> int:
    """Count the positions from the day on which outreach began: the days that go by since then move nobody."""
    begun = [(facts.renewal_date - day).days for day in sent.values()]
    return max(facts.days_to_renewal, *begun) if begun else facts.days_to_renewal


def _contacted_and_gone(customer: Customer, facts: RenewalFacts, sent: Mapping[str, date]) -> tuple[Person, ...]:
    """Name who was written to and has left since, where nobody else has their role now."""
    missing = sent.keys() - {person.key for person in facts.people}
    covered = {role for person in facts.people for role in person.roles}
    return tuple(person for person in list_gone(customer, missing) if not covered.intersection(person.roles))


def missing_owners(customer: Customer, advice: SequenceAdvice) -> tuple[str, ...]:
    """Say where the CSM stands in, because the account has nobody for an owner that the sequence asks for."""
    on_record = {OwnerKind.AE: customer.account_executive_id, OwnerKind.EXECUTIVE: customer.executive_id}
    asked = {position.owner for position in advice.positions}
    words = {OwnerKind.AE: "account executive", OwnerKind.EXECUTIVE: "executive"}
    return tuple(
        f"The account has no {words[kind]}: the CSM stands in."
        for kind, person in on_record.items()
        if kind in asked and person is None
    )


def _plan(
    customer: Customer,
    facts: RenewalFacts,
    sequence: SequenceAdvice,
    run: EngageRun | None,
    sent: Mapping[str, date],
) -> Plan:
    base = _first_day(facts, run)
    return plan_touches(
        tuple(
            PlannedPosition(p.order, p.key, p.name, p.role, p.owner, p.day, sent_on=sent.get(p.key))
            for p in sequence.positions
        ),
        renewal_date=facts.renewal_date,
        notice_days=facts.notice_days,
        calendar=calendar_for(customer, facts),
        today=facts.today,
        first_day=base,
    )


def _first_day(facts: RenewalFacts, run: EngageRun | None) -> int:
    """Keep week 1 where it began, once the plan is under way."""
    if run is not None and run.plan.opened_at is not None and run.plan.first_date is not None:
        return (facts.renewal_date - run.plan.first_date).days
    return first_day(days_to_renewal=facts.days_to_renewal, notice_days=facts.notice_days)


def _person_prices(
    facts: RenewalFacts,
    sequence: SequenceAdvice,
    price: PriceAdvice,
    used: PriceApproach,
    chosen: Choices,
) -> tuple[PersonPrice, ...]:
    by_role = {v.role: v for v in _variations(facts, price, used)}
    by_hand = chosen.variations or {}
    rows = []
    for position in sequence.positions:
        advised = by_role.get(position.role, Variation(position.role, used, "As everyone else."))
        if position.key in by_hand:
            advised = replace(advised, approach=by_hand[position.key], rationale="Chosen by a person.")
        rows.append(
            PersonPrice(
                key=position.key,
                name=position.name,
                role=position.role,
                approach=advised.approach,
                rationale=advised.rationale,
                by_hand=position.key in by_hand,
            )
        )
    return tuple(rows)


def _variations(facts: RenewalFacts, price: PriceAdvice, used: PriceApproach) -> tuple[Variation, ...]:
    if used == price.approach:
        return price.stakeholder_variations
    return vary_by_role(used, price_facts(facts))
