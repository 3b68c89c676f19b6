"""One automation of a journey and how a change moves it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from journeys.enums import AutomationStatus, JourneyKind
from journeys.rules.journeys import JourneyFacts
from journeys.rules.leaps import shift_moment
from journeys.rules.moments import moment_of
from journeys.rules.timeline import why_past

HOLD_KINDS = frozenset({JourneyKind.PAUSED, JourneyKind.RESUMES_SOON, JourneyKind.WELCOME_BACK})
"""About a hold itself; it moves none of them."""


@dataclass(frozen=True)
class RowFacts:
    """One automation of a journey. id: None while it is not written yet."""

    id: UUID | None
    type: str
    kind: str
    occurrence: str
    status: str
    trigger_at: datetime
    local_date: date | None = None
    local_time: time | None = None
    zone: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    reason: str = ""

    @property
    def month(self) -> int | None:
        return self.payload.get("month")

    @property
    def is_open(self) -> bool:
        return self.status == AutomationStatus.SCHEDULED

    @property
    def planned_at(self) -> datetime | None:
        """The moment that its own day and hour give; None where it has none."""
        if self.local_date is None or self.local_time is None:
            return None
        return moment_of(self.local_date, self.local_time, self.zone)

    @property
    def is_on_plan(self) -> bool:
        """Whether it runs at its own day and hour; not while it waits, is tried again or was triggered."""
        return self.trigger_at == self.planned_at


def move_by_start(row: RowFacts, *, days: int, own_now: datetime, today: date, include_past: bool) -> RowFacts:
    """Move a row of an open month with the start date. today: the customer's. What a person triggered stays due."""
    if is_triggered(row, own_now):
        return row
    if row.kind == JourneyKind.UPCOMING and not include_past:
        reason = why_pushed(row.local_date, days, today)
        if reason:
            return replace(row, status=AutomationStatus.SKIPPED, reason=reason)
    return move_on_plan(row, days=days, not_before=own_now)


def is_free(journey: JourneyFacts, number: int) -> bool:
    """Say whether nothing keeps a month from being written on its day."""
    previous = journey.before(number)
    return journey.is_plan_approved if previous is None else previous.is_delivered


def is_triggered(row: RowFacts, now: datetime) -> bool:
    """Say whether it is due ahead of its day because a person wanted it."""
    planned = row.planned_at
    return planned is not None and row.trigger_at <= now < planned


def release_row(row: RowFacts, *, not_before: datetime) -> RowFacts:
    """Give a row that waits its own moment again, or now where that has come; never a later one than it has."""
    planned = row.planned_at
    if planned is None:
        return row
    return replace(row, trigger_at=min(row.trigger_at, max(planned, not_before)))


def move_on_plan(row: RowFacts, *, days: int, not_before: datetime) -> RowFacts:
    """Give a row the same hour some days later."""
    if row.local_date is None or row.local_time is None:
        return row
    day = row.local_date + timedelta(days=days)
    return place_row(row, day=day, hour=row.local_time, not_before=not_before)


def place_row(row: RowFacts, *, day: date, hour: time, not_before: datetime) -> RowFacts:
    """Give a row a day and an hour. What waits goes on waiting where that moment has come already."""
    planned = moment_of(day, hour, row.zone)
    if planned < not_before:
        planned = not_before if row.is_on_plan else max(row.trigger_at, not_before)
    return replace(row, local_date=day, local_time=hour, trigger_at=planned)


def move_after_hold(row: RowFacts, *, days: int, zone: str, now: datetime) -> RowFacts:
    """Give a row the time back that it was held. What waited for no hour of its own is due when the hold ends."""
    day = None if row.local_date is None else row.local_date + timedelta(days=days)
    if row.is_on_plan and day is not None and row.local_time is not None:
        return replace(row, local_date=day, trigger_at=moment_of(day, row.local_time, row.zone))
    if row.trigger_at <= now:
        return replace(row, local_date=day, trigger_at=now)
    return replace(row, local_date=day, trigger_at=shift_moment(row.trigger_at, days=days, zone=row.zone or zone))


def held_days(since: datetime, until: datetime, zone: str) -> int:
    """Count how many of the customer's days a hold took. Source: DESIGN: "shifts by the time actually held"."""
    return max(0, (local_day(until, zone) - local_day(since, zone)).days)


def local_day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def list_pushed_months(journey: JourneyFacts, *, days: int, today: date) -> dict[int, str]:
    """Name the months that a move would put into the past, and say so; none of which anything is written."""
    found = {
        month.number: why_pushed(month.due_date, days, today)
        for month in journey.months
        if not month.is_settled and month.deliverable is None
    }
    return {number: reason for number, reason in found.items() if reason}


def why_pushed(day: date | None, days: int, today: date) -> str:
    """Say that a move takes a day from the future into the past; empty where it does not."""
    return "" if day is None else why_moved_past(day, day + timedelta(days=days), today)


def why_moved_past(old: date, new: date, today: date) -> str:
    return "" if old < today else why_past(new, today)
