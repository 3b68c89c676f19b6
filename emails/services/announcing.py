"""What is put on record, and told to the apps on the left, when a draft comes to be and when it has left."""

from __future__ import annotations

from datetime import datetime, timedelta

from customers.enums import TodoActor, TodoState
from customers.models import Todo, User
from customers.queries.calendars import local_date
from customers.services.activity import record
from customers.services.todos import add_todo, finish_todo
from customers.signals import send_after_commit
from emails.enums import UNTRACKED_PURPOSES
from emails.models import Draft
from emails.services.history import keep_version
from emails.signals import draft_sent, draft_written

FOLLOW_UP_AFTER = timedelta(days=3)
REVIEW_TODO = "needs_review"


def announce_written(draft: Draft, *, now: datetime, by: User | None) -> None:
    """Keep the first text, put the draft on record and send `draft_written`."""
    keep_version(draft, reason="First draft", now=now, by=by)
    summary = f"Draft to {draft.to_name}: “{draft.subject}”"
    record("draft.written", summary, customer=draft.customer_id, by=by, now=now, subject=draft, writer=draft.writer)
    send_after_commit(
        draft_written,
        draft_id=draft.pk,
        customer_id=draft.customer_id,
        origin_kind=draft.origin_kind,
        origin_id=draft.origin_id,
    )


def announce_sent(
    draft: Draft, *, by: User | None, sent_at: datetime, message_id: str, now: datetime, how: str = ""
) -> None:
    """Put the sending on record, make the tracking task and send `draft_sent`.

    how: how it is known, where the provider did not say so at once.
    """
    summary = f"Sent “{draft.subject}” to {draft.to_name}{': ' + how if how else ''}"
    record(
        "draft.sent",
        summary,
        customer=draft.customer_id,
        by=by,
        now=now,
        subject=draft,
        message_id=message_id,
        headers=_headers(draft, sent_at=sent_at, message_id=message_id),
        receipt=draft.receipt,
    )
    _add_tracking(draft, now=now)
    send_after_commit(
        draft_sent,
        draft_id=draft.pk,
        customer_id=draft.customer_id,
        stakeholder_id=draft.stakeholder_id,
        origin_kind=draft.origin_kind,
        origin_id=draft.origin_id,
        purpose=draft.purpose,
        lane=draft.lane,
        sent_at=sent_at.isoformat(),
    )


def _headers(draft: Draft, *, sent_at: datetime, message_id: str) -> dict[str, object]:
    """The head of the message as it left: people may change their names and addresses afterwards."""
    sender = draft.sender
    return {
        "message_id": message_id,
        "date": sent_at.isoformat(),
        "from": f"{sender.display_name} <{sender.email}>" if sender else "",
        "to": f"{draft.to_name} <{draft.to_email}>",
        "cc": list(draft.cc),
        "subject": draft.subject,
    }


def close_question(draft: Draft, *, now: datetime, by: User | None) -> None:
    """Finish the to-do that asked a person whether the letter had left."""
    for todo in Todo.objects.filter(source_id=draft.pk, kind=REVIEW_TODO, state=TodoState.OPEN):
        finish_todo(todo, now=now, by=by)


def _add_tracking(draft: Draft, *, now: datetime) -> None:
    """The spec's task: watch opens, clicks and replies of this letter. Source: Engage, step 3, on success."""
    if not draft.track_engagement or draft.purpose in UNTRACKED_PURPOSES:
        return
    add_todo(
        f"Track email engagement: {draft.to_name}",
        customer=draft.customer_id,
        now=now,
        by=draft.approved_by,
        owner=draft.approved_by,
        actor=TodoActor.AI,
        kind="track_email_engagement",
        detail=f"Opens, clicks and replies to “{draft.subject}”.",
        due_date=local_date(now + FOLLOW_UP_AFTER, draft.customer.timezone),
        source_kind="draft",
        source_id=draft.pk,
        key=f"track:{draft.pk}",
        metadata={
            "action": "Track Email Engagement",
            "processor": "email-engagement-tracker",
            "emailId": str(draft.pk),
            "stakeholder": draft.to_name,
        },
    )
