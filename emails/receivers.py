"""What the emails app does about news: rings for workers, brings to-dos in line, looks again at waiting letters."""

from __future__ import annotations

import uuid
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from customers.enums import TodoState
from customers.signals import brake_set, hold_started, sending_changed
from emails.enums import Purpose
from emails.services.replies import handle_answered
from emails.services.standing_in import sign_new_letter
from emails.services.tracking import close_approval_todo, follow_reply
from emails.services.waiting import look_again
from emails.signals import (
    draft_approved,
    draft_cancelled,
    draft_sent,
    draft_written,
    events_kept,
    mails_kept,
    reply_corrected,
    reply_received,
    stops_kept,
    version_asked,
)
from emails.tasks import announce_stops, apply_events, apply_mails, write_due


@receiver(version_asked, dispatch_uid="emails.ring_for_version")
def ring_for_version(sender: object, **_: Any) -> None:
    write_due.delay()


@receiver(events_kept, dispatch_uid="emails.ring_for_events")
def ring_for_events(sender: object, **_: Any) -> None:
    apply_events.delay()


@receiver(draft_written, dispatch_uid="emails.delegate_signs")
def delegate_signs(sender: object, draft_id: uuid.UUID, **_: Any) -> None:
    sign_new_letter(draft_id, now=timezone.now())


@receiver(stops_kept, dispatch_uid="emails.ring_for_stops")
def ring_for_stops(sender: object, **_: Any) -> None:
    announce_stops.delay()


@receiver(mails_kept, dispatch_uid="emails.ring_for_mails")
def ring_for_mails(sender: object, **_: Any) -> None:
    apply_mails.delay()


@receiver(draft_approved, dispatch_uid="emails.approval_given")
def close_approved(sender: object, draft_id: uuid.UUID, **_: Any) -> None:
    close_approval_todo(draft_id, state=TodoState.DONE, now=timezone.now())


@receiver(draft_cancelled, dispatch_uid="emails.approval_needless")
def close_cancelled(sender: object, draft_id: uuid.UUID, **_: Any) -> None:
    close_approval_todo(draft_id, state=TodoState.DISMISSED, now=timezone.now())


@receiver([reply_received, reply_corrected], dispatch_uid="emails.tracking_follows")
def tracking_follows(sender: object, reply_id: uuid.UUID, **_: Any) -> None:
    follow_reply(reply_id, now=timezone.now())


@receiver(draft_sent, dispatch_uid="emails.answer_handles_reply")
def see_to_what_was_answered(sender: object, draft_id: uuid.UUID, purpose: str, **_: Any) -> None:
    if purpose == Purpose.ANSWER:
        handle_answered(draft_id, now=timezone.now())


@receiver(sending_changed, dispatch_uid="emails.look_again_at_letters")
@receiver(hold_started, dispatch_uid="emails.look_again_at_held")
@receiver(brake_set, dispatch_uid="emails.look_again_at_braked")
def look_again_at_letters(sender: object, *, customer_id: uuid.UUID | None, **_: Any) -> None:
    """Hours, caps, a hold: what a letter waits for may be another thing now."""
    look_again(customer_id=customer_id, now=timezone.now())
