"""What becomes of a journey that moves to another version of its programme. Pure; a preview shows what is done.

What is delivered stays as it was; what is open gets the new texts and dates. A month that the new version lacks is
skipped, unless something of it is written; one that it has more is added. Source: DESIGN, section 5, Journey.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from journeys.enums import AutomationStatus, JourneyKind
from journeys.rules.changes import Change, Plan
from journeys.rules.journeys import JourneyFacts, MonthFacts
from journeys.rules.moments import moment_of
from journeys.rules.row_moves import RowFacts, is_free, local_day, move_by_start, release_row, why_pushed
from journeys.rules.timeline import (
    MONTH_KINDS,
    TYPES,
    PlannedMonth,
    PlannedRow,
    StepPlan,
    Timeline,
    payload_of,
    why_past,
)

Steps = Mapping[int, StepPlan]
GONE = "The programme has it no more."
ANY_DAY = date(2000, 1, 1)


@dataclass(frozen=True)
class VersionMove:
    """From one version's steps and hour to another's."""

    old: Steps
    new: Steps
    hour: time

    def days(self, number: int, kind: JourneyKind = JourneyKind.GENERATE) -> int:
        """How many days later one of the month's automations is."""
        old, new = self.old[number], self.new[number]
        later = ANY_DAY + timedelta(days=new.offset_days - old.offset_days)
        return (new.day_of(kind, later) - old.day_of(kind, ANY_DAY)).days


@dataclass(frozen=True)
class MonthsMove:
    """What becomes of each open month. follows: has the new text and date; skipped: number → why; added: new ones."""

    follows: frozenset[int]
    skipped: Mapping[int, str]
    added: tuple[PlannedMonth, ...]

    def leaves_nothing(self, journey: JourneyFacts) -> bool:
        left = [month for month in journey.months if not month.is_settled and month.number not in self.skipped]
        return not left and all(month.skip_reason for month in self.added)


def move_months(journey: JourneyFacts, move: VersionMove, *, start_date: date, today: date) -> MonthsMove:
    """Sort the months that are still open, and lay out those that the new version has more."""
    follows, skipped = set(), {}
    for month in journey.months:
        if month.is_settled or month.number not in move.old:
            continue
        reason = _why_not(month, move, today)
        if reason:
            skipped[month.number] = reason
        elif month.number in move.new:
            follows.add(month.number)
    return MonthsMove(frozenset(follows), skipped, tuple(_list_added(journey, move, start_date, today)))


def _why_not(month: MonthFacts, move: VersionMove, today: date) -> str:
    if month.deliverable is not None:
        return ""
    if month.number not in move.new:
        return GONE
    return why_pushed(month.due_date, move.days(month.number), today)


def _list_added(journey: JourneyFacts, move: VersionMove, start_date: date, today: date) -> Sequence[PlannedMonth]:
    """The dates go on from where pauses have moved the others to."""
    known = {month.number for month in journey.months}
    last = max((month for month in journey.months if month.number in move.old), key=_number, default=None)
    begins = start_date if last is None else last.due_date - timedelta(days=move.old[last.number].offset_days)
    added = []
    for number, step in sorted(move.new.items()):
        if number not in known:
            due_date = begins + timedelta(days=step.offset_days)
            added.append(PlannedMonth(number, step.title, due_date, why_past(due_date, today)))
    return added


def _number(month: MonthFacts) -> int:
    return month.number


def lay_out_added(added: Sequence[PlannedMonth], steps: Steps, *, today: date) -> Timeline:
    """Give the added months with their automations."""
    rows = []
    for month in added:
        for kind in MONTH_KINDS:
            day = steps[month.number].day_of(kind, month.due_date)
            rows.append(PlannedRow(kind, month.number, day, month.skip_reason or why_past(day, today)))
    return Timeline(tuple(added), tuple(rows))


def move_row(row: RowFacts, move: VersionMove, *, own_now: datetime, today: date) -> RowFacts:
    """Move one automation of a month that follows: to the new version's hour, and by the days between."""
    if row.month is None:
        return row
    at_hour = set_hour(row, move.hour)
    days = move.days(row.month, JourneyKind(row.kind))
    if not days:
        return at_hour
    return move_by_start(at_hour, days=days, own_now=own_now, today=today, include_past=False)


def set_hour(row: RowFacts, hour: time) -> RowFacts:
    """Give a row another hour of its day; what waits goes on waiting."""
    if row.local_date is None or row.local_time in (None, hour):
        return row
    moment = moment_of(row.local_date, hour, row.zone) if row.is_on_plan else row.trigger_at
    return replace(row, local_time=hour, trigger_at=moment)


def plan_move(
    journey: JourneyFacts, rows: Sequence[RowFacts], move: VersionMove, *, start_date: date, now: datetime, name: str
) -> Plan:
    """Show the journey on the other version. name: what the version is called, for the reasons."""
    own_now = journey.own_now(now)
    today = local_day(own_now, journey.zone)
    moved = move_months(journey, move, start_date=start_date, today=today)
    delivered = {month.number for month in journey.months if month.is_delivered}
    months = _months_after(journey, move, moved)
    kept = replace(journey, months=months)
    after, changes = [], []
    for row in rows:
        new = row
        if row.is_open and row.kind in MONTH_KINDS and row.month is not None and row.month not in delivered:
            if row.month in moved.skipped:
                new = replace(row, status=AutomationStatus.SKIPPED, reason=moved.skipped[row.month])
            elif row.month in moved.follows:
                new = move_row(row, move, own_now=own_now, today=today)
            if new.is_open and row.kind == JourneyKind.GENERATE and is_free(kept, row.month):
                new = release_row(new, not_before=own_now)
        after.append(new)
        if new != row:
            reason = name if new.is_open else new.reason
            changes.append(Change(row, row.trigger_at, new.trigger_at if new.is_open else None, reason))
    made = [_new_row(one, move.hour, journey.zone) for one in lay_out_added(moved.added, move.new, today=today).rows]
    changes += [Change(row, None, row.trigger_at, name) for row in made if row.is_open]
    return Plan(months, (*after, *made), tuple(changes))


def _months_after(journey: JourneyFacts, move: VersionMove, moved: MonthsMove) -> tuple[MonthFacts, ...]:
    months = []
    for month in journey.months:
        if month.number in moved.skipped:
            month = replace(month, is_skipped=True)
        elif month.number in moved.follows:
            step = move.new[month.number]
            month = replace(
                month,
                title=step.title,
                due_date=month.due_date + timedelta(days=move.days(month.number)),
                reminder_days=step.reminder_days,
                overdue_days=step.overdue_days,
                escalation_days=step.escalation_days,
            )
        months.append(month)
    added = (MonthFacts(one.number, one.title, one.due_date, is_skipped=bool(one.skip_reason)) for one in moved.added)
    return tuple(sorted([*months, *added], key=_number))


def _new_row(row: PlannedRow, hour: time, zone: str) -> RowFacts:
    return RowFacts(
        id=None,
        type=TYPES[row.kind],
        kind=row.kind,
        occurrence=row.occurrence,
        status=AutomationStatus.SKIPPED if row.skip_reason else AutomationStatus.SCHEDULED,
        trigger_at=moment_of(row.local_date, hour, zone),
        local_date=row.local_date,
        local_time=hour,
        zone=zone,
        payload=payload_of(row.kind, row.month),
        reason=row.skip_reason,
    )
