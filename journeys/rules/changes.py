"""What a change of a journey does to its dates: old and new, with the reason. Pure: what a preview shows is done.

Source: DESIGN, section 5, Journey; the journey spec, "Manual Override Options" and "Hold/Pause Feature".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from journeys.enums import AutomationStatus, JourneyKind
from journeys.rules.journeys import JourneyFacts, MonthFacts
from journeys.rules.leaps import shift_moment
from journeys.rules.moments import moment_of
from journeys.rules.timeline import MONTH_KINDS, TYPES, Timeline, payload_of, why_past

FORCED = "Written now, whatever it waited for."

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


@dataclass(frozen=True)
class Change:
    """One automation that moves, begins or ends. old, new: when it runs; None: it does not."""

    automation: RowFacts
    old: datetime | None
    new: datetime | None
    reason: str = ""


@dataclass(frozen=True)
class Plan:
    """The journey as it would be: its months, all its automations, and what of them is another than before."""

    months: tuple[MonthFacts, ...]
    automations: tuple[RowFacts, ...]
    changes: tuple[Change, ...] = ()


def plan_start(timeline: Timeline, *, zone: str, hour: time, now: datetime) -> Plan:
    """Show a journey that does not exist yet."""
    months = tuple(
        MonthFacts(month.number, month.title, month.due_date, is_skipped=bool(month.skip_reason))
        for month in timeline.months
    )
    rows = []
    for row in timeline.rows:
        moment = moment_of(row.local_date, hour, zone)
        rows.append(
            RowFacts(
                id=None,
                type=TYPES[row.kind],
                kind=row.kind,
                occurrence=row.occurrence,
                status=AutomationStatus.SKIPPED if row.skip_reason else AutomationStatus.SCHEDULED,
                trigger_at=max(moment, now) if row.is_included_past else moment,
                local_date=row.local_date,
                local_time=hour,
                zone=zone,
                payload=payload_of(row.kind, row.month),
                reason=row.skip_reason,
            )
        )
    changes = tuple(Change(row, None, row.trigger_at if row.is_open else None, row.reason) for row in rows)
    return Plan(months, tuple(rows), changes)


def plan_adjust(
    journey: JourneyFacts, rows: Sequence[RowFacts], *, days: int, now: datetime, include_past: bool = False
) -> Plan:
    """Move every open month by so many days; what counts from a delivery stays where it is.

    A month that this puts into the past is skipped unless include_past, as long as nothing of it is written; so is a
    reminder that it puts there alone. What was late before stays open.
    """
    own_now = journey.own_now(now)
    today = local_day(own_now, journey.zone)
    pushed = {} if include_past else list_pushed_months(journey, days=days, today=today)
    open_months = {month.number for month in journey.months if not month.is_settled}

    def adjust(row: RowFacts) -> RowFacts:
        if row.kind not in MONTH_KINDS or row.month not in open_months:
            return row
        if row.month in pushed:
            return replace(row, status=AutomationStatus.SKIPPED, reason=pushed[row.month])
        return move_by_start(row, days=days, own_now=own_now, today=today, include_past=include_past)

    months = tuple(
        replace(month, is_skipped=True) if month.number in pushed else _later(month, days) for month in journey.months
    )
    return _compare(months, rows, adjust, in_words_days(days))


def plan_shift(journey: JourneyFacts, rows: Sequence[RowFacts], *, days: int, now: datetime) -> Plan:
    """Move everything that is still to come, as when a hold of so many days ends."""

    def shift(row: RowFacts) -> RowFacts:
        return row if row.kind in HOLD_KINDS else move_after_hold(row, days=days, zone=journey.zone, now=now)

    return _compare(tuple(_later(month, days) for month in journey.months), rows, shift, in_words_days(days))


def plan_pause(journey: JourneyFacts, rows: Sequence[RowFacts], *, until: datetime | None, now: datetime) -> Plan:
    """Show the dates as they will be when the hold ends at `until`; without an end, what waits for somebody."""
    if until is not None:
        return plan_shift(journey, rows, days=held_days(journey.own_now(now), until, journey.zone), now=until)
    open_rows = [row for row in rows if row.is_open and row.kind not in HOLD_KINDS]
    waits = "It waits until somebody resumes."
    return Plan(journey.months, tuple(rows), tuple(Change(row, row.trigger_at, None, waits) for row in open_rows))


def plan_skip(journey: JourneyFacts, rows: Sequence[RowFacts], *, number: int, reason: str, now: datetime) -> Plan:
    """End what is planned for one month; the next one is written on its day, or at once where that has come."""
    months = tuple(replace(month, is_skipped=True) if month.number == number else month for month in journey.months)
    after = replace(journey, months=months)

    def skip(row: RowFacts) -> RowFacts:
        if row.month == number:
            return replace(row, status=AutomationStatus.SKIPPED, reason=reason)
        if row.kind == JourneyKind.GENERATE and row.month is not None and is_free(after, row.month):
            return release_row(row, not_before=journey.own_now(now))
        return row

    return _compare(months, rows, skip, f"M{number} is skipped.")


def plan_cancel(journey: JourneyFacts, rows: Sequence[RowFacts], *, reason: str) -> Plan:
    def cancel(row: RowFacts) -> RowFacts:
        return replace(row, status=AutomationStatus.CANCELLED, reason=reason)

    return _compare(journey.months, rows, cancel, reason)


def plan_trigger(journey: JourneyFacts, rows: Sequence[RowFacts], *, automation: UUID, now: datetime) -> Plan:
    """Have one automation run now."""

    def trigger(row: RowFacts) -> RowFacts:
        return replace(row, trigger_at=journey.own_now(now), reason="") if row.id == automation else row

    return _compare(journey.months, rows, trigger, "It runs now.")


def plan_force(journey: JourneyFacts, rows: Sequence[RowFacts], *, number: int, now: datetime) -> Plan:
    """Write a month now, whatever the one before it waits for."""

    changed = [
        replace(
            row,
            status=AutomationStatus.SCHEDULED,
            trigger_at=journey.own_now(now),
            payload={**row.payload, "force": True},
            reason=FORCED,
        )
        if row.kind == JourneyKind.GENERATE and row.month == number
        else row
        for row in rows
    ]
    changes = [
        Change(old, old.trigger_at if old.is_open else None, new.trigger_at, FORCED)
        for old, new in zip(rows, changed, strict=True)
        if old != new
    ]
    return Plan(journey.months, tuple(changed), tuple(changes))


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
    """Give a row the same hour some days later. What waits goes on waiting where that moment has come already."""
    if row.local_date is None or row.local_time is None:
        return row
    day = row.local_date + timedelta(days=days)
    planned = moment_of(day, row.local_time, row.zone)
    if planned < not_before:
        planned = not_before if row.is_on_plan else max(row.trigger_at, not_before)
    return replace(row, local_date=day, trigger_at=planned)


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
    return "" if day is None or day < today else why_past(day + timedelta(days=days), today)


def in_words_days(days: int) -> str:
    count = abs(days)
    return f"Moved {count} day{'' if count == 1 else 's'} {'later' if days >= 0 else 'earlier'}."


def _later(month: MonthFacts, days: int) -> MonthFacts:
    return month if month.is_settled else replace(month, due_date=month.due_date + timedelta(days=days))


def _compare(
    months: tuple[MonthFacts, ...], rows: Iterable[RowFacts], change: Callable[[RowFacts], RowFacts], reason: str
) -> Plan:
    """Change each row that is still to come, and list what is another than before."""
    after: list[RowFacts] = []
    changes: list[Change] = []
    for row in rows:
        changed = change(row) if row.is_open else row
        after.append(changed)
        if changed != row:
            new = changed.trigger_at if changed.is_open else None
            changes.append(Change(row, row.trigger_at, new, changed.reason if new is None else reason))
    return Plan(months, tuple(after), tuple(changes))
