"""An automation that failed for good: who has the task, who is written to, and how often."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from customers.enums import Role
from customers.models import Customer, Todo, User
from emails.models import MailTemplateVersion, StaffMail
from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule
from journeys.rules.mail_names import FAILED_KEY
from journeys.services import failure_news
from journeys.services.clock import tick, tick_until
from tests import factories
from tests.journeys.clockwork import Notebook, make_automation

pytestmark = pytest.mark.django_db


def mailed() -> list[User]:
    return [mail.user for mail in StaffMail.objects.filter(template_version__template__key=FAILED_KEY)]


def test_failure_is_a_task_of_the_owner_and_one_mail_to_the_admin(
    csm: User, ops: User, notebook: Notebook, now: datetime
) -> None:
    customer: Customer = factories.CustomerFactory.create(owner=csm, name="Acme")
    bad = make_automation(customer, now)
    notebook.poison = {bad.pk}

    tick_until(now=now, until=now + timedelta(minutes=30))
    assert mailed() == []
    tick_until(now=now + timedelta(minutes=31), until=now + timedelta(days=1))

    assert AutomationSchedule.objects.get(pk=bad.pk).status == AutomationStatus.FAILED
    assert Todo.objects.get(kind="automation.failed").owner == csm
    assert mailed() == [ops]
    mail = StaffMail.objects.get(template_version__template__key=FAILED_KEY)
    assert (mail.customer, "failed 4 times" in mail.body, "RuntimeError: poison row" in mail.body) == (
        customer,
        True,
        True,
    )


def test_task_of_an_account_without_owner_is_the_admins(ops: User, notebook: Notebook, now: datetime) -> None:
    bad = make_automation(factories.CustomerFactory.create(owner=None), now, retry_count=3)
    notebook.poison = {bad.pk}

    tick(now=now)

    assert Todo.objects.get(kind="automation.failed").owner == ops


def test_many_failures_together_do_not_flood_the_admin(
    ops: User, notebook: Notebook, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failure_news, "MOST_MAILS", 2)
    rows = [make_automation(factories.CustomerFactory.create(), now, retry_count=3) for _ in range(5)]
    notebook.poison = {row.pk for row in rows}

    for minute in range(10):
        tick(now=now + timedelta(minutes=minute))

    assert AutomationSchedule.objects.filter(status=AutomationStatus.FAILED).count() == 5
    assert Todo.objects.filter(kind="automation.failed").count() == 5
    assert mailed() == [ops, ops]


def test_row_fails_though_the_mail_cannot_be_written(
    ops: User, notebook: Notebook, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*args: object, **kwargs: object) -> dict[str, MailTemplateVersion]:
        raise RuntimeError("no template")

    monkeypatch.setattr(failure_news, "find_versions", break_down)
    bad = make_automation(factories.CustomerFactory.create(), now, retry_count=3)
    notebook.poison = {bad.pk}

    tick(now=now)

    assert AutomationSchedule.objects.get(pk=bad.pk).status == AutomationStatus.FAILED
    assert Todo.objects.filter(kind="automation.failed").count() == 1


def test_without_an_admin_the_task_is_there_and_nobody_is_written_to(
    csm: User, notebook: Notebook, now: datetime
) -> None:
    User.objects.filter(role=Role.OPS).delete()
    bad = make_automation(factories.CustomerFactory.create(owner=csm), now, retry_count=3)
    notebook.poison = {bad.pk}

    tick(now=now)

    assert (Todo.objects.get(kind="automation.failed").owner, mailed()) == (csm, [])
