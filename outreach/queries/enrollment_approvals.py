"""Enrollments that wait for a person's yes, as the approvals queue lists and shows them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from customers.models import User
from customers.queries.memo import kept_each
from customers.registry.approvals import Approval, WholeApproval, as_waiting
from outreach.enums import EnrollmentState
from outreach.models import Enrollment
from outreach.queries.enrollment_gate import read_receipt
from outreach.queries.outreach_io import find_sequence

KIND = "enrollment"


def list_waiting(user: User, *, mine: bool) -> Any:
    """This will give those that the reader may see; what waits for an Engage plan is not asked about."""
    rows = Enrollment.objects.visible_to(user).filter(state=EnrollmentState.PENDING, waits_for_plan=False)
    return rows.filter(customer__owner__in=user.desk) if mine else rows


def find_waiting(user: User, *, mine: bool) -> Any:
    """This will give where they stand in the queue."""
    return as_waiting(list_waiting(user, mine=mine), kind=KIND, key="asked_at")


def read_approvals(ids: Collection[UUID], *, user: User, now: datetime) -> Mapping[UUID, Approval]:
    """This will read those of a page in one query."""
    return {pk: _approval(row, reader=user) for pk, row in _rows(ids, user=user, now=now).items()}


def show_approval(enrollment_id: UUID, *, user: User, now: datetime) -> WholeApproval | None:
    """This will show one whole: who, which sequence with its steps, from where, and what the gate says now."""
    row = _rows([enrollment_id], user=user, now=now).get(enrollment_id)
    if row is None:
        return None
    receipt = read_receipt(row, now=now, approving=True)
    refused = [line for line in receipt.lines if not line.passed]
    sequence = find_sequence(row.sequence_id)
    return WholeApproval(
        approval=_approval(row, reader=user, warnings=tuple(line.reason for line in refused if not line.waits)),
        subject=f"{row.stakeholder.name} into “{row.sequence_name}”",
        body=row.because,
        machine=None,
        template="outreach/_enrollment_approval.html",
        context={"enrollment": row, "sequence": sequence, "refused": refused},
    )


def _rows(ids: Collection[UUID], *, user: User, now: datetime) -> Mapping[UUID, Any]:
    def load(unknown: Collection[UUID]) -> dict[UUID, Any]:
        rows = list_waiting(user, mine=False).select_related("customer__owner", "stakeholder", "asked_by")
        return {row.pk: row for row in rows.filter(pk__in=unknown)}

    return kept_each(("enrollments", user.pk, now), ids, load)


def _approval(row: Enrollment, *, reader: User, warnings: tuple[str, ...] = ()) -> Approval:
    return Approval(
        kind=KIND,
        kind_label="Sequence",
        id=row.pk,
        version=row.version,
        title=f"Enroll in “{row.sequence_name}”",
        recipient=row.stakeholder.name,
        customer_id=row.customer_id,
        customer_name=row.customer.name,
        url=reverse("outreach:sequences", args=[row.customer_id]),
        waits_since=row.asked_at,
        written_by=_asked(row),
        warnings=warnings,
        refusal="" if reader.is_worker else "Your role may read, not approve.",
        action="Approve and enroll",
        may_be_undone=False,
    )


def _asked(row: Enrollment) -> str:
    if row.trigger_type:
        return f"Trigger: {row.trigger_type.replace('_', ' ')}"
    return row.asked_by.display_name if row.asked_by else str(row.get_asked_through_display())
