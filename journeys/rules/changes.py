"""What a change of a journey does to its dates: old and new, with the reason. Pure: what a preview shows is done.

Source: DESIGN, section 5, Journey; the journey spec, "Manual Override Options" and "Hold/Pause Feature".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from uuid import UUID

from journeys.enums import AutomationStatus, JourneyKind
from journeys.rules.journeys import JourneyFacts, MonthFacts
from journeys.rules.moments import moment_of
from journeys.rules.row_moves import (
    HOLD_KINDS,
    RowFacts,
    held_days,
    is_free,
    is_triggered,
    list_pushed_months,
    local_day,
    move_after_hold,
    move_by_start,
    move_on_plan,
    place_row,
    release_row,
    why_moved_past,
    why_pushed,
)
from journeys.rules.timeline import MONTH_KINDS, TYPES, Timeline, payload_of

__all__ = [
    "FORCED",
    "HOLD_KINDS",
    "Change",
    "Plan",
    "RowFacts",
    "held_days",
    "is_free",
    "is_triggered",
    "list_pushed_months",
    "local_day",
    "move_after_hold",
    "move_by_start",
    "move_on_plan",
    "place_row",
    "plan_adjust",
    "plan_cancel",
    "plan_drop",
    "plan_force",
    "plan_pause",
    "plan_shift",
    "plan_skip",
    "plan_start",
    "plan_trigger",
    "release_row",
    "why_moved_past",
    "why_pushed",
]

FORCED = "Written now, whatever it waited for."


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


def plan_drop(journey: JourneyFacts, rows: Sequence[RowFacts], *, automation: UUID, reason: str) -> Plan:
    """Keep one automation from running."""

    def drop(row: RowFacts) -> RowFacts:
        return replace(row, status=AutomationStatus.CANCELLED, reason=reason) if row.id == automation else row

    return _compare(journey.months, rows, drop, reason)


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
