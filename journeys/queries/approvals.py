"""Deliverables that wait for a person's yes, as the approvals queue lists and shows them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from customers.models import User
from customers.registry.approvals import Approval, Waiting, WholeApproval
from emails.enums import Writer
from journeys.enums import DeliverableState
from journeys.models import Deliverable
from journeys.queries.deliverables import DeliverableCard, deliverable_url, judge_text, machine_text, with_people

KIND = "deliverable"
ALONE = "A deliverable is read whole before it goes to the client."


def list_waiting(user: User, *, mine: bool) -> Any:
    """This will give the deliverables in review that the reader may see; mine: those of their own accounts."""
    rows = Deliverable.objects.visible_to(user).filter(state=DeliverableState.PENDING_REVIEW)
    return rows.filter(customer__owner=user) if mine else rows


def find_waiting(user: User, *, mine: bool, limit: int) -> list[Waiting]:
    """This will give where they stand in the queue: the longest waiting first."""
    rows = list_waiting(user, mine=mine).order_by("review_since", "pk").values_list("pk", "review_since")[:limit]
    return [Waiting(KIND, pk, at) for pk, at in rows]


def count_waiting(user: User, *, mine: bool) -> int:
    count: int = list_waiting(user, mine=mine).order_by().count()
    return count


def read_approvals(ids: Collection[UUID], *, user: User, now: datetime) -> Mapping[UUID, Approval]:
    """This will read those of a page in one query; their texts are judged where one is opened."""
    rows = with_people(list_waiting(user, mine=False)).filter(pk__in=ids).defer("body", "first_body", "facts")
    return {row.pk: _approval(row, reader=user) for row in rows}


def show_approval(deliverable_id: UUID, *, user: User, now: datetime) -> WholeApproval | None:
    """This will show one whole, beside the writer's last version of it."""
    row = with_people(list_waiting(user, mine=False)).filter(pk=deliverable_id).first()
    if row is None:
        return None
    # Read here, changed on its own page: what is done to a claim there shows in the whole text.
    card = DeliverableCard(row, judge_text(row), is_writer=False)
    warnings = tuple(f"“{claim.span.text}” stands in no record." for claim in card.open_rows)
    return WholeApproval(
        approval=_approval(row, reader=user, warnings=warnings),
        subject=row.title,
        body=row.body,
        machine=machine_text(row),
        template="journeys/_approval.html",
        context={"card": card, "draft": row},
    )


def _approval(row: Deliverable, *, reader: User, warnings: tuple[str, ...] = ()) -> Approval:
    return Approval(
        kind=KIND,
        kind_label=f"Deliverable M{row.month.number}",
        id=row.pk,
        version=row.version,
        title=row.title,
        recipient=row.customer.name,
        customer_id=row.customer_id,
        customer_name=row.customer.name,
        url=deliverable_url(row.pk),
        waits_since=row.review_since or row.updated_at,
        written_by=str(Writer(row.writer).label),
        warnings=warnings,
        single=ALONE,
        refusal="" if reader.is_writer else "Your role may read, not approve.",
        action="Approve and deliver",
        may_be_undone=False,
        needs_reason=True,
    )
