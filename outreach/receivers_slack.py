"""What Slack's questions hear: a mail of expansion was written, approved, sent or taken away."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from emails.enums import Lane, OriginKind
from emails.signals import draft_approved, draft_cancelled, draft_sent, draft_written, letters_erased
from outreach.services.slack_questions import follow_draft, forget_letters
from outreach.signals import slack_changed
from outreach.tasks import work_for_slack


@receiver(slack_changed, dispatch_uid="outreach.ring_for_slack")
def ring_for_slack(sender: object, **_: Any) -> None:
    work_for_slack.delay()


@receiver(draft_written, dispatch_uid="outreach.ask_at_slack")
def ask_at_slack(sender: object, origin_kind: str, **_: Any) -> None:
    if origin_kind == OriginKind.UPSELL:
        work_for_slack.delay()


@receiver(draft_approved, dispatch_uid="outreach.slack_approved")
def tell_approved(sender: object, draft_id: uuid.UUID, approved_at: str, **_: Any) -> None:
    follow_draft(draft_id, now=datetime.fromisoformat(approved_at))


@receiver(draft_sent, dispatch_uid="outreach.slack_sent")
def tell_sent(sender: object, draft_id: uuid.UUID, sent_at: str, lane: str = Lane.UPSELL, **_: Any) -> None:
    """Of the mails of other lanes nobody was asked at Slack."""
    if lane == Lane.UPSELL:
        follow_draft(draft_id, now=datetime.fromisoformat(sent_at))


@receiver(draft_cancelled, dispatch_uid="outreach.slack_cancelled")
def tell_cancelled(sender: object, draft_id: uuid.UUID, **_: Any) -> None:
    follow_draft(draft_id, now=timezone.now())


@receiver(letters_erased, dispatch_uid="outreach.slack_erased")
def write_anew(sender: object, draft_ids: list[uuid.UUID], **_: Any) -> None:
    forget_letters(draft_ids, now=timezone.now())
