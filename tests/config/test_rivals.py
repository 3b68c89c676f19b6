"""The rivals of the benchmark do the same work: every row once, by workers that really run."""

from __future__ import annotations

import os
from datetime import datetime

import pytest

from config.benchmarks.clock_rows import make_accounts, make_rows, moment_before
from config.benchmarks.rivals.choice import RIVALS
from journeys.enums import AutomationStatus
from journeys.models import AutomationLog, AutomationSchedule

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(os.environ.get("HYPOTHESIS_PROFILE") != "nightly", reason="at night: its workers start slowly"),
]


@pytest.mark.parametrize("name", RIVALS)
def test_rival_carries_out_and_logs_every_row_once(name: str, now: datetime) -> None:
    make_accounts(3)
    make_rows(12, at=moment_before(now))
    ids = list(AutomationSchedule.objects.values_list("pk", flat=True))

    with RIVALS[name].start() as rival:
        assert rival is not None, "it is installed with what the tests need"
        seconds = [rival.spend("note", half, now=now) for half in (ids[:6], ids[6:])]

    assert all(0 < one < 60 for one in seconds)
    assert AutomationSchedule.objects.filter(status=AutomationStatus.COMPLETED).count() == 12
    actions = sorted(AutomationLog.objects.values_list("action", flat=True))
    assert len(actions) == 12
    assert set(actions) == {f"Noted for Bench {number}" for number in range(3)}
