"""Deliverables that wait for a person's yes, as the approvals queue lists and shows them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from customers.models import User
from customers.queries.memo import kept_each
from customers.registry.approvals import Approval, WholeApproval, as_waiting
from emails.enums import Writer
from journeys.enums import DeliverableState
from journeys.models import Deliverable
from journeys.queries.deliverables import DeliverableCard, deliverable_url, judge_text, with_machine_text

KIND = "deliverable"
ALONE = "A deliverable is read whole before it goes to the client."


def list_waiting(user: User, *, mine: bool) -> Any:
    """This will give the deliverables in review that the reader may see; mine: those of their own accounts."""
    rows = Deliverable.objects.visible_to(user).filter(state=DeliverableState.PENDING_REVIEW)
    return rows.filter(customer__owner__in=user.desk) if mine else rows


def find_waiting(user: User, *, mine: bool) -> Any:
    """This will give where they stand in the queue."""
    return as_waiting(list_waiting(user, mine=mine), kind=KIND, key="review_since")


def read_approvals(ids: Collection[UUID], *, user: User, now: datetime) -> Mapping[UUID, Approval]:
    """This will read those of a page in one query; their texts are judged where one is opened."""
    return {pk: _approval(row, reader=user) for pk, row in _read_rows(ids, user=user, now=now).items()}


def show_approval(deliverable_id: UUID, *, user: User, now: datetime) -> WholeApproval | None:
    """This will show one whole, beside the writer's last version of it."""
    row = _read_rows([deliverable_id], user=user, now=now).get(deliverable_id)
    if row is None:
        return None
    # Read here, changed on its own page: what is done to a claim there shows in the whole text.
    card = DeliverableCard(row, judge_text(row), is_writer=False)
    warnings = tuple(f"“{claim.span.text}” is not on record." for claim in card.open_rows)
    return WholeApproval(
        approval=_approval(row, reader=user, warnings=warnings),
        subject=row.title,
        body=row.body,
        machine=(row.machine_title, row.machine_body) if row.machine_body is not None else None,
        template="journeys/_approval.html",
        context={"card": card, "draft": row},
    )


def _read_rows(ids: Collection[UUID], *, user: User, now: datetime) -> Mapping[UUID, Any]:
    """Those that wait now, with the writer's own text; a page that lists one and shows it whole reads it once."""

    def load(unknown: Collection[UUID]) -> dict[UUID, Any]:
        waiting = list_waiting(user, mine=False).filter(pk__in=unknown)
        rows = with_machine_text(waiting).select_related("customer", "month", "journey__version")
        return {row.pk: row for row in rows.defer("first_body").order_by()}

    return kept_each(("deliverables", user.pk, now), ids, load)


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
        refusal="" if reader.is_worker else "Your role may read, not approve.",
        action="Approve and deliver",
        may_be_undone=False,
        needs_reason=True,
    )
