"""Before the first step: whether it is time for Engage, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass

from customers.models import Contract
from renewals.queries.workspace import Workspace
from renewals.rules.opening import Opening, engage_opening, engage_opens_at
from renewals.rules.positions import first_day_on_time
from renewals.rules.readiness import Contact, Gap, ReadinessFacts, find_gaps


@dataclass(frozen=True)
class StartArtifact:
    """opens_at: its day to renewal. is_early, is_late: against the ordinary days."""

    opening: Opening
    opens_at: int
    gaps: tuple[Gap, ...]
    is_early: bool
    is_late: bool


def build_start(workspace: Workspace, contract: Contract) -> StartArtifact:
    opening = engage_opening(
        renewal_date=contract.renewal_date, notice_days=contract.notice_days, today=workspace.today
    )
    return StartArtifact(
        opening=opening,
        opens_at=engage_opens_at(contract.notice_days),
        gaps=list_gaps(workspace, contract),
        is_early=workspace.today < opening.opens_on,
        is_late=opening.can_open and workspace.days < first_day_on_time(contract.notice_days),
    )


def list_gaps(workspace: Workspace, contract: Contract) -> tuple[Gap, ...]:
    """Name what is missing at this account, what weighs most first."""
    customer = workspace.customer
    return find_gaps(
        ReadinessFacts(
            has_target_price=contract.target_price is not None,
            price_locked=workspace.price_locked,
            contacts=tuple(Contact(row.name, tuple(row.roles), bool(row.email)) for row in workspace.people),
            relationship_known=customer.relationship_strength is not None,
            churn_risk_known=customer.churn_risk is not None,
            pressure_known=bool(customer.competitive_pressure),
            stopped=" ".join(f"{stop.label}: {stop.text}" for stop in workspace.stops),
        )
    )
