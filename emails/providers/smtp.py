"""A mail server of one's own, through Django's SMTP backend (EMAIL_URL). It sends no events back."""

from __future__ import annotations

import smtplib
import ssl
from datetime import datetime
from email.policy import SMTP
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

from customers.clients.deadline import DEADLINE_S, Attempt, run_within
from emails.providers.base import Accepted, MaybeAccepted, NotAccepted, OutgoingMail, build_mime
from emails.providers.recipients import refuse_strangers

# Servers without 8BITMIME are still met: seven bits pass everywhere.
SEVEN_BITS = SMTP.clone(cte_type="7bit")
LONGEST_REASON = 300


class SmtpProvider:
    """Hands each message to the mail server of the settings, on a connection of its own."""

    name = "smtp"

    def __init__(self, *, deadline_s: float = DEADLINE_S) -> None:
        self._deadline_s = deadline_s

    def send(self, mail: OutgoingMail, *, now: datetime) -> Accepted:
        """Hand it over, to all recipients or to none. Raises NotAccepted, MaybeAccepted."""
        refuse_strangers(mail, domains=settings.OUTBOUND_DOMAINS)
        try:
            raw = build_mime(mail, now=now, policy=SEVEN_BITS)
        except (ValueError, IndexError, UnicodeError) as error:
            raise NotAccepted(f"The message cannot be written: {error}", can_retry=False) from error
        backend = _Backend(timeout=settings.EMAIL_TIMEOUT)
        return run_within(lambda attempt: _hand_over(backend, mail, raw, attempt), seconds=self._deadline_s)


class _Backend(EmailBackend):
    """Django's, with what it trusts read once per process: it takes more CPU than all else of a letter."""

    @property
    def ssl_context(self) -> ssl.SSLContext:
        if self.ssl_certfile or self.ssl_keyfile:
            # A certificate of our own may be renewed while we run.
            made: ssl.SSLContext = super().ssl_context
            return made
        return _tls()


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _hand_over(backend: EmailBackend, mail: OutgoingMail, raw: bytes, attempt: Attempt) -> Accepted:
    try:
        backend.open()
        server: Any = backend.connection
        _name_people(server, mail)
        attempt.begin(server.sock)
        code, answer = server.data(raw)
    except (smtplib.SMTPException, OSError) as error:
        raise _refusal(error, attempt) from None
    finally:
        _close(backend)
    if code != 250:
        raise _said_no(code, answer)
    return Accepted(provider_id=_text(answer)[:250])


def _name_people(server: smtplib.SMTP, mail: OutgoingMail) -> None:
    """Name the sender and everybody who gets it; one who is refused stops it for all, before it has left."""
    server.ehlo_or_helo_if_needed()
    replies = [server.mail(mail.from_email)]
    replies += [server.rcpt(address) for address in (mail.to_email, *mail.cc)]
    for code, answer in replies:
        if code not in (250, 251):
            raise _said_no(code, answer)


def _refusal(error: Exception, attempt: Attempt) -> NotAccepted | MaybeAccepted:
    if isinstance(error, smtplib.SMTPResponseException) and not isinstance(error, smtplib.SMTPConnectError):
        is_login = isinstance(error, smtplib.SMTPAuthenticationError)
        return _said_no(error.smtp_code, error.smtp_error, can_retry=is_login or None)
    name = type(error).__name__
    if attempt.may_have_left:
        return MaybeAccepted(f"No answer from the mail server ({name}); it may have taken the message.")
    return NotAccepted(f"The mail server could not be reached ({name}).", can_retry=True)


def _said_no(code: int, answer: bytes | str, *, can_retry: bool | None = None) -> NotAccepted:
    """4xx asks for another try later, 5xx says no for good. Source: RFC 5321, 4.2.1."""
    retry = code < 500 if can_retry is None else can_retry
    return NotAccepted(f"The mail server answered {code} {_text(answer)}"[:LONGEST_REASON], can_retry=retry)


def _text(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return " ".join(text.replace("\0", "").split())


def _close(backend: EmailBackend) -> None:
    """What went wrong while saying goodbye changes nothing: the message has its answer."""
    try:
        backend.close()
    except (smtplib.SMTPException, OSError):
        backend.connection = None
