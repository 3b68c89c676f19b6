"""The verbs of a journey for many clients, beside what the database itself takes for the same rows.

Start stands beside COPY, the others beside one UPDATE of the same rows; in turn, and the medians are compared.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median
from typing import Any

from django.db import connection

from config.benchmarks.clock_rows import analyze
from config.benchmarks.scratch import QueryCounter, scratch_database
from customers.enums import Role
from customers.models import Customer, User
from journeys.models import AutomationSchedule
from journeys.services.bulk import adjust_journeys, pause_journeys, resume_journeys, start_journeys

TURNS = 3
NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "Europe/Berlin", "UTC")
COLUMNS = [str(field.column) for field in AutomationSchedule._meta.concrete_fields]
SHOWN = {"id": "gen_random_uuid()::text", "subject_kind": "'copied'"}
TABLE = AutomationSchedule._meta.db_table


def measure_bulk(*, clients: int) -> Iterator[dict[str, Any]]:
    """This will start, shift, pause and resume so many clients, each turn others. COPY: on PostgreSQL alone."""
    spent: dict[str, list[float]] = {}
    statements: dict[str, int] = {}
    with scratch_database():
        by = User.objects.create(username="bench-bulk", role=Role.OPS)
        for turn in range(TURNS):
            accounts = _make_clients(turn, clients, owner=by)
            for name, act in _list_acts(accounts, by):
                # Each changes all rows: the next would pay for what the one before left to be cleared away.
                analyze()
                counter = QueryCounter()
                with connection.execute_wrapper(counter):
                    spent.setdefault(name, []).append(_timed(act))
                statements[name] = counter.count
        figures = {name: median(values) for name, values in spent.items()}
        for name in ("start", "shift", "pause", "resume"):
            beside = "copy" if name == "start" else "one_update"
            yield {
                "part": f"bulk {name}",
                "database": connection.vendor,
                "clients": clients,
                "turns": TURNS,
                "ms_per_client": round(figures[name] / clients, 3),
                "statements": statements[name],
                **_compare(figures, name, beside, clients),
            }


def _compare(figures: dict[str, float], name: str, beside: str, clients: int) -> dict[str, Any]:
    if beside not in figures:
        return {}
    return {
        f"{beside}_ms_per_client": round(figures[beside] / clients, 3),
        f"of_{beside}": round(figures[name] / figures[beside], 2),
        f"goal_of_{beside}": 2,
    }


def _list_acts(accounts: list[Customer], by: User) -> Iterator[tuple[str, Callable[[], object]]]:
    """In turn; what is copied for comparison is removed at once, so that it weighs on nothing after it."""
    ids = [account.pk for account in accounts]
    yield "start", partial(start_journeys, accounts, start_date=(NOW + timedelta(days=10)).date(), now=NOW, by=by)
    if connection.vendor == "postgresql":
        rows = _read_rows(ids)
        yield "copy", partial(_copy, rows)
        AutomationSchedule.objects.filter(subject_kind="copied").delete()
    yield "one_update", partial(_update, ids)
    yield "shift", partial(adjust_journeys, accounts, days=3, now=NOW, by=by)
    yield "pause", partial(pause_journeys, accounts, now=NOW, by=by)
    yield "resume", partial(resume_journeys, accounts, now=NOW + timedelta(days=9), by=by)


def _make_clients(turn: int, count: int, *, owner: User) -> list[Customer]:
    made = [
        Customer(name=f"Client {turn}-{n}", external_id=f"{turn}-{n}", owner=owner, timezone=ZONES[n % len(ZONES)])
        for n in range(count)
    ]
    Customer.objects.bulk_create(made, batch_size=1_000)
    return made


def _read_rows(ids: list[Any]) -> list[tuple[Any, ...]]:
    """The automations once more, under other ids and for another kind of subject."""
    shown = ", ".join(SHOWN.get(name, f"{name}::text") for name in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {shown} FROM {TABLE} WHERE customer_id = ANY(%s)", [ids])  # noqa: S608
        return cursor.fetchall()


def _copy(rows: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {TABLE} ({', '.join(COLUMNS)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _update(ids: list[Any]) -> None:
    """One statement that changes the same rows of the same clients, as a shift must."""
    rows = AutomationSchedule.objects.filter(customer__in=ids)
    query, values = rows.values_list("pk").query.sql_with_params()
    moved = "trigger_at + interval '3 days'"
    if connection.vendor == "sqlite":
        moved = "datetime(trigger_at, '3 days')"
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {TABLE} SET trigger_at = {moved} WHERE id IN ({query})", values)  # noqa: S608


def _timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000
