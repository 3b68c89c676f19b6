"""The capture provider: keeps each message in the database instead of sending it. Nothing leaves the machine."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from emails.models import CapturedMail
from emails.providers.base import Accepted, NotAccepted, OutgoingMail, build_mime


class CaptureProvider:
    """A provider like any other; its mailbox is at /mailbox."""

    name = "capture"

    def send(self, mail: OutgoingMail, *, now: datetime) -> Accepted:
        """Keep the message. Raises NotAccepted when one with this Message-ID is there already."""
        try:
            raw = build_mime(mail, now=now)
        except (ValueError, IndexError, UnicodeError) as error:
            raise NotAccepted(f"The message cannot be written: {error}", can_retry=False) from error
        try:
            with transaction.atomic():
                captured = CapturedMail.objects.create(
                    customer_id=mail.customer_id,
                    draft_id=mail.draft_id,
                    message_id=mail.message_id,
                    mail_from=f"{mail.from_name} <{mail.from_email}>"[:320],
                    mail_to=f"{mail.to_name} <{mail.to_email}>"[:320],
                    cc=list(mail.cc),
                    subject=mail.subject[:300],
                    attachment_count=len(mail.files),
                    captured_at=now,
                    raw=raw,
                )
        except IntegrityError as error:
            raise NotAccepted("A message with this id was captured already.", can_retry=False) from error
        return Accepted(provider_id=str(captured.pk))
