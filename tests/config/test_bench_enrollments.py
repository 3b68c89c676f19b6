"""The benchmark of enrollments on a small number: all done, none twice, no call beyond the limit."""

from __future__ import annotations

import pytest

from config.benchmarks.enrollments import measure_here

pytestmark = pytest.mark.django_db
COUNT = 30


def test_enrollments_within_a_limited_rate_are_all_made_once_and_synced() -> None:
    made, synced = measure_here(COUNT)

    assert (made["enrolled"], made["states_there"], made["people_enrolled_twice"]) == (COUNT, COUNT, 0)
    assert (made["calls_beyond_the_limit"], made["hours_played"] > 1) == (0, True)
    assert made["most_calls_in_an_hour"] <= made["calls_an_hour"]
    assert (synced["states"], synced["changed"], synced["opened"], synced["problem"]) == (COUNT, COUNT, COUNT, "")
