"""Letters and a standstill: what was to leave is given back to the people who approved it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from customers.models import User
from customers.services.activity import line, record_many
from emails.queries.about_to_leave import list_about_to_leave
from emails.services.editing import NO_APPROVAL

TAKEN_BACK = "Taken back when the clock went on: it may have left before the backup was restored. Look before you send."


def take_back_due(*, now: datetime, by: User | None) -> int:
    """This will make drafts again of the letters that would leave now, on record, and count them."""
    with transaction.atomic():
        drafts = list(list_about_to_leave(now))
        taken: int = (
            list_about_to_leave(now)
            .filter(pk__in=[draft.pk for draft in drafts])
            .update(**{**NO_APPROVAL, "outcome": TAKEN_BACK}, updated_at=now)
        )
        record_many(
            [
                line(
                    "draft.taken_back",
                    f"“{draft}” to {draft.to_name} is a draft again: it may have left before the restore",
                    customer=draft.customer_id,
                    by=by,
                    now=now,
                    subject=draft,
                )
                for draft in drafts
            ]
        )
    return taken
