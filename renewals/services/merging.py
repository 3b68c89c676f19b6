"""What renewals say and do when two accounts become one: one cycle, one plan."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from customers.models import Customer, User
from customers.registry.merges import register_merge
from customers.services.activity import record
from outreach.queries.plans import find_live_plan
from renewals.models import Renewal


def register() -> None:
    """Take part in merges; called at start-up."""
    register_merge(guard=why_not_merge, step=drop_second_renewal)


def why_not_merge(kept: Customer, gone: Customer) -> str:
    """Say what a person has to end first; empty when nothing stands in the way."""
    plan_that_goes = find_live_plan(gone.pk)
    if plan_that_goes is None:
        return ""
    if find_live_plan(kept.pk) is not None:
        return "Both accounts have a running outreach plan: close one of them first."
    if _open_renewals(kept).exists():
        return f"{gone.name} has a running outreach plan, and its renewal would end: close the plan first."
    return ""


def drop_second_renewal(kept: Customer, gone: Customer, now: datetime, by: User) -> None:
    """Remove the open renewal of the account that goes where the other has one: its contract was ended.

    A removed renewal never had an outcome; the line on record keeps what it was.
    """
    if not _open_renewals(kept).exists():
        return
    for renewal in _open_renewals(gone).select_related("contract"):
        record(
            "renewal.dropped",
            f"Renewal of {renewal.contract.renewal_date:%d %b %Y} dropped: merged into {kept.name}",
            customer=kept,
            by=by,
            now=now,
            subject=renewal,
            current_price=str(renewal.contract.current_price),
        )
        renewal.delete()


def _open_renewals(customer: Customer) -> QuerySet[Renewal]:
    return Renewal.objects.filter(customer=customer, closed_at=None)
