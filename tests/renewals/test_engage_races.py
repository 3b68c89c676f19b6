"""Two people press the same button at once."""

from __future__ import annotations

from datetime import date

import pytest

from customers.models import Activity, Contract, Customer, Todo, User
from outreach.models import OutreachPlan
from renewals.enums import Outcome
from renewals.models import EngageRun, Renewal
from renewals.services.engage import open_engage
from renewals.services.renewals import Ending, RenewalClosed, lock_price, open_renewal_of, set_outcome
from tests import factories
from tests.racing import at_once
from tests.renewals.conftest import at_day

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
NOW = at_day(117)
TOGETHER = 8


@pytest.fixture
def customer() -> Customer:
    customer: Customer = factories.CustomerFactory.create()
    factories.ContractFactory.create(customer=customer, renewal_date=date(2026, 7, 2))
    for role in ("champion", "decision_maker", "economic_buyer"):
        factories.StakeholderFactory.create(customer=customer, roles=[role])
    return customer


@pytest.fixture
def owner(customer: Customer) -> User:
    assert customer.owner is not None
    return customer.owner


def test_engage_opened_by_many_at_once_is_one_plan(customer: Customer, owner: User) -> None:
    runs = at_once(*[lambda: open_engage(Customer.objects.get(pk=customer.pk), now=NOW, by=owner)] * TOGETHER)

    assert [type(run) for run in runs] == [EngageRun] * TOGETHER
    assert len({run.pk for run in runs}) == 1
    assert OutreachPlan.objects.count() == 1
    assert Activity.objects.filter(verb="engage.opened").count() == 1
    assert Todo.objects.filter(kind="csm.email").count() == 3


def test_price_locked_by_many_at_once_is_one_line_on_record(customer: Customer, owner: User) -> None:
    renewal = open_renewal_of(customer, now=NOW, by=owner)

    locked = at_once(*[lambda: lock_price(Renewal.objects.get(pk=renewal.pk), now=NOW, by=owner)] * TOGETHER)

    assert sorted(locked) == [False] * (TOGETHER - 1) + [True]
    assert Activity.objects.filter(verb="price.locked").count() == 1


def test_outcome_set_by_many_at_once_opens_one_cycle(customer: Customer, owner: User) -> None:
    renewal = open_renewal_of(customer, now=NOW, by=owner)
    ending = Ending(Outcome.RENEWED, renewal.contract.current_price, 12)

    ended = at_once(
        *[lambda: set_outcome(Renewal.objects.get(pk=renewal.pk), ending=ending, now=NOW, by=owner)] * TOGETHER
    )

    assert sum(isinstance(one, Renewal) for one in ended) == 1
    assert sum(isinstance(one, RenewalClosed) for one in ended) == TOGETHER - 1
    assert Contract.objects.filter(customer=customer).count() == 2
