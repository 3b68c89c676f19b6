"""The months of journeys, in one row for each. Thousands go the same way, but for the ids: that is read once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from customers.queries.many import many
from journeys.models import JourneyMonth

# All of a journey's months as two texts: eight rows of their own would take several times as long to read. In order,
# so that those who go the same way have the same text; it is put in order again where a database does not keep it.
_LISTS = """SELECT journey_id, {join}(
    number || ' ' || step_id || ' ' || due_date || ' ' || (skipped_at IS NOT NULL){text}, ','
), {join}(id{text}, ',')
FROM (SELECT * FROM {table} WHERE journey_id {among} ORDER BY journey_id, number) AS month GROUP BY journey_id"""
_TRUE = ("1", "true")


class CourseMonth(NamedTuple):
    """A month as every journey of the course has it. due_date: the customer's."""

    number: int
    step_id: UUID
    due_date: date
    is_skipped: bool


@dataclass(frozen=True, eq=False)
class Course:
    """The months of journeys that go the same way, in order."""

    months: tuple[CourseMonth, ...]

    @cached_property
    def places(self) -> Mapping[int, int]:
        """Where each month stands among `months`, by its number."""
        return {month.number: place for place, month in enumerate(self.months)}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What each month's record is called among the records of a mail."""
        return tuple(f"month {month.number}" for month in self.months)

    @cached_property
    def named_places(self) -> Mapping[str, int]:
        return {name: place for place, name in enumerate(self.names)}

    @cached_property
    def kept(self) -> list[int]:
        """The numbers of the months that are not skipped."""
        return [month.number for month in self.months if not month.is_skipped]

    @cached_property
    def last_due(self) -> date | None:
        return max((month.due_date for month in self.months), default=None)


class Way(NamedTuple):
    """What one journey has of its course. month_ids: with dashes, in the order of its months."""

    course: Course
    month_ids: Sequence[str]


_kept: ContextVar[dict[UUID, Way] | None] = ContextVar("ways", default=None)


@contextmanager
def keeping_ways() -> Iterator[None]:
    """Remember inside what `read_ways` reads. For who holds the customers' locks, under which alone months change."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def read_ways(journey_ids: Collection[UUID]) -> dict[UUID, Way]:
    """This will read the months of the journeys, in one query; a journey without months has an empty course."""
    kept = _kept.get()
    if kept is None:
        return _read_ways(journey_ids)
    if missing := [one for one in journey_ids if one not in kept]:
        kept.update(_read_ways(missing))
    return {one: kept[one] for one in journey_ids}


def _read_ways(journey_ids: Collection[UUID]) -> dict[UUID, Way]:
    found: dict[UUID, Way] = dict.fromkeys(journey_ids, Way(_course(()), ()))
    for journey_id, months, ids in _read(journey_ids):
        course, order = _parse(months)
        listed = ids.split(",")
        found[journey_id] = Way(course, [listed[place] for place in order] if order else listed)
    return found


def list_step_ids(ways: Collection[Way]) -> set[UUID]:
    return {month.step_id for course in {way.course for way in ways} for month in course.months}


def _read(journey_ids: Collection[UUID]) -> list[tuple[UUID, str, str]]:
    is_sqlite = connection.vendor == "sqlite"
    asked = many(journey_ids)
    sql = _LISTS.format(
        table=JourneyMonth._meta.db_table,
        join="group_concat" if is_sqlite else "string_agg",
        text="" if is_sqlite else "::text",
        among=f"IN ({asked.sql})" if is_sqlite else f"= ANY({asked.sql})",
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, asked.params)
        rows: list[tuple[Any, str, str]] = cursor.fetchall()
    if is_sqlite:
        return [(UUID(pk), months, ",".join(str(UUID(one)) for one in ids.split(","))) for pk, months, ids in rows]
    return rows


@lru_cache(maxsize=4096)
def _parse(text: str) -> tuple[Course, tuple[int, ...]]:
    """The course, and where its months stand in the text; empty where they stand in order."""
    rows = [part.split(" ") for part in text.split(",")]
    months = [CourseMonth(int(n), UUID(step), date.fromisoformat(due), skip in _TRUE) for n, step, due, skip in rows]
    order = sorted(range(len(months)), key=lambda place: months[place].number)
    return _course(tuple(months[place] for place in order)), () if order == [*range(len(order))] else tuple(order)


@lru_cache(maxsize=4096)
def _course(months: tuple[CourseMonth, ...]) -> Course:
    return Course(months)
