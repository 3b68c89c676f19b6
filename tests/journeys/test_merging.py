"""Two accounts become one: one journey goes on, every answer and plan stays, and none is lost."""

from __future__ import annotations

from datetime import datetime

import pytest

from customers.enums import HoldScope
from customers.models import Customer, User
from customers.services.holds import hold_customer
from customers.services.merging import MergeRefused, merge_customers
from journeys.models import AutomationSchedule, BusinessPlan, Journey, Onboarding
from journeys.queries.plans import last_plan
from tests import factories
from tests.journeys.ground import begin

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(lead: User) -> tuple[Customer, Customer]:
    return factories.CustomerFactory.create(owner=lead), factories.CustomerFactory.create(owner=lead)


def add_plans(customer: Customer, *texts: str, now: datetime) -> None:
    for number, text in enumerate(texts, 1):
        BusinessPlan.objects.create(customer=customer, number=number, body=text, saved_at=now)
        Onboarding.objects.create(customer=customer, number=number, answers=[], saved_at=now)


def test_merge_takes_the_only_journey_over(pair: tuple[Customer, Customer], lead: User, now: datetime) -> None:
    kept, gone = pair
    journey = begin(gone, now=now, by=lead)

    merge_customers(kept=kept, gone=gone, now=now, by=lead)

    journey.refresh_from_db()
    assert journey.customer == kept and journey.is_active
    assert set(AutomationSchedule.objects.filter(subject_id=journey.pk).values_list("customer", flat=True)) == {kept.pk}


def test_merge_of_two_on_a_journey_is_refused(pair: tuple[Customer, Customer], lead: User, now: datetime) -> None:
    kept, gone = pair
    for customer in pair:
        begin(customer, now=now, by=lead)

    with pytest.raises(MergeRefused, match="Both accounts are on a journey"):
        merge_customers(kept=kept, gone=gone, now=now, by=lead)

    assert Journey.objects.count() == 2


@pytest.mark.parametrize("scope", HoldScope.values)
def test_merge_that_would_hold_a_journey_unseen_is_refused(
    pair: tuple[Customer, Customer], lead: User, now: datetime, scope: str
) -> None:
    kept, gone = pair
    begin(gone, now=now, by=lead)
    hold_customer(kept, scope=HoldScope(scope), until=None, reason="", now=now, by=lead)

    with pytest.raises(MergeRefused, match="end the hold first"):
        merge_customers(kept=kept, gone=gone, now=now, by=lead)


def test_merge_numbers_plans_and_answers_so_that_the_last_of_who_stays_counts(
    pair: tuple[Customer, Customer], lead: User, now: datetime
) -> None:
    kept, gone = pair
    add_plans(kept, "Ours, first", "Ours, last", now=now)
    add_plans(gone, "Theirs, first", "Theirs, second", "Theirs, last", now=now)

    merge_customers(kept=kept, gone=gone, now=now, by=lead)

    plans = BusinessPlan.objects.filter(customer=kept).order_by("number")
    assert list(plans.values_list("number", "body")) == [
        (1, "Theirs, first"),
        (2, "Theirs, second"),
        (3, "Theirs, last"),
        (4, "Ours, first"),
        (5, "Ours, last"),
    ]
    assert list(Onboarding.objects.filter(customer=kept).order_by("number").values_list("number", flat=True)) == [
        1, 2, 3, 4, 5,
    ]  # fmt: skip
    last = last_plan(kept)
    assert last is not None and last.body == "Ours, last"
