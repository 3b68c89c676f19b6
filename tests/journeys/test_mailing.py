"""The client's mails of a journey: written once, grounded, approved by the rule, through the whole gate."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from customers.models import Customer, Stakeholder, User
from emails.enums import DraftState, OriginKind
from emails.models import CapturedMail, Draft
from emails.queries.checks import judge
from emails.services import outbox
from journeys.enums import JourneyKind
from journeys.models import Journey
from journeys.rules.effects import SendMail
from journeys.services.mailing import queue_journey_mails
from tests import factories
from tests.journeys.journeying import deliver, make_journey

START = date(2026, 3, 7)
OF_MONTHS = [
    JourneyKind.UPCOMING,
    JourneyKind.READY,
    JourneyKind.OVERDUE,
    JourneyKind.CELEBRATE,
    JourneyKind.HALFWAY,
    JourneyKind.COMPLETED,
]


@pytest.fixture
def account(csm: User) -> Customer:
    return factories.CustomerFactory.create(name="Acme Corporation", owner=csm)


@pytest.fixture
def sarah(account: Customer) -> Stakeholder:
    return factories.StakeholderFactory.create(
        customer=account, name="Sarah Lee", email="sarah@acme.example", primary=True
    )


@pytest.fixture
def journey(account: Customer, sarah: Stakeholder, lead: User, now: datetime) -> Journey:
    return make_journey(account, by=lead, now=now, start=START)


def mail_of(journey: Journey, kind: JourneyKind, month: int | None, *, now: datetime) -> Draft:
    occurrence = f"month-{month}" if month else "hold-1"
    (pk,) = queue_journey_mails([SendMail(journey.pk, kind, occurrence, month)], now=now)
    return Draft.objects.get(pk=pk)


@pytest.mark.parametrize("kind", OF_MONTHS)
@pytest.mark.parametrize("month", [1, 2, 4, 8])
def test_mail_of_month_stands_on_records(journey: Journey, kind: JourneyKind, month: int, now: datetime) -> None:
    deliver(journey, range(1, month + 1), now=now)

    draft = mail_of(journey, kind, month, now=now)

    assert [(span.text, span.state) for span in judge(Draft.objects.get(pk=draft.pk)).open_spans] == []


@pytest.mark.parametrize("kind", OF_MONTHS)
def test_queued_mail_leaves_through_the_gate(journey: Journey, kind: JourneyKind, now: datetime) -> None:
    deliver(journey, [1], now=now)
    mail_of(journey, kind, 2, now=now)

    assert outbox.sweep(now=now) == 1

    draft = Draft.objects.get(origin_kind=OriginKind.JOURNEY)
    assert (draft.state, draft.to_email) == (DraftState.SENT, "sarah@acme.example")
    assert CapturedMail.objects.get().subject == draft.subject
    assert draft.receipt[0]["reason"].startswith("Approved by Liam Berg, by the rule “Mails of ")


def test_same_occurrence_is_written_once(journey: Journey, now: datetime) -> None:
    effect = SendMail(journey.pk, JourneyKind.UPCOMING, "month-2", 2)

    first = queue_journey_mails([effect, effect], now=now)
    second = queue_journey_mails([effect], now=now + timedelta(minutes=1))

    assert (len(first), second) == (1, [])
    assert Draft.objects.count() == 1
