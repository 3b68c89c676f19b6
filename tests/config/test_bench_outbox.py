"""The benchmark of letters on a small number: all leave, none twice, and no connection holds anything meanwhile."""

from __future__ import annotations

from datetime import time

import pytest

from config.benchmarks.outbox import make_pattern, measure_case
from customers.models import WorkspaceSettings

pytestmark = pytest.mark.django_db(transaction=True)
LETTERS = 12


def test_letters_leave_once_by_several_threads_and_hold_nothing_during_a_call() -> None:
    pattern = make_pattern()

    line = measure_case(pattern, threads=3, latency_s=0.02, letters=LETTERS, runs=1)

    assert WorkspaceSettings.objects.get().window_start == time(0, 0)
    assert (line["not_sent"], line["sent_twice"], line["calls_watched"]) == (0, 0, LETTERS)
    assert (line["statements_during_calls"], line["transactions_during_calls"]) == (0, 0)
    assert line["latency_allows_per_s"] == 150
    assert 0 < line["sends_per_s"] < 150
    assert 6 < line["statements_per_send"] < 12
