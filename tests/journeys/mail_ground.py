"""A journey with a contact, and its mails written one at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.db import transaction

from customers.models import Customer, Stakeholder, User
from emails.models import Draft
from journeys.enums import JourneyKind
from journeys.models import Journey
from journeys.rules.effects import SendMail
from journeys.services.mailing import queue_journey_mails
from tests import factories
from tests.journeys.journeying import make_journey

START = date(2026, 3, 7)


Write = Callable[..., Draft]


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


@pytest.fixture
def write(journey: Journey, now: datetime) -> Write:
    def make(kind: JourneyKind = JourneyKind.UPCOMING, month: int | None = 2, occurrence: str = "") -> Draft:
        effect = SendMail(journey.pk, kind, occurrence or f"month-{month}", month)
        with transaction.atomic():
            (pk,) = queue_journey_mails([effect], now=now)
        return Draft.objects.get(pk=pk)

    return make


def fresh(draft: Draft) -> Draft:
    return Draft.objects.with_people().get(pk=draft.pk)
