"""Two accounts become one: one cycle and one plan stay."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from customers.models import Activity, Customer, User
from customers.services.merging import MergeRefused, merge_customers
from outreach.enums import PlanEnd
from outreach.services.plans import close_plan
from renewals.models import Renewal
from renewals.services.engage import open_engage
from renewals.services.renewals import open_renewal_of
from tests import factories
from tests.renewals.conftest import at_day

pytestmark = pytest.mark.django_db
NOW = at_day(117)


def account(owner: User, **fields: object) -> Customer:
    customer: Customer = factories.CustomerFactory.create(owner=owner, **fields)
    factories.ContractFactory.create(customer=customer, renewal_date=date(2026, 7, 2))
    factories.StakeholderFactory.create(customer=customer)
    open_renewal_of(customer, now=NOW, by=owner)
    return customer


def test_merge_keeps_the_renewal_of_the_account_that_stays(lead: User, now: datetime) -> None:
    kept, gone = account(lead), account(lead, name="Acme Ltd")
    stays = Renewal.objects.get(customer=kept)

    merge_customers(kept=kept, gone=gone, now=now, by=lead)

    assert list(Renewal.objects.filter(customer=kept)) == [stays]
    assert Activity.objects.filter(customer=kept, verb="renewal.dropped").count() == 1


def test_merge_takes_the_only_renewal_over(lead: User, now: datetime) -> None:
    kept, gone = factories.CustomerFactory.create(owner=lead), account(lead)
    moved = Renewal.objects.get(customer=gone)

    merge_customers(kept=kept, gone=gone, now=now, by=lead)

    moved.refresh_from_db()
    assert moved.customer == kept and moved.is_open


@pytest.mark.parametrize("both", [True, False])
def test_merge_with_a_plan_that_would_end_is_refused_until_it_is_closed(lead: User, now: datetime, both: bool) -> None:
    kept, gone = account(lead), account(lead)
    plan = open_engage(gone, now=NOW, by=lead).plan
    if both:
        open_engage(kept, now=NOW, by=lead)

    with pytest.raises(MergeRefused, match="running outreach plan"):
        merge_customers(kept=kept, gone=gone, now=now, by=lead)

    close_plan(plan, end=PlanEnd.PERSON, now=now, by=lead)
    merge_customers(kept=kept, gone=gone, now=now, by=lead)
    assert not Customer.objects.filter(pk=gone.pk).exists()
