"""What is asked all day is answered from the index made for it, among rows of which nine tenths are done (PostgreSQL).

The plans are those that the planner chooses itself, with what ANALYZE has found.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from config.benchmarks.clock_drains import register_bare
from config.benchmarks.clock_rows import KIND, LINES, PENDING, TABLE, make_accounts, make_rows
from customers.models import User
from journeys.queries import due, glance
from journeys.queries.automations import LogFilter, find_log
from journeys.queries.streaming import one_by_one
from journeys.registry import forget, get_version, list_sweepers
from journeys.services.claiming import BATCH, claim_due
from tests.plans import Explained

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
KEY = "journeys_automationschedule_pkey"
DONE, OPEN, LINES_OF_LOG = 18_000, 2_000, 5_000


@pytest.fixture
def many_rows(now: datetime) -> None:
    make_accounts(50)
    make_rows(DONE, at=now - timedelta(days=30), is_done=True)
    make_rows(OPEN, at=now + timedelta(days=30))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {LINES} (id, created_at, updated_at, at, customer_id, automation_id, type, kind, action, "
            "status, attempt, metadata, error_message) SELECT gen_random_uuid(), at, at, at, customer_id, id, type, "
            "kind, 'Noted', 'SUCCESS', 1, '{}', '' FROM (SELECT *, %s - random() * interval '90 days' AS at "
            "FROM journeys_automationschedule LIMIT %s) AS row",
            [now, LINES_OF_LOG],
        )
        cursor.execute(f"ANALYZE {TABLE}")
        cursor.execute(f"ANALYZE {PENDING}")
        cursor.execute(f"ANALYZE {LINES}")


@pytest.fixture
def known() -> Iterator[None]:
    register_bare()
    yield
    forget(KIND)


def explain(sql: str, params: Any) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        plan = cursor.fetchone()[0]
    return list(_nodes((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))


def explain_rows(rows: QuerySet[Any, Any]) -> list[dict[str, Any]]:
    return explain(*rows.query.sql_with_params())


def read_by(nodes: list[dict[str, Any]], table: str) -> list[str]:
    """The indexes by which a table is read; the kind of the read where that is none."""
    read = [node for node in nodes if node.get("Relation Name") == table]
    return [name for node in read for name in _indexes(node)]


@pytest.mark.usefixtures("many_rows")
def test_claim_reads_the_table_of_what_is_to_come(now: datetime) -> None:
    ready = due.list_ready(now).in_turn().values("id", "retry_count")[:BATCH]

    nodes = explain_rows(ready)

    assert read_by(nodes, PENDING) == ["pending_in_turn"]
    assert read_by(nodes, TABLE) == [KEY]


@pytest.mark.usefixtures("many_rows")
def test_claim_with_rows_due_reads_it_in_its_order(now: datetime) -> None:
    make_rows(20 * BATCH, at=now - timedelta(minutes=1))
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {TABLE}")
        cursor.execute(f"ANALYZE {PENDING}")

    nodes = explain_rows(due.list_ready(now).in_turn().values("id", "retry_count")[:BATCH])

    assert read_by(nodes, PENDING) == ["pending_in_turn"]
    assert read_by(nodes, TABLE) == [KEY]
    assert not [node for node in nodes if "Sort" in node["Node Type"]]


@pytest.mark.usefixtures("many_rows", "known")
@pytest.mark.parametrize("due_rows", [BATCH, 3 * BATCH])
def test_claim_looks_at_no_row_but_those_due_in_a_table_of_middling_size(now: datetime, due_rows: int) -> None:
    """Few enough that the planner would rather join to all of them: it does not see what the stops of each row cost."""
    make_rows(due_rows, at=now - timedelta(minutes=1))
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {TABLE}")
        cursor.execute(f"ANALYZE {PENDING}")
    look = Explained({TABLE})

    with connection.execute_wrapper(look):
        claim = claim_due(now=now)

    assert claim is not None
    assert any("SKIP LOCKED" in sql for sql in look.statements)
    assert look.whole == []


def test_planner_is_as_free_as_before_after_a_look_one_by_one(now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_hashagg = off")
        cursor.execute("SET LOCAL enable_sort = off")

        with one_by_one():
            due.count_ready(now)

        cursor.execute("SELECT name FROM pg_settings WHERE name LIKE 'enable_%' AND setting <> boot_val ORDER BY name")
        assert cursor.fetchall() == [("enable_hashagg",), ("enable_sort",)]


@pytest.mark.usefixtures("many_rows")
def test_idle_question_reads_no_whole_table_of_the_clock(now: datetime) -> None:
    question = glance.word(list_sweepers(), "postgresql", get_version())
    with connection.cursor() as cursor:
        cursor.execute(f"PREPARE explained (timestamptz) AS {question.sql}", question.params)

    nodes = explain("EXECUTE explained (%s)", [now])
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE explained")

    assert set(read_by(nodes, PENDING)) == {"pending_in_turn"}
    assert set(read_by(nodes, TABLE)) == {KEY, "automation_once"}


@pytest.mark.usefixtures("many_rows")
def test_page_of_the_log_reads_its_index_in_order(ops: User) -> None:
    nodes = explain_rows(find_log(ops, LogFilter())[:50])

    assert read_by(nodes, LINES) == ["automation_log_at"]
    assert [node["Node Type"] for node in nodes if node["Node Type"] == "Sort"] == []


def _indexes(node: dict[str, Any]) -> list[str]:
    """A bitmap of an index's rows is a node of its own, below that of the table."""
    if node["Node Type"] == "Bitmap Heap Scan":
        return [part["Index Name"] for part in node["Plans"] if part["Node Type"] == "Bitmap Index Scan"]
    return [node.get("Index Name", node["Node Type"])]


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)
