"""The answers of the approvals queue to a letter: yes lets it go on its day, no takes it off the plan."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.models import User
from customers.queries.lookup import NotThere
from customers.registry.approvals import Answered, ApprovalKind, register_approvals
from customers.services.activity import record
from emails.enums import DraftState
from emails.models import Draft
from emails.queries.answers import answer_for
from emails.queries.approvals import (
    KIND,
    find_waiting,
    leaving_moments,
    read_approvals,
    show_approval,
)
from emails.queries.listing import list_visible_drafts
from emails.services.drafts import delete_draft
from emails.services.editing import NotEditable, StaleVersion, reload
from emails.services.outbox import deliver
from emails.services.sending import NotAllowed, schedule, send

LONGEST_REASON = 300
WAITING_WORDS = {
    DraftState.SCHEDULED: "Approved. It leaves on its day.",
    DraftState.QUEUED: "Approved. It leaves in a moment.",
}


def register() -> None:
    """Put letters into the queue; called at start-up."""
    register_approvals(
        ApprovalKind(
            kind=KIND,
            find=find_waiting,
            read=read_approvals,
            show=show_approval,
            approve=approve_letter,
            decline=decline_letter,
        )
    )


def approve_letter(draft_id: UUID, *, version: int, now: datetime, by: User, undo_seconds: int = 0) -> Answered:
    """Approve exactly this version; it leaves on its planned day, or now where that day has come.

    Raises NotThere, and what `send` and `schedule` raise: StaleVersion, NotEditable, NotAllowed, Refused.
    """
    draft = _find(draft_id, by=by)
    leaves_at = leaving_moments([draft], now=now).get(draft.pk)
    if leaves_at is not None:
        schedule(draft, at=leaves_at, version=version, now=now, by=by)
    else:
        send(draft, version=version, now=now, by=by, undo_seconds=undo_seconds)
        if not undo_seconds:
            deliver(draft.pk, now=now)
    return _answered(reload(draft))


def decline_letter(draft_id: UUID, *, version: int, reason: str, now: datetime, by: User) -> Answered:
    """Take the letter away unsent, with the reason on record.

    Raises NotThere, NotAllowed, StaleVersion, NotEditable, ValidationError.
    """
    if len(reason) > LONGEST_REASON:
        raise ValidationError({"reason": f"At most {LONGEST_REASON} characters."})
    if not by.is_writer:
        raise NotAllowed("Your role may read, not decide.")
    if not by.is_worker:
        raise NotAllowed("An integration decides nothing: a person must.")
    draft = _find(draft_id, by=by)
    if draft.version != version:
        raise StaleVersion(draft, seen=version)
    with transaction.atomic():
        declined = delete_draft(draft, now=now, by=by)
        summary = f"Declined “{declined}”" + (f": {reason.strip()}" if reason.strip() else "")
        record("draft.declined", summary[:500], customer=draft.customer_id, by=by, now=now, subject=draft)
    return Answered(declined.state, f"Declined. “{declined}” will not be sent; its text stays on record.")


def _find(draft_id: UUID, *, by: User) -> Draft:
    draft: Draft | None = list_visible_drafts(by).filter(pk=draft_id).first()
    if draft is None:
        raise NotThere("There is no such approval, or it is not yours.")
    if draft.state == DraftState.CANCELLED:
        raise NotEditable(draft)
    return draft


def _answered(draft: Draft) -> Answered:
    answer = answer_for(draft)
    if answer.status == "sent":
        return Answered(draft.state, f"Sent to {draft.to_name}.")
    if draft.is_kept_back:
        return Answered(draft.state, f"Approved. {answer.reason}", answer.next_try_at)
    if answer.status in ("waiting", "queued"):
        return Answered(draft.state, WAITING_WORDS.get(DraftState(draft.state), "Approved."), answer.next_try_at)
    return Answered(draft.state, answer.reason or "Approved.", answer.next_try_at)
