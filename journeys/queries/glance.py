"""What the clock sees at its first look: one statement for what it remembers, every sweeper's tables, and the rows.

Each part is answered from an index; an idle tick asks no more. It is put into words once per process, and planned once
per connection where the database can: both take longer than the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary

from django.db import DatabaseError, connection, transaction

from customers.models import Standstill
from customers.queries.moments import Moment, Waiting, fill
from journeys.models import AutomationSchedule, ClockState
from journeys.models.clock import ONLY_ID
from journeys.queries.due import list_ready
from journeys.registry import Sweeper, get_version
from journeys.rules.restoring import Mark

STANDSTILL, READY, ABANDONED = "clock.standstill", "clock.ready", "clock.abandoned"

CLOCK, MARK = ClockState._meta.db_table, ("last_tick_at", "epoch", "database")

_prepared: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()
"""Which questions a connection's server has planned."""


@dataclass(frozen=True)
class Glance:
    """known: the mark as the database has it, None before the first tick. names: of what has something to do."""

    known: Mark | None
    names: frozenset[str]

    @property
    def stands_still(self) -> bool:
        return STANDSTILL in self.names

    @property
    def is_ready(self) -> bool:
        """Whether a row is due that nothing keeps back."""
        return READY in self.names

    @property
    def is_abandoned(self) -> bool:
        return ABANDONED in self.names

    def is_waiting(self, sweeper: Sweeper) -> bool:
        """Whether the sweeper has something to do, or cannot be asked."""
        return sweeper.waiting is None or sweeper.name in self.names


@dataclass(frozen=True)
class Question:
    """The statement with its parameters, which name each of its columns after the mark answers for, and its own."""

    sql: str
    params: list[Any]
    names: list[str]
    key: str


def look(sweepers: tuple[Sweeper, ...], *, now: datetime) -> Glance:
    """This will ask what waits at the moment."""
    # The registry's kinds stand in the statement, hence its version.
    question = word(sweepers, connection.vendor, get_version())
    if connection.vendor == "postgresql":
        answers = _ask_prepared(question, now)
    else:
        with connection.cursor() as cursor:
            cursor.execute(question.sql, fill(question.params, now=now))
            answers = cursor.fetchone()
    at, epoch, database, *found = answers
    return Glance(
        known=Mark(UUID(str(database)), epoch, _as_moment(at)) if at else None,
        names=frozenset(name for name, answer in zip(question.names, found, strict=True) if answer),
    )


@lru_cache(maxsize=8)
def word(sweepers: tuple[Sweeper, ...], vendor: str, version: int) -> Question:
    """This will put the question into words, for any moment."""
    columns = [f"(SELECT {column} FROM {CLOCK} WHERE id = {ONLY_ID})" for column in MARK]  # noqa: S608  # our names
    params: list[Any] = []
    names: list[str] = []
    for name, parts in _list_parts(sweepers, Moment()):
        for part in parts:
            sql, own = part.values("pk")[:1].query.sql_with_params()
            columns.append(f"({sql}) IS NOT NULL")
            params.extend(own)
            names.append(name)
    sql = f"SELECT {', '.join(columns)}"
    return Question(sql, params, names, key=f"glance_{sha256(f'{sql}{params}'.encode()).hexdigest()[:16]}")


def _as_moment(at: datetime | str) -> datetime:
    """SQLite keeps moments in UTC without saying so."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _ask_prepared(question: Question, now: datetime) -> Any:
    try:
        with connection.cursor() as cursor:
            known = _prepared.setdefault(connection.connection, set())
            if question.key not in known:
                cursor.execute(f"PREPARE {question.key} (timestamptz) AS {question.sql}", question.params)
                known.add(question.key)
            cursor.execute(f"EXECUTE {question.key} (%s)", [now])
            return cursor.fetchone()
    except DatabaseError:
        if connection.in_atomic_block:
            raise
        return _ask_at_once(question, now)


def _ask_at_once(question: Question, now: datetime) -> Any:
    """Behind a pooler each statement may meet another server, save in a transaction."""
    name = f"glance_{uuid4().hex}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"PREPARE {name} (timestamptz) AS {question.sql}", question.params)
        cursor.execute(f"EXECUTE {name} (%s)", [now])
        answers = cursor.fetchone()
        cursor.execute(f"DEALLOCATE {name}")
    return answers


def _list_parts(sweepers: tuple[Sweeper, ...], now: Moment) -> list[tuple[str, Waiting]]:
    parts: list[tuple[str, Waiting]] = [
        (STANDSTILL, (Standstill.objects.filter(ended_at=None).order_by(),)),
        (READY, (list_ready(now).in_turn(),)),
        (ABANDONED, (AutomationSchedule.objects.abandoned(now).in_turn(),)),
    ]
    return parts + [(sweeper.name, sweeper.waiting(now)) for sweeper in sweepers if sweeper.waiting is not None]
