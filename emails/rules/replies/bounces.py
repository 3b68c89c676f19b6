"""A mail server's report that a letter did not arrive. Sources: RFC 3464 (reports), RFC 3463 (status codes).

5.x is final and 4.x for now. Of the final ones those that speak of a full mailbox, of size or of policy say nothing of
the address: it exists, and another letter may get through.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from emails.enums import ReplyClass
from emails.rules.replies.mail import DeliveryStatus, MailFacts

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_SMTP = re.compile(r"(?<![\d.])([45])(\d\d)[ -]")
_ADDRESS = re.compile(r"<([a-z0-9._%+-]{1,64}@[a-z0-9.-]{1,190})>:?", re.IGNORECASE)
_ADDRESS_EXISTS = re.compile(r"5\.(?:2\.(?!1$)|3\.|7\.)\d")
"""Mailbox full, too large, the system, policy; 5.2.1 is a mailbox that was closed."""

_DAEMONS = re.compile(r"(?:mailer-daemon|postmaster|mail-daemon|mmdf)")
_SUBJECTS = re.compile(
    r"(?:undeliver|undelivered|delivery status notification|delivery (?:has )?fail|failure notice|mail delivery|"
    r"returned mail|"
    r"unzustellbar|nicht zustellbar|non remis|echec de la remise|no se puede entregar|no entregado|mancato recapito|"
    r"message delayed|delivery delayed|warning: )"
)
_SOFT_WORDS = (
    "delayed",
    "will be retried",
    "temporar",
    "mailbox full",
    "mailbox is full",
    "over quota",
    "quota exceeded",
)


@dataclass(frozen=True)
class Bounce:
    """classification: hard or soft, or automatic where the report says that it arrived."""

    classification: ReplyClass
    reason: str
    proof: tuple[str, ...]
    recipient: str


def read_bounce(mail: MailFacts) -> Bounce | None:
    """This will read a server's report; None where the mail is none."""
    if failed := _worst(mail.deliveries):
        return _from_status(failed)
    if mail.report_type == "delivery-status" or mail.deliveries:
        return _from_words(mail) or Bounce(ReplyClass.AUTO_GENERATED, "A mail server's report.", (), "")
    is_daemon = bool(_DAEMONS.match(mail.from_email)) or mail.has("X-Failed-Recipients")
    if is_daemon and (mail.has("X-Failed-Recipients") or _SUBJECTS.match(mail.subject.lower())):
        return _from_words(mail)
    return None


def _worst(deliveries: tuple[DeliveryStatus, ...]) -> DeliveryStatus | None:
    """The failed one, else the delayed one; the rest arrived."""
    for action in ("failed", "delayed"):
        if found := next((one for one in deliveries if one.action == action), None):
            return found
    return next((one for one in deliveries if not one.action and one.status[:1] in ("4", "5")), None)


def _from_status(one: DeliveryStatus) -> Bounce:
    status = one.status if _STATUS.fullmatch(one.status) else ""
    code = _class_of(status, is_failed=one.action != "delayed")
    said = one.diagnostic or status
    reason = f"The mail server reports {status or one.action}{': ' + one.diagnostic if one.diagnostic else ''}"
    return Bounce(
        code, reason[:300], tuple(filter(None, (status, said[:120] if said != status else ""))), one.recipient
    )


def _class_of(status: str, *, is_failed: bool) -> ReplyClass:
    if not is_failed or status.startswith("4") or _ADDRESS_EXISTS.match(status):
        return ReplyClass.BOUNCE_SOFT
    return ReplyClass.BOUNCE_HARD


def _from_words(mail: MailFacts) -> Bounce | None:
    """Servers that report in free text: a status code, or the code of SMTP."""
    text = f"{mail.subject}\n{mail.full_text[:20_000]}"
    found = _STATUS.search(text) or _SMTP.search(text)
    recipient = mail.header("X-Failed-Recipients").partition(",")[0].strip().lower()
    if not recipient and (address := _ADDRESS.search(mail.full_text[:20_000])):
        recipient = address[1].lower()
    is_soft = any(word in text.lower() for word in _SOFT_WORDS)
    if found is None and not is_soft and not recipient:
        return None
    words = found.group().strip() if found else ""
    status = words if found and found.re is _STATUS else ""
    is_failed = not is_soft and not words.startswith("4")
    code = _class_of(status, is_failed=is_failed)
    return Bounce(
        code, "A mail server reports in words that the letter did not arrive.", (words,) if words else (), recipient
    )
