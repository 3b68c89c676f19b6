"""Move the dates of many journeys by a number of the customers' days, in few statements.

Nearly all rows run at their own day and hour: one UPDATE moves them, with the spans of those days on which the clocks
change. What waits, is tried again or would fall into the past is worked out by the rule, row by row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    DateField,
    DateTimeField,
    DurationField,
    Exists,
    F,
    Func,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.expressions import Combinable

from customers.queries.many import many
from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule, Deliverable, Journey, JourneyMonth
from journeys.queries.rows import as_facts, rows_moved_by_hold
from journeys.rules.leaps import Leap, find_leaps
from journeys.rules.row_moves import RowFacts, move_after_hold

NEAR = timedelta(days=2)
"""What waits is looked at every morning: whatever is due later than this stands on its own day and hour."""

Mover = Callable[[UUID, RowFacts], RowFacts | None]
"""Takes the journey and the row; None for one of which it is known that it moves like nearly all."""


class LaterDate(Func):
    """A date so many days later, as a date on every database."""

    output_field = DateField()

    def __init__(self, name: str, days: int) -> None:
        super().__init__(F(name), days=int(days))

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="(%(expressions)s + %(days)s)", **extra)

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="date(%(expressions)s, '%(days)s days')", **extra)


def shift_after_hold(journeys: Sequence[Journey], *, days: int, now: datetime) -> list[tuple[UUID, RowFacts]]:
    """This will give open rows and months back the days that a hold took.

    Gives the rows, as they were, that the rule moved by itself, with their journeys.
    """
    zones = {journey.pk: journey.zone for journey in journeys}

    def move(journey_id: UUID, row: RowFacts) -> RowFacts | None:
        # What runs at its own day and hour does so after a hold: only what waits is worked out.
        return None if row.is_on_plan else move_after_hold(row, days=days, zone=zones[journey_id], now=now)

    touched = shift_rows(rows_moved_by_hold(list(zones)), move, days=days, near=now + NEAR, now=now)
    shift_months(list(zones), days=days, now=now)
    return touched


def shift_rows(
    rows: QuerySet[AutomationSchedule], move: Mover, *, days: int, near: datetime, now: datetime
) -> list[tuple[UUID, RowFacts]]:
    """This will move the rows by `days`, those up to `near` as `move` says. Gives back what it moved one by one."""
    looked_at = as_facts(rows.filter(Q(trigger_at__lte=near) | Q(local_date=None)))
    own = [
        (journey_id, row, moved)
        for journey_id, row in looked_at
        if (moved := move(journey_id, row)) is not None and not _is_plain(row, moved, days)
    ]
    if days:
        plain = rows.filter(local_date__isnull=False).exclude(pk__in=many(row.id for _, row, _ in own if row.id))
        spans = _list_spans(plain, days)
        plain.update(trigger_at=_later_moment(spans, days), local_date=LaterDate("local_date", days), updated_at=now)
    write_rows([moved for _, row, moved in own if moved != row], now=now)
    return [(journey_id, row) for journey_id, row, moved in own if moved != row]


def shift_months(journey_ids: Sequence[UUID], *, days: int, now: datetime) -> None:
    """This will move the due dates of the months that are neither delivered nor skipped."""
    if not days:
        return
    delivered = Deliverable.objects.filter(month=OuterRef("pk"), delivered_at__isnull=False)
    months = JourneyMonth.objects.filter(~Exists(delivered), journey__in=many(journey_ids), skipped_at=None)
    months.update(due_date=LaterDate("due_date", days), updated_at=now)


def write_rows(rows: Iterable[RowFacts], *, now: datetime) -> None:
    """This will store the rows as they are given, those alike in one statement, while they are still scheduled."""
    alike: dict[tuple[Any, ...], list[UUID]] = defaultdict(list)
    for row in rows:
        if row.id is None:
            raise ValueError("only rows that are written can be changed")
        moment = (row.trigger_at, row.local_date, row.local_time, row.zone)
        alike[(row.status, row.reason, *moment)].append(row.id)
    for (status, reason, trigger_at, local_date, local_time, zone), ids in alike.items():
        AutomationSchedule.objects.filter(pk__in=many(ids), status=AutomationStatus.SCHEDULED).update(
            status=status,
            reason=reason[:500],
            trigger_at=trigger_at,
            local_date=local_date,
            local_time=local_time,
            zone=zone,
            updated_at=now,
        )


def _is_plain(row: RowFacts, moved: RowFacts, days: int) -> bool:
    """Whether the one UPDATE does to the row what the rule says."""
    if not row.is_on_plan or row.local_date is None or not moved.is_open:
        return False
    return moved.is_on_plan and moved.local_date == row.local_date + timedelta(days=days)


Span = tuple[time, Leap, list[str]]
"""The hour and the zones that have this leap."""


def _list_spans(rows: QuerySet[AutomationSchedule], days: int) -> list[Span]:
    kinds = rows.order_by().values_list("zone", "local_time").annotate(first=Min("local_date"), last=Max("local_date"))
    alike: dict[tuple[time, Leap], list[str]] = defaultdict(list)
    for zone, hour, first, last in kinds:
        for leap in find_leaps(zone=zone, hour=hour, days=days, first=_start(first), last=_end(last)):
            alike[hour, leap].append(zone)
    return [(hour, leap, sorted(zones)) for (hour, leap), zones in alike.items()]


def _start(day: date) -> date:
    """The same bounds for zones alike, so that they share their leaps."""
    return day.replace(month=1, day=1)


def _end(day: date) -> date:
    return day.replace(month=12, day=31)


def _later_moment(spans: Sequence[Span], days: int) -> Combinable:
    plain = _after(timedelta(days=days))
    leaps = [
        When(
            zone__in=zones,
            local_time=hour,
            local_date__gte=leap.first,
            local_date__lte=leap.last,
            then=_after(leap.span),
        )
        for hour, leap, zones in spans
    ]
    return Case(*leaps, default=plain, output_field=DateTimeField()) if leaps else plain


def _after(span: timedelta) -> Combinable:
    return F("trigger_at") + Value(span, output_field=DurationField())
