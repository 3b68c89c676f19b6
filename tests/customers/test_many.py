"""Hundreds of ids in one value find the rows that a list of them finds."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection

from customers.models import Customer, Stakeholder
from customers.queries.many import many
from tests import factories

pytestmark = pytest.mark.django_db


def test_many_ids_find_rows_by_key_and_by_what_they_belong_to() -> None:
    first, second, other = factories.CustomerFactory.create_batch(3)
    person = factories.StakeholderFactory.create(customer=second)
    factories.StakeholderFactory.create(customer=other)
    ids = {first.pk, second.pk, uuid.uuid4()}

    assert set(Customer.objects.filter(pk__in=many(ids))) == {first, second}
    assert set(Customer.objects.exclude(pk__in=many(ids))) == {other}
    assert set(Stakeholder.objects.filter(customer__in=many(ids))) == {person}
    assert set(Stakeholder.objects.filter(customer__pk__in=many(ids))) == {person}
    assert Customer.objects.filter(pk__in=many(ids)).update(segment="many") == 2


def test_many_of_none_find_nothing() -> None:
    one = factories.CustomerFactory.create()

    assert not Customer.objects.filter(pk__in=many([])).exists()
    assert set(Customer.objects.exclude(pk__in=many([]))) == {one}


def test_list_and_query_behind_in_stay_what_they_were() -> None:
    first, second = factories.CustomerFactory.create_batch(2)
    person = factories.StakeholderFactory.create(customer=first)

    assert set(Customer.objects.filter(pk__in=[first.pk, second.pk])) == {first, second}
    assert set(Stakeholder.objects.filter(customer__in=Customer.objects.filter(pk=first.pk))) == {person}
    assert set(Stakeholder.objects.filter(customer__in=[first])) == {person}


@pytest.mark.postgres
def test_planner_knows_how_many_ids_there_are() -> None:
    """Of `SELECT unnest(…)` it believes that two hundred differ, and joins two thousand with each other row by row."""
    ids = [uuid.uuid4() for _ in range(2_000)]

    explained = Customer.objects.filter(pk__in=many(ids)).explain()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM unnest(%s::uuid[])", [ids])
        assert cursor.fetchone() == (2_000,)

    assert "= ANY (" in explained
    assert "unnest" not in explained
