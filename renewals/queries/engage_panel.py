"""Engage in a few lines, for the account page: its plan and the people in their order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, Subquery

from customers.models import Customer
from emails.enums import SENT_STATES
from emails.models import Draft
from outreach.enums import TouchKind, TouchState
from outreach.models import OutreachPlan, Touch
from renewals.queries.steps.sequence import role_label
from renewals.queries.workspace import GONE


@dataclass(frozen=True)
class PersonLine:
    """One person of the plan. date: of the first email; None where it does not fit."""

    order: int
    stakeholder_key: str
    name: str
    role: str
    date: date | None
    is_sent: bool


@dataclass(frozen=True)
class EngageLines:
    plan: OutreachPlan
    people: tuple[PersonLine, ...]


def read_touches(customer: Customer) -> list[Touch]:
    """Read all touches of the customer's running renewal with plan, person and the state of their letter. One query."""
    state = Draft.objects.filter(pk=OuterRef("draft_id")).values("state")[:1]
    return list(
        Touch.objects.filter(plan__customer=customer, plan__engage_run__renewal__closed_at=None)
        .select_related("plan", "stakeholder")
        .annotate(draft_state=Subquery(state))
        .order_by("order", "key")
    )


def engage_lines(touches: list[Touch]) -> EngageLines | None:
    """Give the plan and its people out of its touches; None when Engage is not open."""
    if not touches:
        return None
    emails = [touch for touch in touches if touch.kind == TouchKind.EMAIL and touch.state not in GONE]
    return EngageLines(touches[0].plan, tuple(_line(touch) for touch in emails))


def _line(touch: Touch) -> PersonLine:
    return PersonLine(
        order=touch.order,
        stakeholder_key=str(touch.stakeholder_id or ""),
        name=touch.stakeholder.name if touch.stakeholder else "Has left",
        role=role_label(touch.role),
        date=touch.due_date,
        is_sent=touch.state == TouchState.DONE or getattr(touch, "draft_state", "") in SENT_STATES,
    )
