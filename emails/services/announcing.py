"""What is put on record, and told to the apps on the left, when a draft comes to be."""

from __future__ import annotations

from datetime import datetime

from customers.models import User
from customers.services.activity import record
from customers.signals import send_after_commit
from emails.models import Draft
from emails.services.history import keep_version
from emails.signals import draft_written


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
