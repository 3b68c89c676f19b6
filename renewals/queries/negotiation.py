"""The workspace of a negotiation: objections with their evidence, answers, terms, next steps, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from customers.enums import TodoState
from customers.models import Customer, Todo
from emails.enums import DraftState
from emails.models import Draft
from renewals.enums import NEXT_STEP_TODO, ObjectionKind, Stage
from renewals.models import Objection, Renewal, TermNote
from renewals.queries.facts import RenewalFacts, find_running_contract, read_facts_of, rehearsal_facts
from renewals.rules.negotiate import negotiate_date
from renewals.rules.rehearsal import SCENARIO_OF, Scenario, answer_to

MOST_CLOSED = 20


@dataclass(frozen=True)
class ObjectionCard:
    """One objection with its evidence, what the rehearsal says to it, and the answer that was prepared."""

    objection: Objection
    scenario: Scenario | None
    answer: Draft | None

    @property
    def can_be_answered(self) -> bool:
        """Whether an answer may be prepared: nothing is there yet, and somebody can be written to."""
        person = self.objection.stakeholder
        return self.answer is None and person is not None and bool(person.email) and not person.has_left


@dataclass(frozen=True)
class Negotiation:
    """Where the negotiation of an account's renewal stands. starts_on: the day on which it begins by itself."""

    customer: Customer
    renewal: Renewal
    facts: RenewalFacts
    starts_on: date
    open_objections: tuple[ObjectionCard, ...]
    closed_objections: tuple[Objection, ...]
    terms: tuple[TermNote, ...]
    next_steps: tuple[Todo, ...]

    @property
    def has_begun(self) -> bool:
        return self.renewal.negotiate_started_at is not None

    @property
    def stage(self) -> Stage:
        return self.facts.stage

    @property
    def proposes_start(self) -> bool:
        """An objection is open, and nobody has begun: a person is asked to confirm."""
        return bool(self.open_objections) and not self.has_begun and self.renewal.is_open

    @property
    def first_words(self) -> str:
        """Why one would begin, for the form."""
        first = self.open_objections[0].objection if self.open_objections else None
        if first is None:
            return ""
        who = f", {first.stakeholder.name}" if first.stakeholder else ""
        return f"Objection: {first.get_kind_display().lower()}{who}"


def find_renewal(customer: Customer) -> Renewal | None:
    """Find the renewal of the running contract, not yet written where nobody has opened it; None without a contract."""
    contract = find_running_contract(customer)
    if contract is None:
        return None
    rows = Renewal.objects.select_related("contract", "customer__owner", "closed_by")
    return rows.filter(contract=contract).first() or Renewal(customer=customer, contract=contract)


def read_negotiation(customer: Customer, *, now: datetime) -> Negotiation | None:
    """Read the whole workspace in a fixed number of queries; None without a running contract."""
    renewal = find_renewal(customer)
    if renewal is None:
        return None
    facts = read_facts_of(renewal, renewal.contract, customer, now=now)
    objections = list(
        Objection.objects.filter(renewal=renewal).select_related(
            "stakeholder", "reply", "answer", "settled_by", "noted_by"
        )
    )
    open_ones = [objection for objection in objections if objection.is_open]
    closed = [objection for objection in objections if not objection.is_open]
    steps = Todo.objects.filter(customer=customer, kind=NEXT_STEP_TODO, source_id=renewal.pk).select_related("owner")
    return Negotiation(
        customer=customer,
        renewal=renewal,
        facts=facts,
        starts_on=negotiate_date(facts.renewal_date),
        open_objections=tuple(_card(objection, facts) for objection in open_ones),
        closed_objections=tuple(closed[:MOST_CLOSED]),
        terms=tuple(TermNote.objects.filter(renewal=renewal.pk).select_related("written_by", "decided_by")),
        next_steps=tuple(steps.filter(state=TodoState.OPEN).order_by("due_date", "created_at")),
    )


def _card(objection: Objection, facts: RenewalFacts) -> ObjectionCard:
    scenario = answer_to(SCENARIO_OF[ObjectionKind(objection.kind)], rehearsal_facts(facts))
    answer = objection.answer if objection.answer and objection.answer.state != DraftState.CANCELLED else None
    return ObjectionCard(objection, scenario, answer)
