"""Approvals that are over: the letter is a draft again, and the person who approved it is asked anew."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from customers.enums import TodoState
from customers.models import Todo, User
from customers.queries.moments import Waiting, When
from customers.services.activity import record
from customers.services.todos import add_todo, finish_todo
from emails.enums import WAITING_STATES
from emails.models import Draft
from emails.services.rewriting import prolong
from emails.services.waiting import NO_APPROVAL, drop, look_again

BATCH = 200
EXPIRED_TODO = "approval_expired"
_READ = ("approved_by", "customer__owner", "template_version__template")


def sweep(*, now: datetime) -> int:
    """What the clock calls: takes back the approvals whose time is over; gives how many."""
    (over,) = waiting(now)
    ids = list(over.values_list("pk", flat=True)[:BATCH])
    rows = Draft.objects.filter(pk__in=ids).select_related(*_READ) if ids else ()
    return sum(_expire(draft, now=now) for draft in rows)


def waiting(now: When) -> Waiting:
    over = Draft.objects.filter(state__in=sorted(WAITING_STATES), approval_expires_at__lte=now)
    return (over.order_by("approval_expires_at"),)


def close_expired(draft: Draft, *, now: datetime, by: User | None) -> None:
    """Finish the to-do that asked for a new approval."""
    for todo in Todo.objects.filter(source_id=draft.pk, kind=EXPIRED_TODO, state=TodoState.OPEN):
        finish_todo(todo, now=now, by=by)


def _expire(draft: Draft, *, now: datetime) -> bool:
    # The moment stays on the letter, so that whoever sends it is told that its approval is over, until it is edited.
    changes = {name: value for name, value in NO_APPROVAL.items() if name != "approval_expires_at"}
    waiting = Draft.objects.filter(pk=draft.pk, state__in=sorted(WAITING_STATES), approval_expires_at__lte=now)
    if draft.lapses:
        if prolong(draft, now=now):
            return False
        return drop(waiting, draft, reason="It would come too late.", now=now)
    with transaction.atomic():
        moved = waiting.update(**changes, updated_at=now)
        if not moved:
            return False
        approver = draft.approved_by
        who = f", approved by {approver.display_name}" if approver else ""
        record(
            "draft.approval_expired",
            f"The approval of “{draft}” to {draft.to_name} has expired; it is a draft again",
            customer=draft.customer_id,
            by=None,
            now=now,
            subject=draft,
            approved_by=approver.username if approver else "",
            waited_for=draft.outcome,
        )
        add_todo(
            f"Approve “{draft.subject}” again: its approval has expired",
            customer=draft.customer_id,
            now=now,
            by=None,
            owner=approver if approver and approver.is_active else draft.customer.owner,
            kind=EXPIRED_TODO,
            detail=f"To {draft.to_name}{who}. {draft.outcome}".strip(),
            due_date=now.date(),
            source_kind="draft",
            source_id=draft.pk,
            # One for each approval: the same letter may be approved in vain twice.
            key=f"expired:{draft.pk}:{draft.approval_expires_at:%Y%m%d%H%M%S}",
        )
        look_again(customer_id=draft.customer_id, now=now)
    return True
