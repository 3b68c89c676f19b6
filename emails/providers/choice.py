"""Which provider this installation uses: the MAIL_PROVIDER setting."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from emails.providers.base import MailProvider
from emails.providers.capture import CaptureProvider

PROVIDERS: dict[str, Callable[[], MailProvider]] = {"capture": CaptureProvider}


class NoProvider(Exception):
    """Raised when MAIL_PROVIDER names none that is here."""


def get_provider() -> MailProvider:
    """Give the provider of this installation. Raises NoProvider."""
    try:
        return PROVIDERS[settings.MAIL_PROVIDER]()
    except KeyError:
        known = ", ".join(sorted(PROVIDERS))
        raise NoProvider(f"MAIL_PROVIDER is “{settings.MAIL_PROVIDER}”; known are: {known}.") from None
