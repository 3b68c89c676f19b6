"""The answers of the approvals queue to a deliverable: yes delivers it, no sends it back with the reason."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError

from customers.models import User
from customers.queries.lookup import NotThere
from customers.registry.approvals import Answered, ApprovalKind, register_approvals
from journeys.models import Deliverable
from journeys.queries.approvals import KIND, find_waiting, read_approvals, show_approval
from journeys.queries.deliverables import find_deliverable
from journeys.services.reviewing import approve_deliverable, reject_deliverable


def register() -> None:
    """Put deliverables into the queue; called at start-up."""
    register_approvals(
        ApprovalKind(
            kind=KIND,
            find=find_waiting,
            read=read_approvals,
            show=show_approval,
            approve=approve,
            decline=decline,
        )
    )


def approve(deliverable_id: UUID, *, version: int, now: datetime, by: User, undo_seconds: int = 0) -> Answered:
    """Deliver exactly this version. Raises NotThere and what `approve_deliverable` raises."""
    delivered = approve_deliverable(_find(deliverable_id, by=by), version=version, now=now, by=by)
    return Answered(delivered.state, f"Delivered. {delivered.customer.name} is told of “{delivered}”.")


def decline(deliverable_id: UUID, *, version: int, reason: str, now: datetime, by: User) -> Answered:
    """Send it back. Raises NotThere, ValidationError where no reason is given, and what `reject_deliverable` raises."""
    deliverable = _find(deliverable_id, by=by)
    try:
        rejected = reject_deliverable(deliverable, note=reason, version=version, now=now, by=by)
    except ValidationError as error:
        raise ValidationError({"reason": error.messages}) from None
    return Answered(rejected.state, f"Rejected. “{rejected}” is to be revised; a reminder comes in three days.")


def _find(deliverable_id: UUID, *, by: User) -> Deliverable:
    found = find_deliverable(deliverable_id, user=by)
    if found is None:
        raise NotThere("There is no such approval, or it is not yours.")
    return found
