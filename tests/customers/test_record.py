"""The record is only added to, whichever way somebody tries. Source: promise 14."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import DatabaseError, connection, transaction

from customers.models import Activity, AppendOnly, Customer, User
from customers.services.activity import record
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(csm: User, now: datetime) -> Activity:
    customer = CustomerFactory.create(owner=csm)
    return record("price.locked", "Price locked at $268,000", customer=customer, by=csm, now=now, price="268000.00")


def test_saving_a_line_again_is_refused(line: Activity) -> None:
    line.summary = "something else"

    with pytest.raises(AppendOnly):
        line.save()


def test_deleting_a_line_is_refused(line: Activity) -> None:
    with pytest.raises(AppendOnly):
        line.delete()


@pytest.mark.parametrize("attempt", ["update", "delete"])
def test_queryset_refuses_what_the_row_refuses(line: Activity, attempt: str) -> None:
    rows = Activity.objects.filter(pk=line.pk)

    with pytest.raises(AppendOnly):
        rows.update(summary="x") if attempt == "update" else rows.delete()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE customers_activity SET summary = 'x'", "DELETE FROM customers_activity"],
)
def test_database_refuses_raw_sql(line: Activity, statement: str) -> None:
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        connection.cursor().execute(statement)

    assert Activity.objects.get(pk=line.pk).summary == "Price locked at $268,000"


def test_line_outlives_its_customer(line: Activity) -> None:
    customer_id = line.customer_id

    Customer.objects.get(pk=customer_id).delete()

    assert Activity.objects.get(pk=line.pk).customer_id == customer_id


def test_line_is_seen_by_those_who_see_the_customer(line: Activity, csm: User, stranger: User) -> None:
    seen = [Activity.objects.visible_to(person).count() for person in (csm, stranger)]

    assert seen == [1, 0]
