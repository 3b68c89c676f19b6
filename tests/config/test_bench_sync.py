"""The benchmark of the nightly pull on a small book: what is new is kept, and of what comes again what has moved."""

from __future__ import annotations

import pytest

from config.benchmarks.sync import CHANGED_EVERY, METRIC, NOON, measure_pulls
from customers.models import UsagePull, UsageSample

pytestmark = pytest.mark.django_db
ACCOUNTS = 40


def test_readings_are_kept_and_those_that_moved_are_changed() -> None:
    new, some = measure_pulls(ACCOUNTS, turns=1)

    assert UsageSample.objects.filter(metric=METRIC, at=NOON).count() == ACCOUNTS
    readings = list(UsagePull.objects.order_by("created_at").values_list("readings", flat=True))
    assert readings == [ACCOUNTS, ACCOUNTS // CHANGED_EVERY]
    assert (new["changed"], some["changed"]) == (ACCOUNTS, ACCOUNTS // CHANGED_EVERY)
    assert new["statements"] >= some["statements"] > 0
    assert some["times_the_loop"] > 0
