"""A page of journeys that a newer version touches, with what it would mean for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from journeys.models import Journey, JourneyMonth
from journeys.queries.programmes import Behind, with_open_months
from journeys.rules.programmes import Difference, VersionText


@dataclass(frozen=True)
class MonthLine:
    """One touched month that is still to come. new: None where the version has it no more."""

    number: int
    old: date
    new: date | None

    @property
    def is_moved(self) -> bool:
        return self.new != self.old


@dataclass(frozen=True)
class RolloutLine:
    journey: Journey
    months: tuple[MonthLine, ...]


def list_lines(journeys: Iterable[Journey], behind: list[Behind], text: VersionText) -> list[RolloutLine]:
    """This will give the page's journeys with their touched months, in two queries."""
    ids = [journey.pk for journey in journeys]
    rows: Any = with_open_months(Journey.objects.filter(pk__in=ids)).order_by("customer__name", "pk")
    differences = {one.version.pk: one.difference for one in behind}
    return [RolloutLine(row, _months(row.open_months, differences[row.version_id], text)) for row in rows]


def _months(months: list[JourneyMonth], difference: Difference, text: VersionText) -> tuple[MonthLine, ...]:
    olds = {change.number: change.old for change in difference.steps}
    lines = []
    for month in months:
        old, new = olds.get(month.number), text.step(month.number)
        if old is not None:
            moved = month.due_date + timedelta(days=new.offset_days - old.offset_days) if new else None
            lines.append(MonthLine(month.number, month.due_date, moved))
    return tuple(lines)
