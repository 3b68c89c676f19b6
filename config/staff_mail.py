"""Mail to our own people where no mail server is set: kept in the mailbox, as the capture provider keeps the rest."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from emails.models import CapturedMail

LONGEST_SUBJECT = 300


class CaptureBackend(BaseEmailBackend):
    """Keeps each message without a customer, so that ops alone can read it."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            _keep(message)
        return len(email_messages)


def _keep(message: EmailMessage) -> None:
    built = message.message()
    CapturedMail.objects.create(
        customer=None,
        message_id=built["Message-ID"],
        mail_from=message.from_email,
        mail_to=", ".join(message.to),
        cc=list(message.cc),
        subject=message.subject[:LONGEST_SUBJECT],
        attachment_count=len(message.attachments),
        captured_at=timezone.now(),
        raw=built.as_bytes(),
    )
