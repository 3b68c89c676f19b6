"""The benchmark of the importer on a small book: every row is taken, and what comes again changes what it should."""

from __future__ import annotations

import pytest
from django.db import connection

from config.benchmarks.importing import CHANGED_EVERY, PEOPLE, measure_books
from customers.models import Contract, Customer, ImportChange, Stakeholder, User

pytestmark = pytest.mark.django_db
ACCOUNTS = 40


def test_book_is_taken_whole_by_each_way(ops: User) -> None:
    new, again, changed = measure_books(ACCOUNTS, by=ops, turns=1)

    ways = 3 if connection.vendor == "postgresql" else 2
    assert Customer.objects.count() == Contract.objects.count() == ways * ACCOUNTS
    assert Stakeholder.objects.count() == ways * ACCOUNTS * PEOPLE
    assert ImportChange.objects.exclude(before=None).count() == ACCOUNTS // CHANGED_EVERY
    assert {(line["accounts"], line["people"]) for line in (new, again, changed)} == {(ACCOUNTS, ACCOUNTS * PEOPLE)}
    assert new["statements"] > again["statements"] > 0
    assert new["times_the_loop"] > 0
    assert ("of_copy" in new) == (connection.vendor == "postgresql")
