"""Which months and automations a programme gives from a start date. Pure; dates are the customer's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from journeys.enums import AutomationType, JourneyKind

TYPES: Mapping[JourneyKind, AutomationType] = MappingProxyType(
    {
        JourneyKind.GENERATE: AutomationType.GENERATE_DELIVERABLE,
        JourneyKind.UPCOMING: AutomationType.SEND_REMINDER,
        JourneyKind.READY: AutomationType.SEND_NOTIFICATION,
        JourneyKind.OVERDUE: AutomationType.SEND_REMINDER,
        JourneyKind.ESCALATE: AutomationType.ESCALATE_TO_ADMIN,
        JourneyKind.CELEBRATE: AutomationType.SEND_CELEBRATION,
        JourneyKind.HALFWAY: AutomationType.SEND_CELEBRATION,
        JourneyKind.COMPLETED: AutomationType.SEND_CELEBRATION,
        JourneyKind.STATUS: AutomationType.UPDATE_STATUS,
        JourneyKind.REVISION: AutomationType.SEND_REMINDER,
        JourneyKind.PAUSED: AutomationType.SEND_NOTIFICATION,
        JourneyKind.RESUMES_SOON: AutomationType.SEND_NOTIFICATION,
        JourneyKind.WELCOME_BACK: AutomationType.SEND_NOTIFICATION,
    }
)

MONTH_KINDS = (JourneyKind.GENERATE, JourneyKind.UPCOMING, JourneyKind.OVERDUE, JourneyKind.ESCALATE)
"""What each month has from the start, in the order of the journey spec's scheduling loop."""

WITHOUT_TEMPLATE = frozenset({JourneyKind.GENERATE, JourneyKind.ESCALATE, JourneyKind.STATUS})


@dataclass(frozen=True)
class StepPlan:
    """One step of a programme version, in days. Source: `ProgrammeStep`."""

    number: int
    title: str
    offset_days: int
    reminder_days: int = 3
    overdue_days: int = 3
    escalation_days: int = 7

    def day_of(self, kind: JourneyKind, due_date: date) -> date:
        """The day of one of the month's automations, counted from the day the month is due."""
        days = {
            JourneyKind.GENERATE: 0,
            JourneyKind.UPCOMING: -self.reminder_days,
            JourneyKind.OVERDUE: self.overdue_days,
            JourneyKind.ESCALATE: self.escalation_days,
        }
        return due_date + timedelta(days=days[kind])


@dataclass(frozen=True)
class PlannedRow:
    """One automation of a month. skip_reason: why it is not to run, in words; "" where it is.

    is_included_past: its day is past, and a person wants it all the same: it is due at once.
    """

    kind: JourneyKind
    month: int
    local_date: date
    skip_reason: str = ""
    is_included_past: bool = False

    @property
    def occurrence(self) -> str:
        return occurrence_of(self.month)


@dataclass(frozen=True)
class PlannedMonth:
    number: int
    title: str
    due_date: date
    skip_reason: str = ""


@dataclass(frozen=True)
class Timeline:
    months: tuple[PlannedMonth, ...]
    rows: tuple[PlannedRow, ...]

    @property
    def first_kept(self) -> int | None:
        return next((month.number for month in self.months if not month.skip_reason), None)


def occurrence_of(month: int) -> str:
    return f"month-{month}"


def payload_of(kind: JourneyKind, month: int | None = None) -> dict[str, Any]:
    """Give the payload as the journey spec writes it: the month, and the template's name or the reason."""
    payload: dict[str, Any] = {} if month is None else {"month": month}
    if kind == JourneyKind.ESCALATE:
        return payload | {"reason": "OVERDUE"}
    return payload if kind in WITHOUT_TEMPLATE else payload | {"template": kind.name}


@lru_cache(maxsize=256)  # the same for everybody of one zone
def build_timeline(
    steps: tuple[StepPlan, ...], *, start_date: date, today: date, include_past: bool = False
) -> Timeline:
    """Lay a programme out from its start date.

    today: the customer's. A month whose day is past is skipped with all its automations, and so is a reminder whose
    day alone is past, unless include_past. Source: DESIGN, section 5, Journey.
    """
    months: list[PlannedMonth] = []
    rows: list[PlannedRow] = []
    for step in steps:
        due_date = start_date + timedelta(days=step.offset_days)
        month_reason = "" if include_past else why_past(due_date, today)
        months.append(PlannedMonth(step.number, step.title, due_date, month_reason))
        for kind in MONTH_KINDS:
            day = step.day_of(kind, due_date)
            reason = month_reason or ("" if include_past else why_past(day, today))
            rows.append(PlannedRow(kind, step.number, day, reason, is_included_past=day < today and not reason))
    return Timeline(tuple(months), tuple(rows))


def why_past(day: date, today: date) -> str:
    """Say why a day is no day to plan for; empty for today and later."""
    return f"Its new date, {day:%d %b %Y}, is in the past." if day < today else ""
