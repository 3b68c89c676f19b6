"""Old and new dates as a page shows them before they are confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from journeys.rules.changes import Change, Plan
from journeys.rules.journeys import MonthFacts
from journeys.rules.naming import name_automation

MOST_SHOWN = 40


@dataclass(frozen=True)
class MonthChange:
    """One month before and after. old: None where the journey is new; new: None where it is skipped now."""

    number: int
    title: str
    old: date | None
    new: date | None

    @property
    def is_other(self) -> bool:
        return self.old != self.new


@dataclass(frozen=True)
class RowChange:
    name: str
    old: datetime | None
    new: datetime | None
    reason: str


class PlanView:
    """A plan beside what was before it."""

    def __init__(self, plan: Plan, before: Sequence[MonthFacts]) -> None:
        self.plan = plan
        old = {month.number: None if month.is_skipped else month.due_date for month in before}
        self.months = [
            MonthChange(month.number, month.title, old.get(month.number), None if month.is_skipped else month.due_date)
            for month in plan.months
        ]
        self.rows = [_row(change) for change in plan.changes[:MOST_SHOWN]]

    @property
    def count(self) -> int:
        return len(self.plan.changes)

    @property
    def unnamed(self) -> int:
        return self.count - len(self.rows)

    @property
    def moves_months(self) -> bool:
        return any(month.is_other for month in self.months)


def _row(change: Change) -> RowChange:
    return RowChange(
        name_automation(change.automation.kind, change.automation.occurrence), change.old, change.new, change.reason
    )
