"""SMTP: all recipients or none, and what each answer of the server means."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from emails.providers.base import NotAccepted, OutgoingMail
from emails.providers.smtp import SmtpProvider
from tests.emails.provider_contract import make_mail
from tests.emails.smtp_fake import FakeMailServer


@pytest.fixture
def mail() -> OutgoingMail:
    return make_mail(uuid4(), uuid4())


@pytest.fixture
def server(settings: Any) -> Iterator[FakeMailServer]:
    with FakeMailServer() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield server


@pytest.mark.parametrize(
    ("command", "answer", "can_retry"),
    [
        ("MAIL", "451 4.3.0 busy", True),
        ("MAIL", "550 5.7.1 no", False),
        ("RCPT sarah@acme.example", "450 4.2.1 later", True),
        ("RCPT sarah@acme.example", "550 5.1.1 nobody of that name", False),
        ("RCPT marco@evergreen.example", "550 5.1.1 nobody of that name", False),
        ("DATA", "451 4.3.0 no room", True),
        ("DATA", "554 5.6.0 no", False),
    ],
)
def test_answer_before_the_body_was_not_accepted(
    server: FakeMailServer, mail: OutgoingMail, now: datetime, command: str, answer: str, can_retry: bool
) -> None:
    server.behaviour.refusals[command] = answer

    with pytest.raises(NotAccepted) as refusal:
        SmtpProvider().send(mail, now=now)

    assert refusal.value.can_retry is can_retry
    assert answer[:3] in refusal.value.reason
    assert server.taken == []


@pytest.mark.parametrize(("answer", "can_retry"), [("452 4.3.1 full", True), ("554 5.7.1 looks like spam", False)])
def test_refusal_of_the_body_was_not_accepted(
    server: FakeMailServer, mail: OutgoingMail, now: datetime, answer: str, can_retry: bool
) -> None:
    server.behaviour.data_answer = answer

    with pytest.raises(NotAccepted) as refusal:
        SmtpProvider().send(mail, now=now)

    assert refusal.value.can_retry is can_retry


def test_login_that_fails_may_be_tried_again(
    server: FakeMailServer, settings: Any, mail: OutgoingMail, now: datetime
) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "dana", "hush"

    with pytest.raises(NotAccepted) as refusal:
        SmtpProvider().send(mail, now=now)

    assert refusal.value.can_retry is True
    assert "hush" not in refusal.value.reason
    assert server.taken == []
