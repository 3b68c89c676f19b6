"""The benchmark's ways end alike: what it compares is the same work, on rows that the clock takes for its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count

from config.benchmarks import reminders
from config.benchmarks.clock_drains import drain, drain_automations, drain_loop, drain_raw, register_bare
from config.benchmarks.clock_rows import (
    CONSTRAINTS,
    INDEXES,
    KIND,
    add_accounts,
    indexed_afterwards,
    make_accounts,
    make_rows,
    moment_before,
)
from config.benchmarks.rivals.one_by_one import remind
from customers.models import Customer
from emails.models import Draft
from journeys.enums import AutomationStatus
from journeys.models import AutomationLog, AutomationSchedule
from journeys.registry import forget
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _bare() -> Iterator[None]:
    register_bare()
    yield
    forget(KIND)


@pytest.mark.parametrize(
    "way", [drain, drain_loop, pytest.param(drain_raw, marks=pytest.mark.postgres)], ids=["ours", "loop", "raw"]
)
def test_each_way_completes_and_logs_every_row_once(way: Callable[[datetime], None], now: datetime) -> None:
    make_accounts(3)
    make_rows(40, at=moment_before(now))
    make_rows(10, at=moment_before(now), is_done=True)

    way(now)

    assert AutomationSchedule.objects.filter(status=AutomationStatus.COMPLETED).count() == 50
    actions = sorted(AutomationLog.objects.values_list("action", flat=True))
    assert len(actions) == 40
    assert set(actions) == {f"Noted for Bench {number}" for number in range(3)}


def test_added_accounts_are_like_the_first(now: datetime) -> None:
    make_accounts(3)

    add_accounts(7)
    make_rows(14, at=now)

    assert list(Customer.objects.order_by("name").values_list("name", "external_id", "timezone")) == [
        (f"Bench {number}", f"bench-{number}", "UTC") for number in range(7)
    ]
    rows = AutomationSchedule.objects.order_by().values("customer").annotate(count=Count("pk"))
    assert [row["count"] for row in rows] == [2] * 7


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_fill_without_indexes_leaves_each_of_them_as_it_was(now: datetime) -> None:
    make_accounts(3)
    before = [_read(CONSTRAINTS), sorted(_read(INDEXES))]

    with indexed_afterwards():
        make_rows(30, at=now)
        bare = [_read(CONSTRAINTS), _read(INDEXES)]

    assert before[0]
    assert before[1]
    assert bare == [[], []]
    assert [_read(CONSTRAINTS), sorted(_read(INDEXES))] == before
    assert AutomationSchedule.objects.count() == 30


def _read(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def test_bench_of_another_database_is_refused() -> None:
    other = "postgres" if connection.vendor == "sqlite" else "sqlite"

    with pytest.raises(CommandError, match="DATABASE_URL"):
        call_command("bench", "journeys", db=other, stdout=StringIO())


def test_reminders_row_by_row_are_what_the_drain_writes(now: datetime) -> None:
    owner = factories.UserFactory.create()
    left, right = (reminders._make_clients(3, name, owner, now=now) for name in ("left", "right"))
    for clients in (left, right):
        reminders._make_due(clients, 1, now)
    rows = AutomationSchedule.objects.filter(trigger_at__lte=now)

    for pk in rows.filter(customer__in=left).values_list("pk", flat=True):
        remind(pk, now)
    drain_automations(now)

    assert not rows.filter(status=AutomationStatus.SCHEDULED).exists()
    written = [Draft.objects.filter(customer__in=clients).order_by("to_name") for clients in (left, right)]
    one, other = ([(draft.subject, draft.state, draft.to_name) for draft in drafts] for drafts in written)
    assert one == other
    assert AutomationLog.objects.count() == Draft.objects.count() == 6
