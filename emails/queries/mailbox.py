"""The capture provider's mailbox: a message taken apart as a mail program would."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from django.db.models import Q, QuerySet

from customers.models import User
from emails.models import CapturedMail

SHOWN_HEADERS = ("From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References",
                 "List-Unsubscribe", "List-Unsubscribe-Post")  # fmt: skip


@dataclass(frozen=True)
class CapturedFile:
    place: int
    name: str
    content_type: str
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass(frozen=True)
class OpenedMail:
    """The message as its recipient sees it."""

    headers: list[tuple[str, str]]
    html: str
    text: str
    files: list[CapturedFile]

    @property
    def unsubscribe_url(self) -> str:
        """The letter's own way out, as its header names it; "" where it has none."""
        header = dict(self.headers).get("List-Unsubscribe", "")
        return header.strip("<> ")


def list_captured(reader: User, *, text: str = "") -> QuerySet[CapturedMail]:
    """This will give the messages that the reader may see, the latest first; those that hold the text, if any."""
    rows: QuerySet[CapturedMail] = CapturedMail.objects.visible_to(reader).select_related("customer")
    if text:
        rows = rows.filter(Q(subject__icontains=text) | Q(mail_to__icontains=text) | Q(customer__name__icontains=text))
    return rows.defer("raw")


def open_mail(captured: CapturedMail) -> OpenedMail:
    """Parse the raw bytes."""
    message = message_from_bytes(bytes(captured.raw), policy=default)
    html, text = message.get_body(("html",)), message.get_body(("plain",))
    return OpenedMail(
        headers=[(name, str(value)) for name in SHOWN_HEADERS for value in message.get_all(name, [])],
        html=html.get_content() if html else "",
        text=text.get_content() if text else "",
        files=[
            CapturedFile(place, part.get_filename() or "attachment", part.get_content_type(), _bytes(part))
            for place, part in enumerate(message.iter_attachments())
        ],
    )


def _bytes(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
