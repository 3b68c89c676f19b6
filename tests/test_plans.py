"""What looks on at statements finds one without an index, and copied rows are as right as the first (PostgreSQL)."""

from __future__ import annotations

from uuid import uuid4

import pytest

from customers.models import Customer, Stakeholder
from tests import factories
from tests.plans import EACH_IS, LARGE, Look, know_tables, multiply

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def test_statement_without_an_index_is_found_and_one_with_an_index_is_not() -> None:
    factories.StakeholderFactory.create()
    multiply(Customer, Stakeholder, times=LARGE // EACH_IS)
    know_tables()
    look = Look()

    with look("by its notes"):
        Customer.objects.filter(notes="Another").exists()
    with look("by its id"):
        Customer.objects.filter(pk=uuid4()).exists()
    with look("changed by its notes"):
        Customer.objects.filter(notes="Another").update(notes="")
    with look("none"):
        pass

    assert {part: [words for _, words in found] for part, found in look.found.items()} == {
        "by its notes": ["Seq Scan of customers_customer"],
        "changed by its notes": ["Seq Scan of customers_customer"],
    }
    assert look.idle == ["none"]


def test_copies_refer_to_each_other_and_have_names_of_their_own() -> None:
    first = factories.StakeholderFactory.create()

    multiply(Customer, Stakeholder, times=3)

    assert Customer.objects.filter(owner=first.customer.owner).count() == 4
    assert Stakeholder.objects.values("customer").distinct().count() == 4
    assert Stakeholder.objects.values("email").distinct().count() == 4
    assert not Stakeholder.objects.exclude(customer__in=Customer.objects.all()).exists()
