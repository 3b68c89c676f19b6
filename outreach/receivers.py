"""What outreach hears: a letter was approved, has left or was deleted; a reply came or was corrected; a stop ended."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from customers.enums import TodoState
from customers.signals import book_imported, brake_cleared, customer_created, hold_ended, meeting_changed, todo_closed
from emails.enums import HUMAN_CLASSES, OriginKind, Purpose, ReplyClass
from emails.signals import draft_approved, draft_cancelled, draft_sent, reply_corrected, reply_received
from outreach.enums import UNPLANNED_PURPOSES, TouchState
from outreach.services import alerts
from outreach.services.absences import note_absence, take_absence_back
from outreach.services.cadence import start_cadence
from outreach.services.meetings import follow_meeting
from outreach.services.plans import follow_todo, forget_draft, note_draft_approved, note_draft_sent
from outreach.services.reactions import forget_reactions, settle_released_brake
from outreach.services.shifting import shift_after_hold
from outreach.signals import alerts_kept
from outreach.tasks import apply_alerts


@receiver(alerts_kept, dispatch_uid="outreach.ring_for_alerts")
def ring_for_alerts(sender: object, **_: Any) -> None:
    apply_alerts.delay()


@receiver(customer_created, dispatch_uid="outreach.account_known")
def look_again_for_account(sender: object, customer_id: uuid.UUID, **_: Any) -> None:
    alerts.look_again([customer_id], now=timezone.now())


@receiver(book_imported, dispatch_uid="outreach.accounts_known")
def look_again_for_accounts(sender: object, customer_ids: list[uuid.UUID], **_: Any) -> None:
    alerts.look_again(customer_ids, now=timezone.now())


@receiver(draft_approved, dispatch_uid="outreach.plan_opens")
def open_plan_of_letter(
    sender: object, origin_kind: str, origin_id: uuid.UUID | None, approved_at: str, **_: Any
) -> None:
    if origin_kind == OriginKind.ENGAGE and origin_id is not None:
        note_draft_approved(origin_id, approved_at=datetime.fromisoformat(approved_at))


@receiver(draft_sent, dispatch_uid="outreach.touch_done")
def mark_touch_done(sender: object, draft_id: uuid.UUID, sent_at: str, purpose: str, **_: Any) -> None:
    if purpose in UNPLANNED_PURPOSES:
        return
    # First the follow-ups, so that the plan, which is computed again because of the touch, shows them.
    if purpose == Purpose.FIRST_TOUCH:
        start_cadence(draft_id, now=datetime.fromisoformat(sent_at))
    note_draft_sent(draft_id, sent_at=datetime.fromisoformat(sent_at))


@receiver(draft_cancelled, dispatch_uid="outreach.touch_free")
def free_touch(sender: object, draft_id: uuid.UUID, **_: Any) -> None:
    forget_draft(draft_id)


@receiver(reply_received, dispatch_uid="outreach.absence_moves")
def move_for_absence(
    sender: object, reply_id: uuid.UUID, classification: str, return_date: str | None, **_: Any
) -> None:
    if classification == ReplyClass.OUT_OF_OFFICE and return_date:
        note_absence(reply_id, return_date=date.fromisoformat(return_date), now=timezone.now())


@receiver(reply_corrected, dispatch_uid="outreach.correction_puts_back")
def put_back_what_a_reply_did(
    sender: object, reply_id: uuid.UUID, old: str, new: str, return_date: str | None, **_: Any
) -> None:
    """First everything goes back as it was, then the reply works as what it is."""
    now = timezone.now()
    if old == ReplyClass.OUT_OF_OFFICE:
        take_absence_back(reply_id, now=now)
    if old in HUMAN_CLASSES:
        forget_reactions(reply_id, asks_again=new in HUMAN_CLASSES, now=now)
    if new == ReplyClass.OUT_OF_OFFICE and return_date:
        note_absence(reply_id, return_date=date.fromisoformat(return_date), now=now)


@receiver(brake_cleared, dispatch_uid="outreach.brake_released")
def go_on_after_brake(sender: object, brake_id: uuid.UUID, **_: Any) -> None:
    settle_released_brake(brake_id)


@receiver(hold_ended, dispatch_uid="outreach.hold_over")
def go_on_after_hold(sender: object, hold_id: uuid.UUID, **_: Any) -> None:
    shift_after_hold(hold_id)


@receiver(meeting_changed, dispatch_uid="outreach.rows_follow_meeting")
def rows_follow_meeting(sender: object, meeting_id: uuid.UUID, **_: Any) -> None:
    follow_meeting(meeting_id, now=timezone.now())


@receiver(todo_closed, dispatch_uid="outreach.contact_follows_todo")
def contact_follows_todo(sender: object, source_kind: str, source_id: uuid.UUID | None, state: str, **_: Any) -> None:
    if source_kind == "touch" and source_id is not None:
        settled = TouchState.DONE if state == TodoState.DONE else TouchState.SKIPPED
        follow_todo(source_id, state=settled, now=timezone.now())
