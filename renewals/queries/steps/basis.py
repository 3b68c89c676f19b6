"""What the decisions rest on: the account's figures for the rules, and what has changed since Engage was opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from customers.enums import Pressure
from customers.models import Stakeholder
from outreach.enums import OwnerKind, PlanState
from renewals.models import EngageRun
from renewals.queries.workspace import Workspace
from renewals.rules.facts import percent_text, score_text
from renewals.rules.opening import DEFAULT_NOTICE_DAYS
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
    """Give the figures that the order rests on. The days are those of the opening once outreach has begun: what was
    right with four weeks to go is not judged by the week that is left."""
    customer = workspace.customer
    is_under_way = run.plan.state != PlanState.PROPOSED
    return SequenceFacts(
        days_to_renewal=run.facts["days_to_renewal"] if is_under_way else workspace.days,
        increase_pct=workspace.increase_pct,
        churn_risk=customer.churn_risk,
        relationship=customer.relationship_strength,
        notice_days=workspace.contract.notice_days if workspace.contract else DEFAULT_NOTICE_DAYS,
        people=tuple(person_of(row) for row in workspace.people),
        prepared=workspace.renewal.prepare_sequence if workspace.renewal else "",
    )


def price_basis(workspace: Workspace) -> PriceFacts:
    customer = workspace.customer
    return PriceFacts(
        increase_pct=workspace.increase_pct,
        relationship=customer.relationship_strength,
        competitive_pressure=_pressure(customer.competitive_pressure),
        budget_pressure=_pressure(customer.budget_pressure),
        roles=tuple(dict.fromkeys(role for row in workspace.people for role in row.roles)),
    )


def proof_basis(workspace: Workspace, run: EngageRun) -> ProofFacts:
    """Give what can be held against an objection; use and successes as they were when Engage was opened."""
    renewal = workspace.renewal
    growth = run.facts.get("growth") or {}
    return ProofFacts(
        currency=run.facts.get("currency", "USD"),
        quantified_value=renewal.quantified_value if renewal else None,
        usage_growth_pct=_decimal(growth, "percent"),
        usage_metric=growth.get("metric", ""),
        peer_price_pct=renewal.peer_price_pct if renewal else None,
        stickiness=renewal.stickiness if renewal else None,
        value_leverage=renewal.value_leverage if renewal else None,
        wins=tuple(win["text"] for win in run.facts.get("wins", ())),
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
