"""What is known of a renewal at one moment, read from its rows: the facts that the rules decide on."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from customers.enums import ContractState, Pressure
from customers.models import Contract, Customer, Stakeholder
from customers.queries.calendars import calendar_of, local_date
from customers.queries.workspace import get_settings
from customers.rules.metrics import metric_name
from customers.rules.workdays import Calendar
from emails.queries.usage import list_growths
from renewals.enums import Stage
from renewals.models import Renewal
from renewals.rules.positions import Person
from renewals.rules.pricing import PriceFacts
from renewals.rules.proofs import ProofFacts
from renewals.rules.rehearsal import RehearsalFacts
from renewals.rules.sequencing import SequenceFacts
from renewals.rules.stages import days_to_renewal, stage_for

MOST_WINS = 5


@dataclass(frozen=True)
class UsageGrowth:
    """How far the use of one metric rose. sample_id: the sample that it was read from."""

    sample_id: uuid.UUID
    metric: str
    percent: Decimal


@dataclass(frozen=True)
class KnownWin:
    win_id: uuid.UUID
    text: str


@dataclass(frozen=True)
class RenewalFacts:
    """A renewal as it stands. today: the customer's local date. increase_pct: exact, 7.2 means 7.2 %."""

    customer_id: uuid.UUID
    contract_id: uuid.UUID
    renewal_id: uuid.UUID | None
    today: date
    currency: str
    current_price: Decimal
    target_price: Decimal | None
    increase_pct: Decimal | None
    price_locked: bool
    start_date: date | None
    renewal_date: date
    notice_days: int
    notice_deadline: date
    days_to_renewal: int
    stage: Stage
    churn_risk: int | None
    relationship: int | None
    competitive_pressure: Pressure | None
    budget_pressure: Pressure | None
    confidence: int | None = None
    prepare_sequence: str = ""
    engagement_approach: str = ""
    value_leverage: Decimal | None = None
    stickiness: int | None = None
    quantified_value: Decimal | None = None
    peer_price_pct: Decimal | None = None
    growth: UsageGrowth | None = None
    wins: tuple[KnownWin, ...] = ()
    people: tuple[Person, ...] = ()


def find_running_contract(customer: Customer) -> Contract | None:
    return Contract.objects.filter(customer=customer, state=ContractState.ACTIVE).first()


def read_renewal_facts(customer: Customer, *, now: datetime) -> RenewalFacts | None:
    """Read everything the rules decide on; None when the customer has no running contract."""
    contract = find_running_contract(customer)
    if contract is None:
        return None
    renewal = Renewal.objects.filter(contract=contract).first() or Renewal(customer=customer, contract=contract)
    return read_facts_of(renewal, contract, customer, now=now)


def read_facts_of(renewal: Renewal, contract: Contract, customer: Customer, *, now: datetime) -> RenewalFacts:
    """Read the same of a renewal that is known already, written or not."""
    today = local_date(now, customer.timezone)
    days = days_to_renewal(contract.renewal_date, today=today)
    return RenewalFacts(
        customer_id=customer.pk,
        contract_id=contract.pk,
        renewal_id=None if renewal._state.adding else renewal.pk,
        today=today,
        currency=contract.currency,
        current_price=contract.current_price,
        target_price=contract.target_price,
        increase_pct=contract.increase_pct,
        price_locked=renewal.price_locked,
        start_date=contract.start_date,
        renewal_date=contract.renewal_date,
        notice_days=contract.notice_days,
        notice_deadline=contract.renewal_date - timedelta(days=contract.notice_days),
        days_to_renewal=days,
        stage=stage_for(days),
        churn_risk=customer.churn_risk,
        relationship=customer.relationship_strength,
        competitive_pressure=_pressure(customer.competitive_pressure),
        budget_pressure=_pressure(customer.budget_pressure),
        confidence=renewal.confidence,
        prepare_sequence=renewal.prepare_sequence,
        engagement_approach=renewal.engagement_approach,
        value_leverage=renewal.value_leverage,
        stickiness=renewal.stickiness,
        quantified_value=renewal.quantified_value,
        peer_price_pct=renewal.peer_price_pct,
        growth=_growth(customer),
        wins=_wins(customer),
        people=list_people(customer),
    )


def list_people(customer: Customer) -> tuple[Person, ...]:
    """List those who may be contacted: who has left is not among them."""
    rows = Stakeholder.objects.filter(customer=customer, left_at=None).order_by("-primary", "name", "pk")
    return tuple(map(_person, rows))


def list_gone(customer: Customer, keys: Collection[str]) -> tuple[Person, ...]:
    """List those of the people who have left the account."""
    if not keys:
        return ()
    return tuple(map(_person, Stakeholder.objects.filter(customer=customer, pk__in=keys, left_at__isnull=False)))


def _person(row: Stakeholder) -> Person:
    return Person(
        key=str(row.pk),
        name=row.name,
        roles=tuple(row.roles),
        primary=row.primary,
        relationship=row.relationship_strength,
    )


def calendar_for(customer: Customer, facts: RenewalFacts) -> Calendar:
    """Build the customer's working calendar from today to the renewal."""
    years = range(facts.today.year - 1, max(facts.renewal_date.year, facts.today.year) + 2)
    return calendar_of(customer, years=years, working_days=get_settings().working_days)


def sequence_facts(facts: RenewalFacts) -> SequenceFacts:
    return SequenceFacts(
        days_to_renewal=facts.days_to_renewal,
        increase_pct=facts.increase_pct,
        churn_risk=facts.churn_risk,
        relationship=facts.relationship,
        notice_days=facts.notice_days,
        people=facts.people,
        prepared=facts.prepare_sequence,
    )


def price_facts(facts: RenewalFacts) -> PriceFacts:
    return PriceFacts(
        increase_pct=facts.increase_pct,
        relationship=facts.relationship,
        competitive_pressure=facts.competitive_pressure,
        budget_pressure=facts.budget_pressure,
        roles=tuple(dict.fromkeys(role for person in facts.people for role in person.roles)),
    )


def rehearsal_facts(facts: RenewalFacts) -> RehearsalFacts:
    growth = facts.growth
    return RehearsalFacts(
        increase_pct=facts.increase_pct,
        churn_risk=facts.churn_risk,
        relationship=facts.relationship,
        budget_pressure=facts.budget_pressure,
        competitive_pressure=facts.competitive_pressure,
        proofs=ProofFacts(
            currency=facts.currency,
            quantified_value=facts.quantified_value,
            usage_growth_pct=growth.percent if growth else None,
            usage_metric=growth.metric if growth else "",
            peer_price_pct=facts.peer_price_pct,
            stickiness=facts.stickiness,
            value_leverage=facts.value_leverage,
            wins=tuple(win.text for win in facts.wins),
        ),
    )


def _pressure(value: str) -> Pressure | None:
    return Pressure(value) if value else None


def _growth(customer: Customer) -> UsageGrowth | None:
    """Read the growth of the metric that grew most, as the letters tell it."""
    best = max(list_growths(customer.pk), key=lambda growth: growth.percent, default=None)
    return UsageGrowth(best.last.pk, metric_name(best.last.metric), best.percent) if best else None


def _wins(customer: Customer) -> tuple[KnownWin, ...]:
    return tuple(KnownWin(win.pk, win.text) for win in customer.wins.all()[:MOST_WINS])
