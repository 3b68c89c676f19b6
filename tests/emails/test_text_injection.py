"""Names and subjects that would add a header or a recipient, or be filled in by a template: they stay text."""

from __future__ import annotations

import re
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import escape
from typing import Any, cast

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from customers.models import Customer, User, WorkspaceSettings
from emails.models import CapturedMail
from emails.services.drafts import compose_draft
from emails.services.outbox import deliver
from emails.services.sending import Refused, send
from outreach.services.introductions import write_introduction
from tests import factories
from tests.flows.payloads import HEADERS, TEMPLATES
from tests.outreach.expanding import grow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]

COUNTED = re.compile(r"(?<![\w-])1337(?![\w-])")
"""What the texts come to where somebody works them out; an id may hold the same digits."""


@pytest.mark.parametrize("text", HEADERS)
def test_name_and_subject_add_no_header_and_no_recipient(text: str, csm: User, now: datetime) -> None:
    """What a database would not keep is refused before; what it keeps is one line on its way out."""
    WorkspaceSettings.objects.update_or_create(pk=1, defaults={"undo_seconds": 0})
    hostile = text.replace("\0", "")
    account = factories.CustomerFactory.create(owner=csm, name=hostile, timezone="UTC")
    person = factories.StakeholderFactory.create(customer=account, name=hostile, email="ann@acme.example")
    said = {"customer": account, "stakeholder": person, "sender": csm, "body": "Hello,\n\nshall we talk?"}
    try:
        draft = compose_draft(subject=text, now=now, by=csm, **said)
        send(draft, version=draft.version, now=now, by=csm)
    except (ValidationError, Refused):  # more than one line, or figures without a record
        draft = compose_draft(subject="Hello", now=now, by=csm, **said)
        send(draft, version=draft.version, now=now, by=csm)
    deliver(draft.pk, now=now)

    raw = bytes(CapturedMail.objects.get().raw)
    mail = cast(EmailMessage, message_from_bytes(raw, policy=default))
    assert [one.addr_spec for one in mail["To"].addresses] == ["ann@acme.example"]
    assert [mail[name] for name in ("Bcc", "Cc")] == [None, None]
    assert len(mail.get_all("Subject", [])) == 1
    assert not any(line.lower().startswith(b"bcc:") for line in raw.splitlines())
    body = cast(EmailMessage, mail.get_body(("plain",))).get_content()
    assert body.startswith("Hello,")
    assert not any(line.startswith(("Bcc:", "<script>")) for line in body.splitlines())


@pytest.mark.parametrize("text", TEMPLATES)
def test_no_engine_fills_in_what_somebody_wrote(text: str, client: Client, csm: User, now: datetime) -> None:
    account = factories.CustomerFactory.create(owner=csm, name=f"Acme {text}", timezone="UTC", notes=text)
    person = factories.StakeholderFactory.create(customer=account, name=f"Ann {text}", title=text, primary=True)
    draft = compose_draft(
        customer=account, stakeholder=person, sender=csm, subject=text, body=f"Hello,\n\n{text}", now=now, by=csm
    )  # fmt: skip
    client.force_login(csm)

    seen = client.get(reverse("customers:account", args=[account.pk])).content.decode()
    preview = client.get(reverse("emails:draft_preview_html", args=[draft.pk])).content.decode()

    assert escape(f"Acme {text}") in seen
    assert escape(text) in preview
    for page in (seen, preview):
        assert not COUNTED.search(page)
        assert settings.SECRET_KEY not in page


@pytest.mark.parametrize("text", TEMPLATES)
def test_no_engine_fills_in_a_letter_that_is_written(text: str, csm: User, now: datetime) -> None:
    account: Customer = factories.CustomerFactory.create(owner=csm, name=f"Acme {text}", timezone="UTC")
    factories.StakeholderFactory.create(customer=account, name=f"Ann {text}", title=text, primary=True)

    letter = _introduce(grow(account, now=now), now=now, by=csm)

    said = f"{letter.subject}\n{letter.body}"
    assert "Ann" in said
    assert not COUNTED.search(said)
    assert settings.SECRET_KEY not in said


def _introduce(account: Customer, *, now: datetime, by: User) -> Any:
    return write_introduction(account.pk, now=now, by=by).draft
