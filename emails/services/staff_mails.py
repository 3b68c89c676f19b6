"""Mails to our own people: written with what they tell of, sent by the clock, each at most once (promise 3)."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction

from customers.base import claim, release_expired, settle
from customers.enums import ClaimState
from customers.models import User
from customers.queries.moments import Waiting, When
from emails.models import MailTemplateVersion, StaffMail
from emails.rules.rendering import render
from emails.services.templated import fill_version

BATCH = 200
BUDGET_S = 20
MOST_ATTEMPTS = 4
RETRY_AFTER = timedelta(minutes=15)
REFUSED = (
    ConnectionRefusedError,
    socket.gaierror,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPDataError,
)
"""The server said no, or was never reached: it surely did not take the mail."""


@dataclass(frozen=True)
class NewStaffMail:
    """One mail to one colleague. key: names it; the same one is written once.

    also: another version with its values, whose text stands below.
    """

    user: User
    version: MailTemplateVersion
    values: Mapping[str, str]
    key: str
    customer_id: UUID | None = None
    also: tuple[MailTemplateVersion, Mapping[str, str]] | None = None


def queue_staff_mails(mails: Iterable[NewStaffMail], *, now: datetime) -> None:
    """This will write the mails for the clock to send; who has no address or no access gets none."""
    rows = [_write(mail, now=now) for mail in mails if mail.user.is_active and mail.user.email]
    StaffMail.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)


def sweep(*, now: datetime) -> int:
    """What the clock calls: gives up lost leases, then sends what is due; gives how many were tried."""
    new, later, lost = waiting(now)
    if lost.exists():
        release_expired(StaffMail, now=now)
    due = new | later
    began, count = monotonic(), 0
    for pk in list(due.values_list("pk", flat=True)[:BATCH]):
        elapsed_s = int(monotonic() - began)
        if elapsed_s > BUDGET_S:
            break
        count += _deliver(pk, now=now + timedelta(seconds=elapsed_s))
    return count


def waiting(now: When) -> Waiting:
    """This will give what was never tried, what is to be tried at a moment, and what a dead worker left."""
    queued = StaffMail.objects.filter(state=ClaimState.QUEUED).order_by("not_before")
    lost = StaffMail.objects.filter(state=ClaimState.SENDING, leased_until__lt=now).order_by("leased_until")
    return queued.filter(not_before=None), queued.filter(not_before__lte=now), lost


def _write(mail: NewStaffMail, *, now: datetime) -> StaffMail:
    filled = fill_version(mail.version, mail.values)
    below = [fill_version(*mail.also)] if mail.also else []
    return StaffMail(
        customer_id=mail.customer_id,
        user=mail.user,
        key=mail.key,
        subject=filled.subject[:300],
        body="\n\n".join(part.body for part in (filled, *below)),
        buttons=[[button.label, button.url] for part in (filled, *below) for button in part.buttons],
        template_version=mail.version,
        state=ClaimState.QUEUED,
    )


def _deliver(pk: UUID, *, now: datetime) -> bool:
    """Claim, call, settle: the server is called outside any transaction, and never again where nobody can say."""
    with transaction.atomic():
        mail = StaffMail.objects.select_related("user").filter(pk=pk).first()
        token = claim(mail, now=now) if mail is not None else None
    if mail is None or token is None:
        return False
    mail.refresh_from_db(fields=["attempts"])
    if not (mail.user.is_active and mail.user.email):
        settle(mail, token=token, state=ClaimState.CANCELLED, now=now, outcome="The colleague has no access any more.")
        return True
    try:
        _message(mail).send()
    except REFUSED as error:
        _settle_refused(mail, token, error, now=now)
    except Exception as error:
        outcome = f"{type(error).__name__} during the call; it may have been accepted."
        settle(mail, token=token, state=ClaimState.UNKNOWN, now=now, outcome=outcome[:500])
    else:
        settle(mail, token=token, state=ClaimState.SENT, now=now, sent_at=now, outcome="")
    return True


def _settle_refused(mail: StaffMail, token: UUID, error: Exception, *, now: datetime) -> None:
    reason = f"{type(error).__name__}: not accepted."
    if mail.attempts < MOST_ATTEMPTS:
        later = now + RETRY_AFTER
        settle(mail, token=token, state=ClaimState.QUEUED, now=now, not_before=later, outcome=reason)
    else:
        settle(mail, token=token, state=ClaimState.FAILED, now=now, outcome=reason)


def _message(mail: StaffMail) -> EmailMultiAlternatives:
    buttons = [button for button in mail.own_buttons if button.leads_home(settings.PUBLIC_URL)]
    rendered = render(subject=mail.subject, body=mail.body, buttons=buttons)
    message = EmailMultiAlternatives(
        mail.subject, rendered.text, None, [mail.user.email], connection=get_connection(fail_silently=False)
    )
    message.attach_alternative(rendered.html, "text/html")
    return message
