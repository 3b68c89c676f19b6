"""Which of the ten stages a renewal is in. Source: Engage, list of workflows; edges in DESIGN section 5."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from renewals.enums import Stage


@dataclass(frozen=True)
class StageSpan:
    """A stage and the days to renewal it covers, both edges included. None: open-ended."""

    stage: Stage
    most_days: int | None
    least_days: int | None

    @property
    def title(self) -> str:
        return self.stage.label

    @property
    def days_label(self) -> str:
        """Say the span as people write it: "180+ days", "90-119 days", "overdue"."""
        if self.most_days is None:
            return f"{self.least_days}+ days"
        if self.least_days is None:
            return "past the renewal date"
        return f"{self.least_days}-{self.most_days} days"

    def holds(self, days: int) -> bool:
        above = self.least_days is None or days >= self.least_days
        below = self.most_days is None or days <= self.most_days
        return above and below


STAGE_SPANS: tuple[StageSpan, ...] = (
    StageSpan(Stage.MONITOR, None, 180),
    StageSpan(Stage.DISCOVERY, 179, 150),
    StageSpan(Stage.PREPARE, 149, 120),
    StageSpan(Stage.ENGAGE, 119, 90),
    StageSpan(Stage.NEGOTIATE, 89, 60),
    StageSpan(Stage.FINALIZE, 59, 30),
    StageSpan(Stage.SIGNATURE, 29, 15),
    StageSpan(Stage.CRITICAL, 14, 7),
    StageSpan(Stage.EMERGENCY, 6, 0),
    StageSpan(Stage.OVERDUE, -1, None),
)
"""From the farthest to the most urgent."""


def stage_for(days: int) -> Stage:
    """Name the stage of a renewal that is `days` whole days away; negative when the date has passed."""
    return next(span.stage for span in STAGE_SPANS if span.holds(days))


def span_of(stage: Stage) -> StageSpan:
    return next(span for span in STAGE_SPANS if span.stage == stage)


def days_to_renewal(renewal_date: date, *, today: date) -> int:
    """Count whole days from `today`, the customer's local date, to the renewal; it counts down to 0."""
    return (renewal_date - today).days
