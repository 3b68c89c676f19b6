"""How long a night takes to decide a book's next steps anew and to store them, where one account in twenty has changed.

On PostgreSQL, which keeps a line of each account, and on one core: no statement takes a second one. Ours is told of the
changes by triggers (`told`), or not (`whole`): all accounts are decided, and the lines that are others now written.
`next_day`: nothing but the day is another. In turn with them: the rule asked of each account by itself and its line
saved, as one would write it first; of a thousand at a time, saved by `bulk_update`; and the lines of those that changed
written by one statement, which is the least that a night has to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from config.benchmarks.copies import without_triggers
from config.benchmarks.pages import fill_desk
from config.benchmarks.scratch import InTurn, scratch_database
from customers.models import Contract
from customers.queries.seen import read_zones
from customers.services.arrays import update_rows
from renewals.models import StepLine
from renewals.queries.book_days import group_zones
from renewals.queries.book_rows import read_rows
from renewals.queries.book_sql import PRESSING_FIRST
from renewals.queries.step_lines import COLUMNS
from renewals.services.step_lines import decide_all, take_changes

TURNS = 3
CHANGED_EVERY = 20
SAMPLE, BATCH = 300, 1_000
GOAL_S = 5


def measure_night(*, accounts: int = 100_000) -> Iterator[dict[str, Any]]:
    """This will give a line for each kind of night, medians of three. Raises CommandError if no lines are kept."""
    if connection.vendor != "postgresql":
        raise CommandError("Next steps are kept on PostgreSQL alone: set DATABASE_URL.")
    with scratch_database():
        fill_desk(accounts)
        yield from measure_nights()


def measure_nights(*, turns: int = TURNS) -> Iterator[dict[str, Any]]:
    """This will decide the book that is there, `turns` days one after the other."""
    begin = timezone.now()
    accounts = list(StepLine.objects.order_by("account").values_list("account", flat=True))
    ways = InTurn()
    others: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
    take_changes(now=begin)
    for turn in range(turns):
        for name, size, work in _list_ways(turn, accounts, now=begin + timedelta(days=turn)):
            before = _lines()
            ways.take(name, size, work)
            others[name] = len(_lines() - before)
    each = ways.medians()
    rivals = {name: each[name] * len(accounts) for name in ("loop", "bulk_update")}
    for part in ("told", "whole", "next_day"):
        seconds = each[part] * len(accounts)
        yield {
            "part": part,
            "database": connection.vendor,
            "accounts": len(accounts),
            "turns": turns,
            "seconds": round(seconds, 2),
            "goal_s": GOAL_S,
            "lines_changed": others[part],
            "statements": ways.statements[part],
            **{f"{name}_s": round(took, 1) for name, took in rivals.items()},
            **{f"times_{name}": round(took / seconds, 1) for name, took in rivals.items()},
            "one_statement_s": round(each["one_statement"] * len(_changed(accounts)), 2),
        }


def _list_ways(turn: int, accounts: list[UUID], *, now: datetime) -> Iterator[tuple[str, int, Callable[[], object]]]:
    """Each way with how many accounts its time is shared by."""
    changed = _changed(accounts)
    yield "next_day", len(accounts), partial(take_changes, now=now)
    _move(changed, days=7 + turn)
    yield "told", len(accounts), partial(take_changes, now=now)
    with transaction.atomic(), without_triggers():
        _move(changed, days=-30 - turn)
    yield "whole", len(accounts), partial(decide_all, connection, now=now)
    yield "loop", min(SAMPLE, len(accounts)), partial(_loop, accounts[:SAMPLE], now)
    yield "bulk_update", min(BATCH, len(accounts)), partial(_decide_many, accounts[:BATCH], now)
    rows = [[line.pk.hex, line.action, line.since] for line in StepLine.objects.filter(pk__in=changed)]
    yield "one_statement", len(rows), partial(update_rows, StepLine, ("account", "action", "since"), rows)


def _changed(accounts: list[UUID]) -> list[UUID]:
    return accounts[::CHANGED_EVERY]


def _move(accounts: list[UUID], *, days: int) -> None:
    """Renew them on another day: no stage, and so no step, is sure to be what it was."""
    Contract.objects.filter(customer__in=accounts).update(renewal_date=F("renewal_date") + timedelta(days=days))


def _lines() -> set[tuple[Any, ...]]:
    return set(StepLine.objects.values_list(*COLUMNS))


def _loop(accounts: list[UUID], now: datetime) -> None:
    for account in accounts:
        _decide_many([account], now)


def _decide_many(accounts: list[UUID], now: datetime) -> None:
    """Ask the rule as the book does for a page of it, and save what it says."""
    rows = {row.customer_id: row for row in read_rows(accounts, dates=group_zones(read_zones(), now=now))}
    lines = list(StepLine.objects.filter(pk__in=accounts))
    for line in lines:
        line.action, line.since = PRESSING_FIRST[rows[line.pk].action], rows[line.pk].waits_since
        line.nobody = line.since is None
    if len(lines) == 1:
        lines[0].save(update_fields=["action", "since", "nobody"])
    else:
        StepLine.objects.bulk_update(lines, ["action", "since", "nobody"])
