"""What our own people are told of journeys: a to-do and a mail, each once; sent at most once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.core import mail

from customers.enums import NoticeKind
from customers.models import Customer, Notice, Todo, User
from customers.services.notice_reading import choose_notices
from emails.models import StaffMail
from emails.services import staff_mails
from journeys.models import Journey
from journeys.rules.effects import StaffNews, TellStaff
from journeys.services import notice_mails
from journeys.services.staff_news import tell_staff
from tests import factories
from tests.journeys.journeying import deliver, make_journey

START = date(2026, 2, 2)
IN_MEMORY = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def account(csm: User) -> Customer:
    return factories.CustomerFactory.create(name="Acme Corporation", owner=csm)


@pytest.fixture
def journey(account: Customer, lead: User, now: datetime) -> Journey:
    journey = make_journey(account, by=lead, now=now, start=START)
    deliver(journey, [1], now=now - timedelta(days=7))
    return journey


@pytest.mark.parametrize("news", list(StaffNews))
def test_news_is_a_todo_and_a_mail_each_once(journey: Journey, csm: User, news: StaffNews, now: datetime) -> None:
    effect = TellStaff(journey.pk, news, 1)

    tell_staff([effect, effect], now=now)
    tell_staff([effect], now=now + timedelta(days=1))

    assert Todo.objects.get().owner == csm
    assert StaffMail.objects.filter(user=csm).count() == 1


def test_escalation_is_a_notice_of_owner_and_lead_and_mailed_once(
    journey: Journey, csm: User, lead: User, now: datetime
) -> None:
    choose_notices({kind: [] for kind in NoticeKind.values}, digest_every="week", by=csm, now=now)

    for _ in range(2):
        tell_staff([TellStaff(journey.pk, StaffNews.NOT_OPENED, 1)], now=now)
        notice_mails.sweep_now(now)

    notices = Notice.objects.order_by("user__username").values_list("user", "kind", "event", "in_app", "mail")
    assert list(notices) == [
        (person.pk, "escalation", "not_opened", True, "told") for person in sorted((csm, lead), key=str)
    ]
    assert StaffMail.objects.count() == 2
    assert Notice.objects.filter(user=csm)[0].title == "A deliverable of Acme Corporation is not opened: offer help"


def test_escalation_goes_to_owner_and_lead_with_its_three_actions(
    journey: Journey, csm: User, lead: User, ops: User, now: datetime, settings: object
) -> None:
    settings.EMAIL_BACKEND = IN_MEMORY  # type: ignore[attr-defined]

    tell_staff([TellStaff(journey.pk, StaffNews.NOT_OPENED, 1)], now=now)
    assert staff_mails.sweep(now=now) == 2
    assert staff_mails.sweep(now=now) == 0

    assert {message.to[0] for message in mail.outbox} == {csm.email, lead.email}
    first = mail.outbox[0]
    assert first.subject == "🚨 Client Alert: Acme Corporation is 7 days overdue"
    for words in ("View Client Dashboard: http", "Send Personal Message: http", "Schedule Check-in Call: http"):
        assert words in first.body
