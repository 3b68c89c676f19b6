"""Mails to our own people: at most once, tried again only where the server surely did not take it."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from customers.enums import ClaimState
from customers.models import User
from emails.models import CapturedMail, MailTemplate, MailTemplateVersion, StaffMail
from emails.services import staff_mails
from emails.services.staff_mails import NewStaffMail, queue_staff_mails
from tests.conftest import NOW

HERE = f"{__name__}.Moody"


class Moody(EmailBackend):
    """A mail server in whatever mood a test puts it."""

    error: Exception | None = None

    def send_messages(self, messages: Any) -> int:
        if Moody.error is not None:
            raise Moody.error
        return super().send_messages(messages)


@pytest.fixture(autouse=True)
def _moody(settings: Any) -> None:
    settings.EMAIL_BACKEND = HERE
    Moody.error = None


@pytest.fixture
def version(db: None) -> MailTemplateVersion:
    template = MailTemplate.objects.create(key="test.staff", name="Test", audience="staff")
    return MailTemplateVersion.objects.create(
        template=template, number=1, subject="About {{name}}", body="Hi\n\n[Open]({{link}})", published_at=NOW
    )


def queue(user: User, version: MailTemplateVersion, key: str = "k") -> StaffMail:
    values = {"name": "Acme", "link": "http://localhost:8000/customers/1"}
    queue_staff_mails([NewStaffMail(user, version, values, key)], now=NOW)
    return StaffMail.objects.get(key=key)


def fresh(row: StaffMail) -> StaffMail:
    return StaffMail.objects.get(pk=row.pk)


def test_mail_leaves_once(csm: User, version: MailTemplateVersion) -> None:
    row = queue(csm, version)
    queue(csm, version)

    assert [staff_mails.sweep(now=NOW), staff_mails.sweep(now=NOW)] == [1, 0]

    assert [message.to for message in mail.outbox] == [[csm.email]]
    assert (fresh(row).state, fresh(row).sent_at) == (ClaimState.SENT, NOW)
    assert mail.outbox[0].alternatives[0].mimetype == "text/html"


@pytest.mark.parametrize("error", [ConnectionRefusedError(), smtplib.SMTPDataError(451, b"later")])
def test_refused_mail_is_tried_again_a_quarter_later_at_most_four_times(
    csm: User, version: MailTemplateVersion, error: Exception
) -> None:
    row, Moody.error = queue(csm, version), error

    tried = [staff_mails.sweep(now=NOW + timedelta(minutes=minutes)) for minutes in (0, 14, 15, 30, 45, 60, 75)]

    assert tried == [1, 0, 1, 1, 1, 0, 0]
    assert (fresh(row).state, fresh(row).attempts) == (ClaimState.FAILED, 4)


@pytest.mark.parametrize("error", [TimeoutError(), smtplib.SMTPServerDisconnected("gone"), RuntimeError("odd")])
def test_doubtful_mail_is_never_sent_again(csm: User, version: MailTemplateVersion, error: Exception) -> None:
    row, Moody.error = queue(csm, version), error
    staff_mails.sweep(now=NOW)
    Moody.error = None

    assert staff_mails.sweep(now=NOW + timedelta(days=1)) == 0

    assert fresh(row).state == ClaimState.UNKNOWN
    assert mail.outbox == []


def test_mail_whose_worker_died_is_doubtful(csm: User, version: MailTemplateVersion) -> None:
    row = queue(csm, version)
    StaffMail.objects.filter(pk=row.pk).update(
        state=ClaimState.SENDING, claim_token=row.pk, leased_until=NOW - timedelta(seconds=1)
    )

    staff_mails.sweep(now=NOW)

    assert fresh(row).state == ClaimState.UNKNOWN
    assert mail.outbox == []


def test_colleague_without_access_or_address_gets_none(csm: User, lead: User, version: MailTemplateVersion) -> None:
    User.objects.filter(pk=lead.pk).update(email="")
    lead.refresh_from_db()
    queue_staff_mails([NewStaffMail(lead, version, {"name": "x", "link": ""}, "other")], now=NOW)
    row = queue(csm, version)
    User.objects.filter(pk=csm.pk).update(is_active=False)

    staff_mails.sweep(now=NOW)

    assert fresh(row).state == ClaimState.CANCELLED
    assert StaffMail.objects.count() == 1
    assert mail.outbox == []


def test_subject_is_one_line_whatever_a_client_is_called(csm: User, version: MailTemplateVersion) -> None:
    values = {"name": "Acme\nBcc: all@example.com", "link": ""}
    queue_staff_mails([NewStaffMail(csm, version, values, "k")], now=NOW)

    staff_mails.sweep(now=NOW)

    assert mail.outbox[0].subject == "About Acme Bcc: all@example.com"
    assert mail.outbox[0].bcc == []


def test_without_a_mail_server_it_is_kept_for_ops_alone(
    csm: User, ops: User, version: MailTemplateVersion, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "config.staff_mail.CaptureBackend"
    queue(csm, version)

    staff_mails.sweep(now=NOW)

    assert CapturedMail.objects.visible_to(ops).count() == 1
    assert CapturedMail.objects.visible_to(csm).count() == 0
    assert StaffMail.objects.visible_to(csm).count() == 1


def test_idle_sweep_asks_twice_at_most(db: None, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(2):
        assert staff_mails.sweep(now=NOW) == 0
