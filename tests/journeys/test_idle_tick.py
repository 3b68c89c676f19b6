"""The clock's one question: it misses no work, asks nothing twice, and is answered from indexes alone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.queries.moments import Moment
from journeys.queries import glance
from journeys.queries.glance import look
from journeys.registry import Sweeper, forget, get_version, list_sweepers, register_sweeper
from journeys.services.clock import tick
from tests.journeys.clockwork import Notebook
from tests.journeys.waiting_work import KEPT_BACK, WORK, Make, letter

pytestmark = pytest.mark.django_db

ASKED_BY_ITSELF = {"digests", "notice_digests", "old_mails"}
"""They look at the hour alone, and cost no statement until it has come."""
SUMMED_UP = {"board_sums", "book_sums", "book_steps"}
"""On PostgreSQL they take in each account that was made."""


@pytest.mark.parametrize(("name", "make"), WORK, ids=[name for name, _ in WORK])
def test_look_with_work_names_whom_it_waits_for(name: str, make: Make, now: datetime, notebook: Notebook) -> None:
    before = look(list_sweepers(), now=now).names

    make(now)

    assert (name in before, name in look(list_sweepers(), now=now).names) == (False, True)


def test_every_question_of_every_sweeper_is_tried() -> None:
    asked = Counter({name: len(parts) for name, parts in glance._list_parts(list_sweepers(), Moment())})

    assert asked == Counter(name for name, _ in WORK)
    assert {sweeper.name for sweeper in list_sweepers() if sweeper.waiting is None} == ASKED_BY_ITSELF


@pytest.mark.parametrize("make", KEPT_BACK)
def test_look_at_what_is_kept_back_names_nobody(make: Make, now: datetime, notebook: Notebook) -> None:
    make(now)

    assert look(list_sweepers(), now=now).names <= SUMMED_UP


@pytest.mark.parametrize(("name", "make"), WORK, ids=[name for name, _ in WORK])
def test_tick_with_work_leaves_none(name: str, make: Make, now: datetime, notebook: Notebook) -> None:
    """What the question names, its sweep settles: no tick is busy for ever."""
    make(now)

    tick(now=now)

    assert not {name} & look(list_sweepers(), now=now).names - {"clock.standstill"}


def test_idle_tick_after_the_first_is_one_statement(notebook: Notebook, now: datetime) -> None:
    tick(now=now)

    with CaptureQueriesContext(connection) as queries:
        tick(now=now)

    assert len(queries) == 1


def test_idle_tick_is_put_on_record_once_a_minute_with_what_it_remembers(notebook: Notebook, now: datetime) -> None:
    tick(now=now)

    seen = look(list_sweepers(), now=now).known

    assert seen is not None
    assert seen.at == now


@pytest.fixture
def late_riser() -> Iterator[list[datetime]]:
    """A sweeper that has work as soon as a letter is there, after one that writes the letter."""
    called: list[datetime] = []

    def write(now: datetime) -> int:
        if not called:
            letter(now, state="queued", not_before=now + timedelta(days=1), subject="late")
        return 1

    def rise(now: datetime) -> int:
        called.append(now)
        return 1

    def waiting(now: Any) -> Any:
        from emails.models import Draft

        return (Draft.objects.filter(subject="late").order_by("pk"),)

    register_sweeper(Sweeper("test.writes", write))
    register_sweeper(Sweeper("test.rises", rise, waiting=waiting))
    yield called
    forget("test.writes")
    forget("test.rises")


def test_tick_looks_again_after_a_sweeper_that_did_something(late_riser: list[datetime], now: datetime) -> None:
    tick(now=now)

    assert late_riser == [now]


def test_look_after_the_server_forgot_the_question_asks_it_anew(transactional_db: None, now: datetime) -> None:
    """As behind a pooler, where each statement may meet another server."""
    look(list_sweepers(), now=now)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")

    assert look(list_sweepers(), now=now).names == frozenset()


@pytest.mark.postgres
def test_question_is_answered_from_indexes_alone(now: datetime) -> None:
    """Where the planner may choose: a scan of a whole table stays only where no index fits."""
    question = glance.word(list_sweepers(), "postgresql", get_version())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        _forget_sizes(cursor)
        cursor.execute(f"PREPARE explained (timestamptz) AS {question.sql}", question.params)
        cursor.execute("EXPLAIN (FORMAT JSON) EXECUTE explained (%s)", [now])
        plan = cursor.fetchone()[0]
        cursor.execute("DEALLOCATE explained")
        cursor.execute("SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NOT NULL")
        partial = {name for (name,) in cursor.fetchall()}
    nodes = list(_nodes((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))
    read = [node for node in nodes if "Relation Name" in node]

    assert [node["Relation Name"] for node in read if node["Node Type"] == "Seq Scan"] == []
    assert [node["Relation Name"] for node in read if not _is_narrow(node, partial)] == []
    assert [node for node in nodes if node["Node Type"] == "Sort"] == []


def _forget_sizes(cursor: Any) -> None:
    """Of a table that autovacuum found empty the planner takes any index for as good; of a new one it knows nothing."""
    models = [model for app in ("customers", "emails", "journeys", "outreach", "renewals") for model in _models(app)]
    cursor.execute(f"TRUNCATE {', '.join(model._meta.db_table for model in models)} CASCADE")


def _models(app: str) -> list[Any]:
    return list(apps.get_app_config(app).get_models())


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


def _is_narrow(node: dict[str, Any], partial: set[str]) -> bool:
    """Read by an index that holds open rows alone, or by a range of an index."""
    return "Index Cond" in node or node.get("Index Name") in partial
