"""No statement by which the clock works reads the whole of its table: each is explained as it is asked (PostgreSQL).

Scans of whole tables are forbidden to the planner, so that it takes one only where no index fits; the rows of a test
are too few for it to shun them by itself. `bench growth` shows what it chooses among ten million.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from config.benchmarks.clock_drains import register_bare
from config.benchmarks.clock_rows import KIND, LINES, PENDING, TABLE, add_accounts, make_accounts, make_rows
from customers.enums import HoldScope
from customers.models import Customer, Hold, User
from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule
from journeys.queries import due
from journeys.queries.streaming import one_by_one
from journeys.registry import forget
from journeys.services.bulk import adjust_journeys, pause_journeys, resume_journeys, start_journeys
from journeys.services.claiming import claim_due
from journeys.services.clock import tick_as_of
from journeys.services.failing import release_abandoned
from tests.journeys.ground import default_version
from tests.journeys.test_index_plans import explain, explain_rows, read_by
from tests.plans import Explained

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
LARGE = {TABLE, LINES, PENDING}
DAY = timedelta(days=1)
DONE = 20_000
"""Of a few thousand PostgreSQL reads all as fast as each by its key."""


@pytest.fixture
def accounts(now: datetime) -> Iterator[list[Customer]]:
    register_bare()
    accounts = make_accounts(20)
    make_rows(DONE, at=now - 30 * DAY, is_done=True)
    make_rows(400, at=now + 30 * DAY)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SET LOCAL enable_seqscan = off")
    yield accounts
    forget(KIND)


@pytest.mark.usefixtures("accounts")
def test_scan_without_an_index_is_seen(now: datetime) -> None:
    look = Explained(LARGE)
    with connection.execute_wrapper(look):
        AutomationSchedule.objects.filter(status=AutomationStatus.COMPLETED, executed_at__gt=now).exists()

    assert [words for _, words in look.whole] == [f"Seq Scan of {TABLE}"]


@pytest.mark.usefixtures("accounts")
def test_drain_of_due_rows_reads_no_whole_table(now: datetime) -> None:
    make_rows(1_100, at=now - timedelta(minutes=1))

    look = Explained(LARGE)
    with connection.execute_wrapper(look):
        tick_as_of(now=now)

    assert AutomationSchedule.objects.due(now).count() == 0
    assert sum("UPDATE" in sql for sql in look.statements) >= 4  # two claims, each taken and settled
    assert look.whole == []


@pytest.mark.usefixtures("accounts")
def test_rows_are_taken_and_settled_each_by_itself_where_the_planner_is_free(now: datetime) -> None:
    """Nearly all that is there was due once: it would look among all of that for each row of a batch."""
    make_rows(1_100, at=now - timedelta(minutes=1))
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {TABLE}")
        cursor.execute(f"ANALYZE {PENDING}")
        cursor.execute("SET LOCAL enable_seqscan = on")

    sent: list[tuple[str, Any]] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        tick_as_of(now=now)

    ways = [
        set(read_by(explain(sql, params), TABLE)) - {"ModifyTable"} for sql, params in sent if f"UPDATE {TABLE}" in sql
    ]
    assert ways == [{"Tid Scan"}] * 4  # two claims, each taken and settled


def test_bulk_verbs_read_no_whole_table(accounts: list[Customer], now: datetime, lead: User) -> None:
    version = default_version()

    look = Explained(LARGE)
    with connection.execute_wrapper(look):
        start_journeys(accounts, start_date=(now + 10 * DAY).date(), version=version, now=now, by=lead)
        adjust_journeys(accounts, days=3, now=now, by=lead)
        pause_journeys(accounts, now=now, by=lead)
        resume_journeys(accounts, now=now + 9 * DAY, by=lead)

    assert len(look.statements) >= 4
    assert look.whole == []


@pytest.mark.usefixtures("accounts")
def test_release_of_abandoned_rows_reads_no_whole_table(now: datetime) -> None:
    make_rows(5, at=now - timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {TABLE} SET status = 'RUNNING', claim_token = gen_random_uuid(), leased_until = %s "
            "WHERE status = 'SCHEDULED' AND trigger_at < %s",
            [now - timedelta(minutes=5), now],
        )

    look = Explained(LARGE)
    with connection.execute_wrapper(look):
        assert release_abandoned(now=now) == 5

    assert look.statements
    assert look.whole == []


@pytest.mark.usefixtures("accounts")
def test_questions_of_health_read_no_whole_table(now: datetime) -> None:
    look = Explained(LARGE)
    with connection.execute_wrapper(look):
        due.count_ready(now)
        due.get_oldest_ready_at(now)
        due.get_next_trigger_at(after=now)
        due.list_due_since(now - DAY, now=now).count()

    assert len(look.statements) == 4
    assert look.whole == []


@pytest.mark.usefixtures("accounts")
def test_claim_of_nothing_reads_no_whole_table_where_the_planner_is_free(now: datetime) -> None:
    """It guesses from what is done that much is due, and would look for the first of it from the table's start."""
    make_rows(4_000, at=now + 30 * DAY)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {TABLE}")
        cursor.execute(f"ANALYZE {PENDING}")
        cursor.execute("SET LOCAL enable_seqscan = on")

    look = Explained(LARGE)
    with connection.execute_wrapper(look):
        assert claim_due(now=now) is None

    assert look.statements
    assert look.whole == []


@pytest.mark.usefixtures("accounts")
def test_claim_takes_rows_in_the_order_of_the_index(now: datetime) -> None:
    make_rows(4_000, at=now - timedelta(minutes=1))
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {PENDING}")

    nodes = explain_rows(due.list_ready(now).in_turn().values("id")[:500])

    assert [node["Node Type"] for node in nodes if "Sort" in node["Node Type"]] == []


@pytest.mark.usefixtures("accounts")
def test_many_holds_that_the_planner_has_not_heard_of_are_asked_for_one_by_one(now: datetime, lead: User) -> None:
    """A bulk pause of ten thousand, and the next tick: it would read all of them for each row of a batch."""
    add_accounts(3_000)
    make_rows(4_000, at=now - timedelta(minutes=1))
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {PENDING}")
    Hold.objects.bulk_create(
        [
            Hold(customer=account, scope=HoldScope.ACCOUNT, starts_at=now, set_by=lead)
            for account in Customer.objects.all()
        ]
    )

    with one_by_one():
        nodes = explain_rows(due.list_ready(now).in_turn().values("id")[:500])

    assert [node["Node Type"] for node in nodes if node["Node Type"] == "Materialize"] == []
    conditions = [node["Index Cond"] for node in nodes if node.get("Alias") == "u0"]
    assert len(conditions) == 1
    assert "customer_id" in conditions[0]
