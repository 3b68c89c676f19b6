"""A mail server's report that a letter did not arrive moves that letter, as an event of the provider would.

Where the provider tells nothing (SMTP), the report is all there is; where it does, both are one more sign among others.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from emails.enums import DraftState, ReplyClass
from emails.models import Draft, MailEvent, Reply
from emails.providers.sendgrid_events import event_id
from emails.services.standing import DRAFT_FIELDS, settle_standing

SUBTYPES = {ReplyClass.BOUNCE_HARD: "bounce", ReplyClass.BOUNCE_SOFT: "blocked"}
LONGEST_REASON = 500


def note_reported_bounce(reply: Reply, *, now: datetime) -> None:
    """Keep the report as an event of the letter it names, once, and weigh the letter anew.

    Must be called inside a transaction. A report that is not believed, or names no letter of ours, moves nothing.
    """
    subtype = SUBTYPES.get(ReplyClass(reply.classification))
    if subtype is None or not reply.is_verified or reply.draft_id is None:
        return
    drafts = Draft.objects.filter(pk=reply.draft_id).select_for_update(no_key=True)
    rows = list(drafts.values_list(*DRAFT_FIELDS, named=True))
    seconds = reply.received_at.timestamp()
    key = event_id(reply.draft_id, reply.message_id, "bounce", reply.bounced_email, seconds, "")
    is_busy = any(row.state == DraftState.SENDING for row in rows)
    MailEvent.objects.get_or_create(
        pk=uuid.UUID(key),
        defaults={
            "draft_id": reply.draft_id,
            "kind": "bounce",
            "subtype": subtype,
            "at": reply.received_at,
            "recipient": reply.bounced_email,
            "reason": (reply.reason or "Reported by a mail server.")[:LONGEST_REASON],
            # A letter that is just being handed over is weighed by the clock, once that is settled.
            "applied_at": None if is_busy else now,
        },
    )
    if not is_busy:
        settle_standing(rows, now=now)
