"""Plans and their touches, as services and pages read them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import date

from customers.models import Customer, User
from customers.queries.calendars import local_date
from outreach.enums import LIVE_PLAN_STATES, OwnerKind, TouchKind, TouchState
from outreach.models import OutreachPlan, Touch

Owners = Mapping[OwnerKind, User | None]


def find_live_plan(customer_id: uuid.UUID) -> OutreachPlan | None:
    """Find the plan of the customer that is proposed or open; there is at most one."""
    return OutreachPlan.objects.filter(customer_id=customer_id, state__in=LIVE_PLAN_STATES).first()


def list_touches(plan: OutreachPlan) -> list[Touch]:
    """List the touches that have a day, by date; cancelled ones are left out."""
    rows = plan.touches.select_related("stakeholder", "owner").exclude(state=TouchState.CANCELLED)
    return list(rows.filter(due_date__isnull=False).order_by("due_date", "order", "key"))


def list_infeasible(plan: OutreachPlan) -> list[Touch]:
    """List what does not fit, each with its reason."""
    return list(plan.touches.select_related("stakeholder").filter(state=TouchState.INFEASIBLE).order_by("order", "key"))


def sent_dates(plan: OutreachPlan, *, zone: str) -> dict[str, date]:
    """Map each stakeholder whose first email has left to its local date."""
    rows = plan.touches.filter(kind=TouchKind.EMAIL, state=TouchState.DONE).values_list("stakeholder_id", "done_at")
    return {str(person): local_date(at, zone) for person, at in rows if person and at}


def owners_of(customer: Customer) -> Owners:
    """Name the person behind each owner kind; the CSM stands in where an account has no other."""
    return {
        OwnerKind.CSM: customer.owner,
        OwnerKind.AE: customer.account_executive or customer.owner,
        OwnerKind.EXECUTIVE: customer.executive or customer.owner,
    }


def planned_days_of(draft_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, date]:
    """Map letters to the day that the plan has for them."""
    rows = Touch.objects.filter(draft_id__in=draft_ids, state=TouchState.PLANNED, due_date__isnull=False)
    return {draft_id: day for draft_id, day in rows.values_list("draft_id", "due_date") if draft_id and day}
