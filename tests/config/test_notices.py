"""Where a notice leads: to the thing it tells of, by page and API, written by the services that do the thing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from config.desk.notices_page import ICONS, url_of
from customers.enums import NoticeKind
from customers.models import Customer, Notice, User
from customers.services.activity import line, record_many
from customers.services.sealing import seal_waiting
from emails.services.announcing import announce_written
from tests import factories
from tests.journeys.waiting_work import letter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_chain")]


@pytest.fixture
def account(csm: User) -> Customer:
    return factories.CustomerFactory.create(owner=csm, name="Acme")


def test_a_letter_that_the_machine_wrote_waits_on_its_owners_page(
    client: Client, account: Customer, csm: User, now: datetime
) -> None:
    draft = letter(now, customer=account)
    announce_written(draft, now=now, by=None)
    client.force_login(csm)

    page = client.get("/notices")

    assert "A mail to Acme waits for your approval" in page.text
    assert f'href="/drafts/{draft.pk}"' in page.text


def test_a_letter_of_ones_own_is_no_news(account: Customer, csm: User, now: datetime) -> None:
    announce_written(letter(now, customer=account), now=now, by=csm)

    assert Notice.objects.count() == 0


def test_a_letter_that_did_not_arrive_is_told_once_and_leads_to_it(
    client: Client, account: Customer, csm: User, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    draft = letter(now, customer=account)
    fields = line("draft.bounced", "Did not arrive", customer=account, by=None, now=now, subject=draft)
    with django_capture_on_commit_callbacks(execute=True):
        record_many([fields, {**fields, "at": now + timedelta(hours=1)}])
        before = Notice.objects.count()
    client.force_login(csm)

    page = client.get("/notices")

    assert (before, Notice.objects.count()) == (0, 1)
    assert "A mail to Acme did not arrive" in page.text
    assert f'href="/drafts/{draft.pk}"' in page.text


def test_news_lost_with_its_process_is_told_when_the_line_gets_its_link(
    account: Customer, csm: User, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    draft = letter(now, customer=account)
    fields = line("draft.bounced", "Did not arrive", customer=account, by=None, now=now, subject=draft)
    with django_capture_on_commit_callbacks(execute=False):
        record_many([fields])
    assert Notice.objects.count() == 0

    seal_waiting(now=now + timedelta(minutes=1))

    assert [(one.user_id, one.event) for one in Notice.objects.all()] == [(csm.pk, "draft.bounced")]


def test_news_that_was_told_is_not_told_again_and_old_news_not_at_all(
    account: Customer, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    told, old = letter(now, customer=account), letter(now, customer=account)
    said = {"customer": account, "by": None}
    with django_capture_on_commit_callbacks(execute=True):
        record_many([line("draft.bounced", "Did not arrive", now=now, subject=told, **said)])
    with django_capture_on_commit_callbacks(execute=False):
        record_many([line("draft.bounced", "Did not arrive", now=now - timedelta(days=2), subject=old, **said)])
    record_many([line("draft.blocked", "Kept back", now=now, subject=told, **said)])
    before = Notice.objects.count()

    seal_waiting(now=now + timedelta(minutes=1))

    assert (before, Notice.objects.count()) == (2, 2)


@pytest.mark.parametrize(
    ("subject", "path"),
    [
        ("draft", "/drafts/{subject}"),
        ("reply", "/replies/{subject}"),
        ("deliverable", "/deliverables/{subject}"),
        ("upsellrun", "/upsell-runs/{subject}"),
        ("enrollment", "/customers/{account}/sequences"),
        ("journey", "/customers/{account}/journey"),
        ("automation", "/customers/{account}"),
        ("absence", "/settings/absences"),
        ("", "/customers/{account}"),
    ],
)
def test_each_kind_of_thing_has_its_page(account: Customer, csm: User, now: datetime, subject: str, path: str) -> None:
    notice = Notice(
        user=csm, customer=account, kind="reply", event="x", subject_kind=subject, subject_id=csm.pk, happened_at=now
    )

    assert url_of(notice) == path.format(subject=csm.pk, account=account.pk)


def test_every_kind_has_its_picture() -> None:
    assert set(ICONS) == set(NoticeKind)
