"""What outreach hears from the emails app: a letter was approved, has left, or was deleted."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from emails.enums import OriginKind
from emails.signals import draft_approved, draft_cancelled, draft_sent
from outreach.services.plans import forget_draft, note_draft_approved, note_draft_sent


@receiver(draft_approved, dispatch_uid="outreach.plan_opens")
def open_plan_of_letter(
    sender: object, origin_kind: str, origin_id: uuid.UUID | None, approved_at: str, **_: Any
) -> None:
    if origin_kind == OriginKind.ENGAGE and origin_id is not None:
        note_draft_approved(origin_id, approved_at=datetime.fromisoformat(approved_at))


@receiver(draft_sent, dispatch_uid="outreach.touch_done")
def mark_touch_done(sender: object, draft_id: uuid.UUID, sent_at: str, **_: Any) -> None:
    note_draft_sent(draft_id, sent_at=datetime.fromisoformat(sent_at))


@receiver(draft_cancelled, dispatch_uid="outreach.touch_free")
def free_touch(sender: object, draft_id: uuid.UUID, **_: Any) -> None:
    forget_draft(draft_id)
