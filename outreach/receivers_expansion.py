"""What expansion hears: an introduction has left, an answer came or was corrected, an account changed."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from customers.signals import book_imported, contract_changed, customer_created
from emails.enums import OriginKind
from emails.signals import draft_sent, reply_corrected, reply_received
from outreach.services.introduction_tracking import note_reply, note_sent
from outreach.services.opportunities import put_down


@receiver(draft_sent, dispatch_uid="outreach.introduction_left")
def introduction_left(sender: object, draft_id: uuid.UUID, origin_kind: str, sent_at: str, **_: Any) -> None:
    if origin_kind == OriginKind.UPSELL:
        note_sent(draft_id, sent_at=datetime.fromisoformat(sent_at), now=timezone.now())


@receiver([reply_received, reply_corrected], dispatch_uid="outreach.introduction_answered")
def introduction_answered(sender: object, reply_id: uuid.UUID, draft_id: uuid.UUID | None, **_: Any) -> None:
    if draft_id is not None:
        note_reply(reply_id, now=timezone.now())


@receiver(customer_created, dispatch_uid="outreach.new_account_speaks")
@receiver(contract_changed, dispatch_uid="outreach.contract_speaks")
def account_changed(sender: object, customer_id: uuid.UUID, **_: Any) -> None:
    put_down([customer_id], now=timezone.now())


@receiver(book_imported, dispatch_uid="outreach.book_speaks")
def accounts_changed(sender: object, customer_ids: list[uuid.UUID], **_: Any) -> None:
    put_down(customer_ids, now=timezone.now())
