"""Which provider this installation uses: MAIL_PROVIDER, once OUTBOUND is on and the provider has what it needs.

Until then the capture provider stands in: nothing leaves the machine, and each page says so.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from emails.providers.base import MailProvider
from emails.providers.capture import CaptureProvider


def _sendgrid() -> MailProvider:
    # Imported when it is used: the package takes its time.
    from emails.providers.sendgrid import SendGridProvider

    return SendGridProvider()


def _smtp() -> MailProvider:
    from emails.providers.smtp import SmtpProvider

    return SmtpProvider()


PROVIDERS: dict[str, Callable[[], MailProvider]] = {
    "capture": CaptureProvider,
    "sendgrid": _sendgrid,
    "smtp": _smtp,
}

_NEEDED = {"sendgrid": "SENDGRID_API_KEY", "smtp": "HAS_MAIL_SERVER"}


class NoProvider(Exception):
    """Raised when MAIL_PROVIDER names none that is here."""


def get_provider() -> MailProvider:
    """Give the provider of this installation. Raises NoProvider."""
    try:
        make = PROVIDERS[settings.MAIL_PROVIDER]
    except KeyError:
        known = ", ".join(sorted(PROVIDERS))
        raise NoProvider(f"MAIL_PROVIDER is “{settings.MAIL_PROVIDER}”; known are: {known}.") from None
    return make() if leaves_the_machine() else CaptureProvider()


def leaves_the_machine() -> bool:
    """Say whether a letter can reach anybody: OUTBOUND is on, and a real provider has what it needs."""
    needed = _NEEDED.get(settings.MAIL_PROVIDER, "")
    return settings.OUTBOUND == "on" and bool(needed and getattr(settings, needed))
