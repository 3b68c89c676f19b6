"""What upsell runs hear: an alert asks for one, their mail was approved, left or was taken away, an answer came."""

from __future__ import annotations

import uuid
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from customers.signals import brake_cleared, hold_ended
from emails.enums import OriginKind
from emails.signals import draft_approved, draft_cancelled, draft_sent, reply_corrected, reply_received
from outreach.enums import AlertOutcome, UpsellReply
from outreach.queries.upsell_runs import find_run_of_draft
from outreach.services.upsell.answering import note_reply, note_word
from outreach.services.upsell.mails import note_mail_changed, note_mail_gone, note_mail_left
from outreach.services.upsell.starting import start_for_alert
from outreach.signals import alert_decided, introduction_answered, run_moved
from outreach.tasks import move_upsell_runs


@receiver(run_moved, dispatch_uid="outreach.ring_for_runs")
def ring_for_runs(sender: object, **_: Any) -> None:
    move_upsell_runs.delay()


@receiver(alert_decided, dispatch_uid="outreach.alert_starts_run")
def start_run_of_alert(sender: object, alert_id: uuid.UUID, outcome: str, **_: Any) -> None:
    if outcome == AlertOutcome.STARTS_RUN:
        start_for_alert(alert_id, now=timezone.now())


@receiver(draft_approved, dispatch_uid="outreach.run_mail_approved")
def run_mail_approved(sender: object, draft_id: uuid.UUID, origin_kind: str, **_: Any) -> None:
    if origin_kind == OriginKind.UPSELL and (run := find_run_of_draft(draft_id)):
        note_mail_changed(run.pk, now=timezone.now())


@receiver(draft_sent, dispatch_uid="outreach.run_mail_left")
def run_mail_left(sender: object, draft_id: uuid.UUID, origin_kind: str, **_: Any) -> None:
    if origin_kind == OriginKind.UPSELL and (run := find_run_of_draft(draft_id)):
        note_mail_left(run.pk, now=timezone.now())


@receiver(draft_cancelled, dispatch_uid="outreach.run_mail_gone")
def run_mail_gone(sender: object, draft_id: uuid.UUID, origin_kind: str, **_: Any) -> None:
    if origin_kind == OriginKind.UPSELL and (run := find_run_of_draft(draft_id)):
        note_mail_gone(run.pk, now=timezone.now())


@receiver([reply_received, reply_corrected], dispatch_uid="outreach.run_answered")
def run_answered(sender: object, reply_id: uuid.UUID, draft_id: uuid.UUID | None, **_: Any) -> None:
    if draft_id is not None:
        note_reply(reply_id, now=timezone.now())


@receiver(introduction_answered, dispatch_uid="outreach.run_answered_by_hand")
def run_answered_by_hand(sender: object, introduction_id: uuid.UUID, response: str, by_id: uuid.UUID, **_: Any) -> None:
    note_word(introduction_id, UpsellReply(response), by_id=by_id, now=timezone.now())


@receiver([hold_ended, brake_cleared], dispatch_uid="outreach.runs_go_on")
def runs_go_on(sender: object, **_: Any) -> None:
    """A meeting that waited may be made."""
    move_upsell_runs.delay()
