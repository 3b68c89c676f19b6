"""A mail that came in, taken apart: what the rules look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class FileFacts:
    """An attachment. place: its number in the mail, by which it is fetched again."""

    place: int
    name: str
    content_type: str
    size: int


@dataclass(frozen=True)
class DeliveryStatus:
    """What a mail server says of one recipient (RFC 3464). action: failed, delayed, delivered, …"""

    recipient: str
    action: str
    status: str
    diagnostic: str = ""


@dataclass(frozen=True)
class MailFacts:
    """One mail. Texts are decoded and free of NUL and half surrogates; headers keep their order.

    envelope_from: None where the provider did not tell; "" is the null sender, from which only machines write.
    text: its plain part; html_text: what its HTML says, without what it quotes. returned: headers of the letter that a
    server sends back. calendar: the method and the answer of an invitation, "REPLY", "ACCEPTED".
    """

    headers: tuple[tuple[str, str], ...]
    from_email: str
    from_name: str
    subject: str
    sent_at: datetime | None = None
    text: str = ""
    html_text: str = ""
    full_text: str = ""
    envelope_to: tuple[str, ...] = ()
    envelope_from: str | None = None
    spf: str = ""
    dkim: str = ""
    files: tuple[FileFacts, ...] = ()
    deliveries: tuple[DeliveryStatus, ...] = ()
    returned: tuple[tuple[str, str], ...] = ()
    content_type: str = "text/plain"
    report_type: str = ""
    calendar: tuple[str, str] = ("", "")

    def header(self, name: str) -> str:
        """The first value of a header, "" where it is not there."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")

    def has(self, name: str) -> bool:
        wanted = name.lower()
        return any(key.lower() == wanted for key, _ in self.headers)

    @property
    def best_text(self) -> str:
        """What to read: the plain part, or what the HTML says where there is none."""
        return self.text if self.text.strip() else self.html_text
