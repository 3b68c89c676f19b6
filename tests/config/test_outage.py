"""Three days without a tick (promise 8): what fell due is done by its kind's rule, and nobody is flooded."""

from __future__ import annotations

import pytest

from config.drills.outage import BEGIN, CAP, OUTAGE, SPREAD_DAYS, play_outage
from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule
from journeys.services.handlers import EXPIRES_AFTER, EXPIRING
from tests.journeys.ground import default_version


@pytest.mark.django_db
def test_three_days_without_a_tick_end_by_the_rules_and_within_the_cap() -> None:
    default_version()

    seen = play_outage(clients=SPREAD_DAYS)

    assert seen["passed"], seen
    assert seen["due"] >= seen["clients"]
    assert seen["not_by_rule"] == 0
    assert 0 < seen["most_to_one_contact_in_7_days"] <= CAP
    # The drill's own count, told by the rows: too late is what expires, and nothing else does.
    dropped = AutomationSchedule.objects.filter(status=AutomationStatus.EXPIRED)
    assert {row.kind for row in dropped} <= EXPIRING
    assert dropped.exists()
    assert all(BEGIN < row.trigger_at < BEGIN + OUTAGE - EXPIRES_AFTER for row in dropped)
