"""A mail that nobody could get is written once somebody is named, while it is still wanted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from customers.enums import TodoState
from customers.models import Customer, Stakeholder, Todo, User
from customers.services.stakeholders import add_stakeholder, mark_back, mark_left, update_stakeholder
from customers.services.todos import finish_todo
from emails.models import Draft
from journeys.enums import JourneyKind
from journeys.models import Journey
from journeys.services.clock import tick_as_of
from tests import factories
from tests.journeys.ground import approve_plan, begin, deliver, row

Commit = Callable[..., Any]
CLEO = {"name": "Cleo Berg", "email": "cleo@acme.example", "roles": ["champion"]}


@pytest.fixture
def account(csm: User) -> Customer:
    return factories.CustomerFactory.create(name="Acme", owner=csm, timezone="UTC")


@pytest.fixture
def journey(account: Customer, lead: User, now: datetime) -> Journey:
    """Under way, M1 delivered, and nobody there who could be told."""
    journey = begin(account, now=now, by=lead, start=now.date())
    approve_plan(account, now=now)
    deliver(journey, 1, now=now)
    tick_as_of(now=now)
    return journey


def nobody(journey: Journey) -> Todo:
    return Todo.objects.get(kind="journey_no_recipient", source_id=journey.pk)


def mails(journey: Journey) -> list[tuple[str, str]]:
    return list(Draft.objects.filter(origin_id=journey.pk).values_list("occurrence", "to_name"))


def test_mail_is_written_when_a_contact_is_named(
    journey: Journey, account: Customer, csm: User, now: datetime, django_capture_on_commit_callbacks: Commit
) -> None:
    assert (mails(journey), nobody(journey).state) == ([], TodoState.OPEN)

    later = now + timedelta(days=3)
    with time_machine.travel(later, tick=False), django_capture_on_commit_callbacks(execute=True):
        add_stakeholder(account, CLEO, now=later, by=csm)

    assert mails(journey) == [("journey.ready/month-1", "Cleo Berg")]
    assert (nobody(journey).state, nobody(journey).done_by) == (TodoState.DONE, None)


@pytest.mark.parametrize("how", ["address", "part", "back"])
def test_mail_is_written_when_somebody_can_be_reached_after_all(
    how: str, account: Customer, lead: User, now: datetime, django_capture_on_commit_callbacks: Commit
) -> None:
    lacking = {"address": {"email": ""}, "part": {"roles": ["user"]}, "back": {}}[how]
    person: Stakeholder = factories.StakeholderFactory.create(
        customer=account, primary=False, **{"name": "Cleo Berg", "roles": ["champion"], **lacking}
    )
    if how == "back":
        mark_left(person, now=now, by=lead)
    journey = begin(account, now=now, by=lead, start=now.date())
    deliver(journey, 1, now=now)
    tick_as_of(now=now)
    assert nobody(journey).state == TodoState.OPEN

    with time_machine.travel(now, tick=False), django_capture_on_commit_callbacks(execute=True):
        if how == "back":
            mark_back(person, now=now, by=lead)
        else:
            update_stakeholder(person, CLEO, now=now, by=lead)

    assert mails(journey) == [("journey.ready/month-1", "Cleo Berg")]


def test_mail_that_came_too_late_is_not_written(
    account: Customer, csm: User, lead: User, now: datetime, django_capture_on_commit_callbacks: Commit
) -> None:
    journey = begin(account, now=now, by=lead, start=now.date())
    coming_soon = row(journey, JourneyKind.UPCOMING, 2).trigger_at
    tick_as_of(now=coming_soon)
    assert "M2 coming soon" in nobody(journey).title

    begins = coming_soon + timedelta(days=3)
    with time_machine.travel(begins, tick=False), django_capture_on_commit_callbacks(execute=True):
        add_stakeholder(account, CLEO, now=begins, by=csm)

    assert (mails(journey), nobody(journey).state) == ([], TodoState.DISMISSED)


def test_todo_that_a_person_closed_writes_nothing(
    journey: Journey, account: Customer, csm: User, now: datetime, django_capture_on_commit_callbacks: Commit
) -> None:
    finish_todo(nobody(journey), now=now, by=csm)

    with time_machine.travel(now, tick=False), django_capture_on_commit_callbacks(execute=True):
        add_stakeholder(account, CLEO, now=now, by=csm)

    assert mails(journey) == []


def test_contact_without_an_address_changes_nothing(
    journey: Journey, account: Customer, csm: User, now: datetime, django_capture_on_commit_callbacks: Commit
) -> None:
    with time_machine.travel(now, tick=False), django_capture_on_commit_callbacks(execute=True):
        add_stakeholder(account, {**CLEO, "email": ""}, now=now, by=csm)

    assert (mails(journey), nobody(journey).state) == ([], TodoState.OPEN)
