"""Letters that the gate keeps here: for a while, until somebody acts, or no longer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from customers.enums import HoldScope
from customers.models import Brake, Hold
from customers.queries.moments import Waiting, When
from customers.queries.workspace import get_settings
from customers.services.activity import record
from customers.signals import send_after_commit
from emails.enums import HOLD_EXEMPT_PURPOSES, DraftState, Lane
from emails.models import Draft
from emails.rules.receipts import PACED, Line, Receipt
from emails.signals import draft_blocked, draft_cancelled

NO_APPROVAL: dict[str, Any] = {
    "state": DraftState.DRAFT,
    "approved_at": None,
    "approved_by": None,
    "approval_rule": "",
    "lapses": False,
    "approval_hash": "",
    "approval_expires_at": None,
    "scheduled_send_date": None,
    "not_before": None,
    "blocked_by": "",
    "outcome": "",
    "waits_since": None,
    "receipt": [],
}


def keep_back(draft: Draft, receipt: Receipt, *, now: datetime) -> None:
    """Leave a queued letter here with the reason; the approval stays, so that it may go when the reason is gone.

    What passes by itself keeps its place in line until the next try; what does not is blocked; what is not wanted any
    more is dropped. Must be called inside the claim's transaction.
    """
    outdated = receipt.outdated
    if outdated is not None:
        mine = Draft.objects.filter(pk=draft.pk, state=DraftState.QUEUED, version=draft.version)
        drop(mine, draft, reason=outdated.reason, now=now)
    elif receipt.stop is not None:
        _block(draft, receipt, receipt.stop, now=now)
    elif receipt.wait is not None:
        _keep_in_line(draft, receipt, receipt.wait, now=now)


def drop(rows: QuerySet[Draft], draft: Draft, *, reason: str, now: datetime) -> bool:
    """Cancel a letter that nobody wants any more, with the reason on record; False when it had moved on.

    rows: the letter, as it must stand for that.
    """
    with transaction.atomic():
        dropped = bool(
            rows.update(**{**NO_APPROVAL, "state": DraftState.CANCELLED, "outcome": reason[:500]}, updated_at=now)
        )
        if dropped:
            summary = f"Dropped “{draft}” to {draft.to_name}: {reason}"
            record("draft.dropped", summary, customer=draft.customer_id, by=None, now=now, subject=draft)
            look_again(customer_id=draft.customer_id, now=now)
            send_after_commit(
                draft_cancelled,
                draft_id=draft.pk,
                customer_id=draft.customer_id,
                origin_kind=draft.origin_kind,
                origin_id=draft.origin_id,
            )
    return dropped


def waiting_fields(wait: Line, *, since: datetime, not_before: datetime | None = None) -> dict[str, object]:
    """Give the columns of a letter that waits in line, not before a moment of its own."""
    moments = [moment for moment in (wait.next_try_at, not_before) if moment is not None]
    return {
        "blocked_by": wait.check,
        "outcome": wait.reason[:500],
        "not_before": max(moments),
        "waits_since": since,
    }


def look_again(*, customer_id: UUID | None, now: datetime) -> int:
    """Have the gate asked again of the letters that it keeps in line: what it weighed has changed.

    customer_id: None for every account. Nothing leaves before the time in which it can be taken back is over.
    """
    kept = Draft.objects.filter(state=DraftState.QUEUED, blocked_by__in=sorted(PACED))
    if customer_id is not None:
        kept = kept.filter(customer=customer_id)
    soon = now + timedelta(seconds=get_settings().undo_seconds)
    return kept.filter(not_before__gt=soon).update(not_before=soon, updated_at=now)


def free_unblocked(*, now: datetime) -> None:
    """Let go what waited for a hold, a brake or a moment that has passed; the gate is asked again anyway."""
    for rows in list_unblocked(now):
        rows.update(state=DraftState.QUEUED, not_before=None, blocked_by="", waits_since=None, updated_at=now)


def list_unblocked(now: When) -> Waiting:
    """Give the letters that wait for a hold or a brake that is over, or for a moment that has passed."""
    holds = Hold.objects.filter(customer=OuterRef("customer"), ended_at=None).filter(Q(until=None) | Q(until__gt=now))
    of_account, of_journey = (
        Exists(holds.filter(scope=HoldScope.ACCOUNT)),
        Exists(holds.filter(scope=HoldScope.JOURNEY)),
    )
    waits_for_journey = Q(lane=Lane.JOURNEY) & ~Q(purpose__in=sorted(HOLD_EXEMPT_PURPOSES))
    braked = Exists(Brake.objects.filter(customer=OuterRef("customer"), cleared_at=None))
    blocked = Draft.objects.filter(state=DraftState.BLOCKED)
    return (
        blocked.filter(~of_account, ~(of_journey & waits_for_journey), blocked_by="hold").order_by("blocked_by"),
        blocked.filter(~braked, blocked_by="brake").order_by("blocked_by"),
        blocked.filter(not_before__lte=now).order_by("not_before"),
    )


def _block(draft: Draft, receipt: Receipt, stop: Line, *, now: datetime) -> None:
    moved = _write(
        draft,
        receipt,
        now=now,
        state=DraftState.BLOCKED,
        blocked_by=stop.check,
        outcome=stop.reason[:500],
        not_before=stop.next_try_at,
        waits_since=Coalesce("waits_since", now),
    )
    if moved:
        summary = f"Not sent “{draft}”: {stop.reason}"
        record("draft.blocked", summary, customer=draft.customer_id, by=None, now=now, subject=draft, check=stop.check)
        send_after_commit(
            draft_blocked,
            draft_id=draft.pk,
            customer_id=draft.customer_id,
            check=stop.check,
            reason=stop.reason,
        )
        look_again(customer_id=draft.customer_id, now=now)


def _keep_in_line(draft: Draft, receipt: Receipt, wait: Line, *, now: datetime) -> None:
    moved = _write(draft, receipt, now=now, **waiting_fields(wait, since=draft.waits_since or now))
    # Once for each reason: a letter that is looked at again and again for the same one fills no record.
    if moved and draft.blocked_by != wait.check:
        summary = f"“{draft}” waits: {wait.reason}"
        next_try_at = wait.next_try_at.isoformat() if wait.next_try_at else None
        record(
            "draft.waits",
            summary,
            customer=draft.customer_id,
            by=None,
            now=now,
            subject=draft,
            check=wait.check,
            next_try_at=next_try_at,
        )


def _write(draft: Draft, receipt: Receipt, *, now: datetime, **fields: object) -> bool:
    queued = Draft.objects.filter(pk=draft.pk, state=DraftState.QUEUED, version=draft.version)
    return bool(queued.update(receipt=receipt.as_json(), updated_at=now, **fields))
