"""People at an account, and the meetings with them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from pytest_django import DjangoCaptureOnCommitCallbacks

from customers.models import Customer, Meeting, Stakeholder, User
from customers.services.meetings import cancel_meeting, mark_held, record_meeting, update_meeting
from customers.services.stakeholders import (
    add_stakeholder,
    mark_back,
    mark_left,
    remove_stakeholder,
    update_stakeholder,
)
from customers.signals import stakeholder_left
from tests import factories
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(csm: User) -> Customer:
    return factories.CustomerFactory.create(owner=csm)


def test_add_stakeholder_keeps_addresses_in_lower_case(customer: Customer, csm: User) -> None:
    person = add_stakeholder(customer, {"name": "Mary", "email": " Mary@ACME.example "}, now=NOW, by=csm)

    assert person.email == "mary@acme.example"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"email": "not an address"}, "email"),
        ({"email": "TAKEN@acme.example"}, "email"),
        ({"roles": ["boss"]}, "roles"),
        ({"relationship_strength": 11}, "relationship_strength"),
        ({"timezone": "Nowhere"}, "timezone"),
        ({"customer": None}, "customer"),
    ],
)
def test_add_stakeholder_names_the_field_that_is_wrong(
    customer: Customer, csm: User, values: dict[str, object], field: str
) -> None:
    factories.StakeholderFactory.create(customer=customer, email="taken@acme.example")

    with pytest.raises(ValidationError) as raised:
        add_stakeholder(customer, {"name": "Mary", **values}, now=NOW, by=csm)

    assert list(raised.value.message_dict) == [field]
    assert Stakeholder.objects.count() == 1


def test_primary_contact_is_one_and_moves(customer: Customer, csm: User) -> None:
    first = add_stakeholder(customer, {"name": "Mary", "primary": True}, now=NOW, by=csm)
    second = add_stakeholder(customer, {"name": "Tom", "primary": True}, now=NOW, by=csm)

    first.refresh_from_db()
    assert (first.primary, second.primary) == (False, True)


def test_primary_mark_stays_where_it_was_when_the_new_one_is_refused(customer: Customer, csm: User) -> None:
    first = add_stakeholder(customer, {"name": "Mary", "primary": True}, now=NOW, by=csm)

    with pytest.raises(ValidationError):
        add_stakeholder(customer, {"name": "Tom", "primary": True, "email": "nope"}, now=NOW, by=csm)

    first.refresh_from_db()
    assert first.primary


def test_mark_left_happens_once_and_is_told(
    customer: Customer, csm: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    person = factories.StakeholderFactory.create(customer=customer, primary=True)
    told: list[object] = []

    def hear(**news: object) -> None:
        told.append(news["stakeholder_id"])

    stakeholder_left.connect(hear)
    with django_capture_on_commit_callbacks(execute=True):
        first = mark_left(person, now=NOW, by=csm)
        second = mark_left(person, now=NOW, by=csm)
    stakeholder_left.disconnect(hear)

    person.refresh_from_db()
    assert (first, second, told) == (True, False, [person.pk])
    assert (person.left_at, person.primary) == (NOW, False)
    with pytest.raises(ValidationError):
        update_stakeholder(person, {"primary": True}, now=NOW, by=csm)
    assert mark_back(person, now=NOW, by=csm)


def test_remove_stakeholder_only_while_nothing_is_about_them(customer: Customer, csm: User) -> None:
    person, met = factories.StakeholderFactory.create_batch(2, customer=customer)
    meeting = factories.MeetingFactory.create(customer=customer)
    meeting.stakeholders.add(met)

    remove_stakeholder(person, now=NOW, by=csm)
    with pytest.raises(ValidationError):
        remove_stakeholder(met, now=NOW, by=csm)

    assert list(Stakeholder.objects.all()) == [met]


def test_meeting_in_the_past_counts_as_held(customer: Customer, csm: User) -> None:
    starts_at = NOW - timedelta(days=1)

    meeting = record_meeting(customer, title="Review", starts_at=starts_at, stakeholders=[], now=NOW, by=csm)

    assert (meeting.state, meeting.held_at) == ("held", starts_at)


def test_meeting_is_held_or_cancelled_once(customer: Customer, csm: User) -> None:
    person = factories.StakeholderFactory.create(customer=customer)
    meeting = record_meeting(
        customer, title="Review", starts_at=NOW + timedelta(days=1), stakeholders=[person], now=NOW, by=csm
    )
    later = NOW + timedelta(days=2)

    held = mark_held(meeting, notes="She wants the ROI per site.", now=later, by=csm)
    cancelled = cancel_meeting(meeting, now=later, by=csm)

    meeting.refresh_from_db()
    assert (held, cancelled, meeting.state) == (True, False, "held")
    assert (meeting.held_at, meeting.notes) == (meeting.starts_at, "She wants the ROI per site.")


def test_meeting_takes_no_people_of_another_account(customer: Customer, csm: User) -> None:
    stranger = factories.StakeholderFactory.create()

    with pytest.raises(ValidationError) as raised:
        record_meeting(customer, title="Review", starts_at=NOW, stakeholders=[stranger], now=NOW, by=csm)

    assert list(raised.value.message_dict) == ["stakeholders"]
    assert not Meeting.objects.exists()


def test_meeting_moved_keeps_its_people(customer: Customer, csm: User) -> None:
    person = factories.StakeholderFactory.create(customer=customer)
    meeting = factories.MeetingFactory.create(customer=customer)

    update_meeting(
        meeting, title="Review", starts_at=NOW + timedelta(days=9), stakeholders=[person], notes="", now=NOW, by=csm
    )

    meeting.refresh_from_db()
    assert (meeting.starts_at, list(meeting.stakeholders.all())) == (NOW + timedelta(days=9), [person])
