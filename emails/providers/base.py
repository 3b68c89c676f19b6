"""What every mail provider takes and answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage, Message
from email.policy import SMTP, EmailPolicy, Policy
from email.utils import format_datetime
from typing import Any, Protocol, cast
from uuid import UUID

from customers.clients.base import MaybeAccepted as MaybeAccepted
from customers.clients.base import NotAccepted as NotAccepted
from emails.rules.rendering import clean_line


@dataclass(frozen=True)
class OutgoingFile:
    """A file that goes along."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class OutgoingMail:
    """One message, ready to be handed over. message_id is ours, in angle brackets; headers: further ones.

    reply_to: where answers go, if not to the sender.
    """

    draft_id: UUID
    customer_id: UUID
    message_id: str
    from_name: str
    from_email: str
    to_name: str
    to_email: str
    subject: str
    html: str
    text: str
    cc: tuple[str, ...] = ()
    files: tuple[OutgoingFile, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    reply_to: str = ""
    track: bool = False


@dataclass(frozen=True)
class Accepted:
    """The provider has taken the message. provider_id: its own id, if it gives one."""

    provider_id: str = ""


class MailProvider(Protocol):
    """One way to hand a message over. Must answer, or raise NotAccepted or MaybeAccepted, within 20 s."""

    name: str

    def send(self, mail: OutgoingMail, *, now: datetime) -> Accepted: ...


class _PlainHeader(UnstructuredHeader):
    """A header of addresses and ids: broken at blanks alone. Python encodes a word that fills a line, and a mail
    program finds neither the thread nor the way out in `=?utf-8?q?=3C…`."""

    name: str
    max_count = 1

    def fold(self, *, policy: Policy[Message]) -> str:
        return f"{self.name}: {f'{policy.linesep} '.join(str(self).split())}{policy.linesep}"


_HEADERS = HeaderRegistry()
for _name in ("list-unsubscribe", "references", "in-reply-to"):
    _HEADERS.map_to_type(_name, cast(Any, _PlainHeader))


def build_mime(mail: OutgoingMail, *, now: datetime, policy: EmailPolicy[EmailMessage] = SMTP) -> bytes:
    """Write the message as the recipient gets it: headers, plain part, HTML part, attachments."""
    message = EmailMessage(policy=policy.clone(header_factory=_HEADERS))
    message["From"] = _address(mail.from_name, mail.from_email)
    message["To"] = _address(mail.to_name, mail.to_email)
    if mail.cc:
        message["Cc"] = [_address("", address) for address in mail.cc]
    if mail.reply_to:
        message["Reply-To"] = _address("", mail.reply_to)
    message["Subject"] = _words(mail.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = mail.message_id
    for name, value in mail.headers.items():
        message[name] = clean_line(value)
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    for file in mail.files:
        main, _, sub = file.content_type.partition("/")
        message.add_attachment(file.content, maintype=main, subtype=sub, filename=_words(file.name))
    return message.as_bytes()


def _address(name: str, email: str) -> Address:
    return Address(display_name=_words(name), addr_spec=clean_line(email))


def _words(text: str) -> str:
    """One line that no reader decodes: what looks like an encoded word could hold the line break that was taken out."""
    return clean_line(text).replace("=?", "= ?")
