"""What became of a send, as the API and the pages say it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from emails.enums import SENT_STATES, DraftState
from emails.models import Draft


@dataclass(frozen=True)
class SendAnswer:
    """status: "sent", "queued", "waiting", "blocked" or "unknown" (INTERFACES, Emails)."""

    email_id: str
    status: str
    sent_at: datetime | None = None
    reason: str = ""
    next_try_at: datetime | None = None


def answer_for(draft: Draft) -> SendAnswer:
    """Say what is known of the send now."""
    pk = str(draft.pk)
    if draft.state in SENT_STATES:
        return SendAnswer(pk, "sent", sent_at=draft.sent_at)
    if draft.state in (DraftState.UNKNOWN, DraftState.NEEDS_REVIEW):
        return SendAnswer(pk, "unknown", reason=draft.outcome)
    if draft.state in (DraftState.BLOCKED, DraftState.FAILED):
        return SendAnswer(pk, "blocked", reason=draft.outcome, next_try_at=draft.not_before)
    if draft.state == DraftState.SCHEDULED:
        return SendAnswer(pk, "waiting", reason="Scheduled.", next_try_at=draft.scheduled_send_date)
    if draft.state == DraftState.QUEUED and draft.not_before:
        return SendAnswer(pk, "waiting", reason=draft.outcome, next_try_at=draft.not_before)
    return SendAnswer(pk, "queued", reason=draft.outcome)
