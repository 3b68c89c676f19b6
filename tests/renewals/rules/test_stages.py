"""The ten stages and both sides of each edge."""

from __future__ import annotations

from datetime import date

import pytest

from renewals.enums import Stage
from renewals.rules.stages import STAGE_SPANS, days_to_renewal, span_of, stage_for


@pytest.mark.parametrize(
    ("days", "stage"),
    [
        (1000, Stage.MONITOR),
        (180, Stage.MONITOR),
        (179, Stage.DISCOVERY),
        (150, Stage.DISCOVERY),
        (149, Stage.PREPARE),
        (120, Stage.PREPARE),
        (119, Stage.ENGAGE),
        (90, Stage.ENGAGE),
        (89, Stage.NEGOTIATE),
        (60, Stage.NEGOTIATE),
        (59, Stage.FINALIZE),
        (30, Stage.FINALIZE),
        (29, Stage.SIGNATURE),
        (15, Stage.SIGNATURE),
        (14, Stage.CRITICAL),
        (7, Stage.CRITICAL),
        (6, Stage.EMERGENCY),
        (0, Stage.EMERGENCY),
        (-1, Stage.OVERDUE),
        (-400, Stage.OVERDUE),
    ],
)
def test_stage_for_edges_are_inclusive(days: int, stage: Stage) -> None:
    assert stage_for(days) == stage


def test_every_day_has_exactly_one_stage() -> None:
    for days in range(-200, 400):
        assert sum(span.holds(days) for span in STAGE_SPANS) == 1


def test_spans_are_named_once_in_order() -> None:
    assert [span.stage for span in STAGE_SPANS] == list(Stage)


@pytest.mark.parametrize(
    ("stage", "label"),
    [
        (Stage.MONITOR, "180+ days"),
        (Stage.ENGAGE, "90-119 days"),
        (Stage.EMERGENCY, "0-6 days"),
        (Stage.OVERDUE, "past the renewal date"),
    ],
)
def test_days_label_reads_as_people_write_it(stage: Stage, label: str) -> None:
    assert span_of(stage).days_label == label


@pytest.mark.parametrize(("today", "days"), [(date(2026, 3, 4), 120), (date(2026, 7, 2), 0), (date(2026, 7, 3), -1)])
def test_days_to_renewal_counts_down(today: date, days: int) -> None:
    assert days_to_renewal(date(2026, 7, 2), today=today) == days
