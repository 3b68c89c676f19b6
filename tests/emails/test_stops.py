"""Hold, brake and twin are read in one query, as each would be alone."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from customers.enums import HoldScope
from customers.models import Brake, Customer, Hold, Stakeholder
from emails.enums import DraftState, Lane, OriginKind, Purpose
from emails.models import Draft
from emails.queries.stops import Stops, read_stops
from emails.rules.gate import HoldFacts
from tests import factories
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer() -> Customer:
    return factories.CustomerFactory.create()


@pytest.fixture
def person(customer: Customer) -> Stakeholder:
    return factories.StakeholderFactory.create(customer=customer)


def _letter(person: Stakeholder, **fields: object) -> Draft:
    plan = {"origin_kind": OriginKind.ENGAGE, "purpose": Purpose.FIRST_TOUCH, "to_name": person.name}
    return Draft.objects.create(customer=person.customer, stakeholder=person, **{**plan, **fields})


def _hold(customer: Customer, scope: HoldScope, *, days_ago: int, until_in: int | None = None) -> Hold:
    until = None if until_in is None else NOW + timedelta(days=until_in)
    return Hold.objects.create(
        customer=customer, scope=scope, starts_at=NOW - timedelta(days=days_ago), until=until, reason=f"{scope} rests"
    )


def test_nothing_stops_a_letter_that_stands_alone(
    person: Stakeholder, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    elsewhere = factories.CustomerFactory.create()
    _hold(elsewhere, HoldScope.ACCOUNT, days_ago=1)
    Brake.objects.create(customer=elsewhere, set_at=NOW, reason="Reply")

    letter = _letter(person, origin_kind=OriginKind.COMPOSE, origin_id=None)

    with django_assert_num_queries(1):
        stops = read_stops(letter, moment=NOW)

    assert stops == Stops()


def test_all_three_are_read_in_one_query(
    person: Stakeholder, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    plan = uuid4()
    _letter(person, origin_id=plan, state=DraftState.CANCELLED)
    letter = Draft(
        customer=person.customer, stakeholder=person, origin_kind=OriginKind.ENGAGE, origin_id=plan, lane=Lane.RENEWAL
    )
    _letter(person, origin_id=plan)
    hold = _hold(person.customer, HoldScope.ACCOUNT, days_ago=3, until_in=2)
    Brake.objects.create(customer=person.customer, set_at=NOW, reason="Mary replied")
    Brake.objects.create(customer=person.customer, set_at=NOW, reason="Long ago", cleared_at=NOW)

    with django_assert_num_queries(1):
        stops = read_stops(letter, moment=NOW)

    assert stops == Stops(HoldFacts(hold.until, hold.reason, HoldScope.ACCOUNT), "Mary replied", DraftState.DRAFT)


@pytest.mark.parametrize(
    ("lane", "reason"),
    [(Lane.RENEWAL, "account rests"), (Lane.UPSELL, "account rests"), (Lane.JOURNEY, "journey rests")],
)
def test_the_hold_set_last_of_those_that_stop_the_lane_counts(person: Stakeholder, lane: Lane, reason: str) -> None:
    _hold(person.customer, HoldScope.ACCOUNT, days_ago=3)
    _hold(person.customer, HoldScope.JOURNEY, days_ago=1)

    stops = read_stops(_letter(person, lane=lane), moment=NOW)

    assert stops.hold == HoldFacts(None, reason, reason.split()[0])


@pytest.mark.parametrize(("days", "is_stopped"), [(0, True), (1, True), (2, False), (3, False)])
def test_a_hold_that_ends_before_the_letter_leaves_does_not_stop_it(
    person: Stakeholder, days: int, is_stopped: bool
) -> None:
    _hold(person.customer, HoldScope.ACCOUNT, days_ago=1, until_in=2)

    stops = read_stops(_letter(person), moment=NOW + timedelta(days=days))

    assert (stops.hold is not None) == is_stopped
