"""What Today keeps of its answers is what it would answer anew, whatever was written since and by whom."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.desk.today import EVERYBODY, Today, Wanted
from config.desk.today_answers import TODAY_ANSWERS
from config.desk.today_sql import accounts_sql, work_sql
from customers.enums import HoldScope, TodoState
from customers.models import Contract, Customer, Todo, User
from customers.services.holds import hold_customer, set_brake
from customers.services.todos import add_todo
from tests import factories
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]


@pytest.fixture
def customer(csm: User) -> Customer:
    customer: Customer = factories.CustomerFactory.create(owner=csm, name="Acme", churn_risk=50)
    factories.ContractFactory.create(
        customer=customer, current_price=Decimal(100_000), renewal_date=date(2027, 1, 1), notice_days=90
    )
    add_todo("Ask for the logo", customer=customer, owner=csm, now=NOW, by=csm, due_date=NOW.date())
    return customer


def hold(customer: Customer) -> None:
    hold_customer(customer, scope=HoldScope.ACCOUNT, until=None, reason="Quiet", now=NOW, by=customer.owner)


CHANGES: dict[str, Callable[[Customer], Any]] = {
    "renamed": lambda c: Customer.objects.update(name="Zebra"),
    "risk": lambda c: Customer.objects.update(churn_risk=10),
    "given away": lambda c: Todo.objects.update(owner=User.objects.get(username="liam")),
    "price": lambda c: Contract.objects.update(current_price=Decimal(7)),
    "done": lambda c: Todo.objects.update(state=TodoState.DISMISSED),
    "another": lambda c: add_todo("Call", customer=c, owner=c.owner, now=NOW, by=None, due_date=NOW.date()),
    "braked": lambda c: set_brake(c, reason="A reply came", now=NOW, by=None),
    "reply": lambda c: factories.ReplyFactory.create(customer=c, classification="question", is_verified=True),
    "gone": lambda c: Customer.objects.all().delete(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_today_after_any_change_answers_as_if_it_had_kept_nothing(
    lead: User, customer: Customer, change: Callable[[Customer], Any]
) -> None:
    before = answer(lead, mark=TODAY_ANSWERS.read_mark())

    change(customer)

    after = answer(lead, mark=TODAY_ANSWERS.read_mark())
    assert after == answer(lead, mark="")
    assert after != before


def test_today_kept_for_one_reader_is_not_shown_to_another(
    lead: User, csm: User, stranger: User, customer: Customer
) -> None:
    mark = TODAY_ANSWERS.read_mark()

    assert [len(answer(user, mark=mark)[0]) for user in (lead, csm, stranger)] == [1, 1, 0]


def test_today_on_another_day_answers_for_that_day(lead: User, customer: Customer) -> None:
    mark = TODAY_ANSWERS.read_mark()

    days = [answer(lead, mark=mark, now=NOW + timedelta(days=n))[0][0].rank.days_left for n in (0, 1)]

    assert days == [0, -1]


def test_today_of_who_comes_to_stand_in_shows_the_other_desk(csm: User, lead: User, customer: Customer) -> None:
    colleague = factories.UserFactory.create(role="csm", team=csm.team)
    mark = TODAY_ANSWERS.read_mark()
    alone = Today(colleague, Wanted(), now=NOW, mark=mark).read()[0]

    colleague.stands_in_for = [str(csm.pk)]

    assert alone == []
    assert Today(colleague, Wanted(), now=NOW, mark=mark)._key() != Today(csm, Wanted(), now=NOW, mark=mark)._key()
    assert len(Today(colleague, Wanted(), now=NOW, mark=mark).read()[0]) == 1


def test_mark_watches_every_table_that_today_is_read_from(lead: User) -> None:
    statements = [accounts_sql(lead)[0]]
    statements += [work_sql(NOW.date(), NOW, of_one=of_one, with_failures=of_one)[0] for of_one in (False, True)]
    tables = set(connection.introspection.table_names())
    read = {name for sql in statements for name in re.findall(r'(?:FROM|JOIN) "(\w+)"', sql)} & tables

    assert len(read) > 10
    assert read <= {model._meta.db_table for model in TODAY_ANSWERS.watched}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="Only SQLite keeps answers.")
@pytest.mark.parametrize("model", TODAY_ANSWERS.watched, ids=lambda model: model.__name__)
def test_mark_every_table_of_today_has_its_three_triggers(db: None, model: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s AND name LIKE 'kept_mark%%'",
            [model._meta.db_table],
        )
        assert cursor.fetchone() == (3,)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="Only SQLite keeps answers.")
def test_today_page_nothing_was_written_since_ranks_nothing_again(
    client: Client, lead: User, customer: Customer
) -> None:
    client.force_login(lead, backend="django.contrib.auth.backends.ModelBackend")
    first = client.get("/today?whose=all")

    with CaptureQueriesContext(connection) as captured:
        second = client.get("/today?whose=all")

    assert not [query for query in captured if "turn_code" in query["sql"]]
    assert second.context["counts"] == first.context["counts"]
    assert first.context["counts"].total == 1


def answer(user: User, *, mark: str, now: datetime = NOW) -> tuple[Any, Any]:
    return Today(user, Wanted(EVERYBODY), now=now, mark=mark).read()
