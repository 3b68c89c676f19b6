"""A forgotten password: a link by mail, that works once, for an hour, and dies with the person's sessions."""

from __future__ import annotations

import smtplib
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.cache import cache
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from customers.models import User

ONE_LINK_EVERY_S = 60
MAIL_ERRORS = (OSError, smtplib.SMTPException)
"""A mail server that is not there, or does not take the mail."""
SUBJECT = "Choose a new password for Evergreen"


class ResetTokens(PasswordResetTokenGenerator):
    """Django's tokens, tied to the password, the address and the last sign-in; here also to access itself."""

    key_salt = "customers.services.password_resets"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.is_active}{user.session_version}"

    def check_token(self, user: Any, token: str | None) -> bool:
        """An integration has no password to choose, whatever link somebody holds."""
        return not (isinstance(user, User) and user.is_integration) and super().check_token(user, token)


reset_tokens = ResetTokens()


def request_reset_link(email: str) -> None:
    """This will mail a link to whoever has this address and may sign in, at most once a minute; else do nothing."""
    person = User.objects.persons().filter(email__iexact=email, is_active=True).exclude(email="").first()
    if person is None or not person.has_usable_password():
        return
    if cache.add(f"reset-link:{person.pk}", True, timeout=ONE_LINK_EVERY_S):
        send_reset_link(person)


def send_reset_link(person: User) -> None:
    """This will mail a link to the person. The mail server's error is the caller's to say."""
    context = {"person": person, "link": _link_for(person), "minutes": settings.PASSWORD_RESET_TIMEOUT // 60}
    send_mail(SUBJECT, render_to_string("customers/mails/password_reset.txt", context), None, [person.email])


def _link_for(person: User) -> str:
    """This will give the link under the public address, never under the host that a request claimed."""
    key = urlsafe_base64_encode(force_bytes(str(person.pk)))
    path = reverse("customers:password_reset_confirm", args=[key, reset_tokens.make_token(person)])
    return f"{settings.PUBLIC_URL}{path}"
