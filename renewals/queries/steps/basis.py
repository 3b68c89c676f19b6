"""What the run was decided on: its facts as they were at opening, read back for the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from customers.enums import Pressure
from customers.models import Stakeholder
from outreach.enums import OwnerKind
from renewals.models import EngageRun
from renewals.queries.workspace import Workspace
from renewals.rules.facts import percent_text, score_text
from renewals.rules.positions import Person
from renewals.rules.pricing import PriceFacts
from renewals.rules.proofs import ProofFacts
from renewals.rules.sequencing import SequenceFacts


@dataclass(frozen=True)
class Drift:
    """A figure that has changed since Engage was opened."""

    name: str
    old: str
    new: str


def person_of(row: Stakeholder) -> Person:
    return Person(
        key=str(row.pk),
        name=row.name,
        roles=tuple(row.roles),
        primary=row.primary,
        relationship=row.relationship_strength,
    )


def sequence_basis(workspace: Workspace, run: EngageRun) -> SequenceFacts:
    """Give the figures of the opening with the people of today."""
    facts = run.facts
    return SequenceFacts(
        days_to_renewal=facts["days_to_renewal"],
        increase_pct=_decimal(facts, "increase_pct"),
        churn_risk=facts.get("churn_risk"),
        relationship=facts.get("relationship"),
        notice_days=facts["notice_days"],
        people=tuple(person_of(row) for row in workspace.people),
    )


def price_basis(workspace: Workspace, run: EngageRun) -> PriceFacts:
    facts = run.facts
    return PriceFacts(
        increase_pct=_decimal(facts, "increase_pct"),
        relationship=facts.get("relationship"),
        competitive_pressure=_pressure(facts.get("competitive_pressure")),
        budget_pressure=_pressure(facts.get("budget_pressure")),
        roles=tuple(dict.fromkeys(role for row in workspace.people for role in row.roles)),
    )


def proof_basis(run: EngageRun) -> ProofFacts:
    facts = run.facts
    growth = facts.get("growth") or {}
    return ProofFacts(
        currency=facts.get("currency", "USD"),
        quantified_value=_decimal(facts, "quantified_value"),
        usage_growth_pct=_decimal(growth, "percent"),
        usage_metric=growth.get("metric", ""),
        peer_price_pct=_decimal(facts, "peer_price_pct"),
        stickiness=facts.get("stickiness"),
        value_leverage=_decimal(facts, "value_leverage"),
        wins=tuple(win["text"] for win in facts.get("wins", ())),
    )


def list_drifts(workspace: Workspace, run: EngageRun) -> tuple[Drift, ...]:
    """Name what the decisions rest on and has changed since."""
    customer, facts = workspace.customer, run.facts
    pairs = (
        (
            "Price increase",
            percent_text(_decimal(facts, "increase_pct")),
            percent_text(workspace.increase_pct),
        ),
        (
            "Churn risk",
            score_text(facts.get("churn_risk"), out_of=100),
            score_text(customer.churn_risk, out_of=100),
        ),
        (
            "Relationship",
            score_text(facts.get("relationship"), out_of=10),
            score_text(customer.relationship_strength, out_of=10),
        ),
        (
            "Competitive pressure",
            facts.get("competitive_pressure") or "not known",
            customer.competitive_pressure or "not known",
        ),
        (
            "Budget pressure",
            facts.get("budget_pressure") or "not known",
            customer.budget_pressure or "not known",
        ),
    )
    return tuple(Drift(name, old, new) for name, old, new in pairs if old != new)


def owners_by_hand(run: EngageRun) -> dict[str, OwnerKind]:
    return {key: OwnerKind(value) for key, value in run.owners.items()}


def _decimal(facts: Mapping[str, Any], name: str) -> Decimal | None:
    value = facts.get(name)
    return None if value is None else Decimal(str(value))


def _pressure(value: str | None) -> Pressure | None:
    return Pressure(value) if value else None
