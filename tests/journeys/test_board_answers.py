"""What the board keeps of its answers is what it would answer anew, whatever was written since and by whom."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Customer, Stakeholder, User
from journeys.enums import DeliverableState
from journeys.models import Deliverable, Journey, JourneyMonth
from journeys.queries.board import Board, BoardFilter
from journeys.queries.board_answers import BOARD_ANSWERS
from tests import factories
from tests.journeys.ground import begin, deliver

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]
ASKED = (
    BoardFilter(),
    BoardFilter(state="overdue"),
    BoardFilter(state="waiting"),
    BoardFilter(state="paused"),
    BoardFilter(state="none"),
    BoardFilter(state="cancelled"),
    BoardFilter(month=1),
    BoardFilter(text="ada"),
    BoardFilter(segment="Growth"),
)


@pytest.fixture
def journeys(csm: User) -> list[Journey]:
    """Three clients, the third without a journey's end in sight; the first is changed by the tests."""
    found = []
    for name in ("Acme", "Beta", "Coda"):
        customer = factories.CustomerFactory.create(owner=csm, name=name)
        factories.StakeholderFactory.create(customer=customer, name="Ada")
        found.append(begin(customer, now=NOW - timedelta(days=1), by=csm, start=date(2026, 3, 9)))
    deliver(found[0], 1, now=NOW)
    factories.CustomerFactory.create(owner=csm, name="Fresh")
    return found


def of(model: type[Any], journey: Journey) -> Any:
    return model.objects.filter(journey=journey)


def accounts(journey: Journey) -> Any:
    return Customer.objects.filter(pk=journey.customer_id)


def itself(journey: Journey) -> Any:
    return Journey.objects.filter(pk=journey.pk)


CHANGES: dict[str, Callable[[Journey], Any]] = {
    "renamed": lambda j: accounts(j).update(name="Zebra"),
    "segment": lambda j: accounts(j).update(segment="Growth"),
    "owner": lambda j: accounts(j).update(owner=None),
    "account gone": lambda j: accounts(j).delete(),
    "owner renamed": lambda j: User.objects.update(first_name="Aaron"),
    "owner moved": lambda j: User.objects.exclude(role="lead").update(team=None),
    "person": lambda j: Stakeholder.objects.filter(customer=j.customer_id).update(name="Eve"),
    "next month": lambda j: itself(j).update(current_month=3),
    "paused": lambda j: itself(j).update(held_since=NOW),
    "late": lambda j: itself(j).update(open_due_date=date(2026, 1, 5)),
    "cancelled": lambda j: itself(j).update(state="cancelled", cancelled_at=NOW),
    "waits for us": lambda j: of(Deliverable, j).update(state=DeliverableState.PENDING_REVIEW, delivered_at=None),
    "opened": lambda j: of(Deliverable, j).update(opened_at=NOW),
    "date moved": lambda j: of(JourneyMonth, j).update(due_date=date(2026, 3, 30)),
    "skipped": lambda j: of(JourneyMonth, j).update(skipped_at=NOW),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_board_after_any_change_answers_as_if_it_had_kept_nothing(
    lead: User, journeys: list[Journey], change: Callable[[Journey], Any]
) -> None:
    before = [answer(lead, wanted, mark=BOARD_ANSWERS.read_mark()) for wanted in ASKED]

    change(journeys[0])

    after = [answer(lead, wanted, mark=BOARD_ANSWERS.read_mark()) for wanted in ASKED]
    assert after == [answer(lead, wanted, mark="") for wanted in ASKED]
    assert after != before


def test_board_in_the_next_minute_is_asked_anew(lead: User, journeys: list[Journey]) -> None:
    mark = BOARD_ANSWERS.read_mark()
    due = datetime.combine(date(2026, 3, 9), datetime.min.time(), UTC) + timedelta(days=9)
    assert answer(lead, BoardFilter(state="overdue"), mark=mark) != answer(
        lead, BoardFilter(state="overdue"), mark=mark, now=due
    )


def test_board_kept_for_one_reader_is_not_shown_to_another(
    lead: User, csm: User, stranger: User, journeys: list[Journey]
) -> None:
    mark = BOARD_ANSWERS.read_mark()

    seen = [answer(user, BoardFilter(), mark=mark)[0].active for user in (lead, csm, stranger)]

    assert seen == [3, 3, 0]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="Only SQLite keeps answers.")
def test_board_nothing_was_written_since_reads_no_journey(client: Any, lead: User, journeys: list[Journey]) -> None:
    client.force_login(lead, backend="django.contrib.auth.backends.ModelBackend")
    first = client.get("/journeys")

    with CaptureQueriesContext(connection) as captured:
        second = client.get("/journeys")

    assert not [query for query in captured if "journeys_" in query["sql"] and "sqlite_master" not in query["sql"]]
    assert second.context["columns"] == first.context["columns"]


def test_mark_watches_every_table_that_the_board_is_read_from(lead: User, journeys: list[Journey]) -> None:
    with CaptureQueriesContext(connection) as captured:
        for wanted in ASKED:
            answer(lead, wanted, mark="")

    read = {name for query in captured for name in re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"])}
    tables = set(connection.introspection.table_names())
    assert read & tables <= {model._meta.db_table for model in BOARD_ANSWERS.watched}


def answer(user: User, wanted: BoardFilter, *, mark: str, now: datetime = NOW) -> tuple[Any, ...]:
    board = Board(user, wanted, now=now, mark=mark)
    if wanted.is_list:
        return board.counts, board.count_list(), board.page_of(0, 10)
    return board.counts, board.columns()
