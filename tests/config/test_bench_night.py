"""The benchmark of a night on a small book: each way leaves the lines as the rule says, and what changed is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError
from django.db import connection

from config.benchmarks.night import CHANGED_EVERY, measure_night, measure_nights
from customers.models import Contract, Customer, User
from renewals.models import StepLine
from renewals.services.step_lines import decide_all
from tests.renewals.test_book_steps import NOW, Account, make

pytestmark = pytest.mark.django_db
ACCOUNTS = 40


@pytest.mark.postgres
def test_each_kind_of_night_writes_the_lines_that_are_others(csm: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    made_at = NOW - timedelta(days=9)
    make([Account("UTC", made_at, n * 9, 90, True, True, None, False, None, [], [], []) for n in range(ACCOUNTS)])
    decide_all(connection, now=NOW)
    assert StepLine.objects.count() == Customer.objects.count() == ACCOUNTS
    before = dict(Contract.objects.values_list("customer", "renewal_date"))

    told, whole, next_day = measure_nights(turns=1)

    moved = {pk for pk, day in Contract.objects.values_list("customer", "renewal_date") if day != before[pk]}
    assert len(moved) == ACCOUNTS // CHANGED_EVERY
    assert {line["accounts"] for line in (told, whole, next_day)} == {ACCOUNTS}
    assert told["lines_changed"] <= len(moved) and whole["lines_changed"] <= len(moved)
    assert whole["times_loop"] > 0 and whole["statements"] > 0


def test_without_kept_lines_there_is_nothing_to_measure() -> None:
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL keeps them.")
    with pytest.raises(CommandError, match="DATABASE_URL"):
        next(measure_night())
