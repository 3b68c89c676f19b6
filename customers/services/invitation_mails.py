"""The mail with an invitation's link, under the public address, never under the host that a request claimed."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from customers.models import Invitation
from customers.services.password_resets import MAIL_ERRORS

SUBJECT = "Join Evergreen"


def link_of(secret: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse('customers:join', args=[secret])}"


def mail_invitation(row: Invitation, link: str) -> bool:
    """This will mail the link; False when the mail server did not take it."""
    body = render_to_string("customers/mails/invitation.txt", {"invitation": row, "link": link})
    try:
        return bool(send_mail(SUBJECT, body, None, [row.email]))
    except MAIL_ERRORS:
        return False
