"""The answers of the approvals queue to an enrollment: yes has it done, no takes it away."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from customers.models import User
from customers.queries.lookup import NotThere
from customers.registry.approvals import Answered, ApprovalKind, register_approvals
from outreach.enums import EnrollmentState
from outreach.models import Enrollment
from outreach.queries.enrollment_approvals import KIND, find_waiting, read_approvals, show_approval
from outreach.queries.enrollments import find_enrollment
from outreach.services.enrolling import approve_enrollment, decline_enrollment


def register() -> None:
    """Put enrollments into the queue; called at start-up."""
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


def approve(enrollment_id: UUID, *, version: int, now: datetime, by: User, undo_seconds: int = 0) -> Answered:
    """Have it done. Raises NotThere and what `approve_enrollment` raises."""
    row = approve_enrollment(_find(enrollment_id, by=by), version=version, now=now, by=by)
    said = f"It waits: {row.outcome}" if row.outcome else f"{row.stakeholder.name} is being enrolled."
    return Answered(row.state, f"Approved. {said}", row.not_before)


def decline(enrollment_id: UUID, *, version: int, reason: str, now: datetime, by: User) -> Answered:
    """Take it away. Raises NotThere and what `decline_enrollment` raises."""
    row = decline_enrollment(_find(enrollment_id, by=by), version=version, reason=reason, now=now, by=by)
    return Answered(row.state, f"Declined: {row.stakeholder.name} is not enrolled in “{row.sequence_name}”.")


def _find(enrollment_id: UUID, *, by: User) -> Enrollment:
    found = find_enrollment(enrollment_id, user=by)
    if found is None or found.state == EnrollmentState.REMOVED:
        raise NotThere("There is no such approval, or it is not yours.")
    return found
