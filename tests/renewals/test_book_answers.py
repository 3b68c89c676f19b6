"""What the book keeps of its answers is what it would answer anew, whatever was written since and by whom."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.enums import HoldScope, TodoActor, TodoState
from customers.models import Brake, Contract, Customer, Hold, Stakeholder, Todo, User
from customers.queries import kept
from customers.queries.kept import KeptAnswers
from customers.services.kept_marks import install_marks
from emails.enums import DraftState
from emails.models import Draft
from outreach.enums import PlanState, TouchState
from outreach.models import OutreachPlan, Touch
from renewals.models import Renewal
from renewals.queries.book import Book
from renewals.queries.book_answers import BOOK_ANSWERS
from renewals.queries.book_filter import BookFilter
from renewals.queries.book_rows import BookRow
from renewals.queries.book_summary import BookSummary, read_facets
from tests import factories
from tests.renewals.test_book_steps import NOW, TODAY, Account, make

pytestmark = pytest.mark.django_db
on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="Only SQLite keeps a mark.")
ASKED = (
    BookFilter(),
    BookFilter(sort="waits"),
    BookFilter(sort="action", descending=True),
    BookFilter(sort="owner"),
    BookFilter(sort="increase", stage="prepare"),
    BookFilter(text="ada"),
    BookFilter(risk="high", sort="risk"),
    BookFilter(segment="Growth", sort="name"),
)


@pytest.fixture
def accounts(csm: User) -> list[Customer]:
    return make_whole_accounts(csm)


def make_whole_accounts(csm: User) -> list[Customer]:
    """Three accounts with one of everything that a book is read from; the first is changed by the tests."""
    one = Account("UTC", NOW - timedelta(days=9), 140, 90, True, True, None, False, PlanState.OPEN, [], [], [])
    make([one, one, one])
    found = list(Customer.objects.order_by("name"))
    Customer.objects.update(owner=csm, churn_risk=60)
    for customer in found:
        factories.StakeholderFactory.create(customer=customer, name="Ada", email="")
    first = found[0]
    Brake.objects.create(customer=first, set_at=NOW, cleared_at=NOW)
    Hold.objects.create(customer=first, scope=HoldScope.ACCOUNT, starts_at=NOW, ended_at=NOW)
    Draft.objects.create(customer=first, to_name="A", to_email="a@b.example", state=DraftState.CANCELLED, version=1)
    Todo.objects.create(customer=first, title="Call", waits_since=NOW, actor=TodoActor.CSM, state=TodoState.DISMISSED)
    plan = OutreachPlan.objects.get(customer=first)
    Touch.objects.create(
        plan=plan, key="1", kind="call", title="Ring", order=1, wanted_date=TODAY, due_date=TODAY,
        state=TouchState.SKIPPED,
    )  # fmt: skip
    return found


Change = Callable[[Customer], Any]
of: Callable[[type[Any], Customer], Any] = lambda model, customer: model.objects.filter(customer=customer)  # noqa: E731
CHANGES: dict[str, Change] = {
    "renamed": lambda c: Customer.objects.filter(pk=c.pk).update(name="Zebra"),
    "segment": lambda c: Customer.objects.filter(pk=c.pk).update(segment="Growth"),
    "risk": lambda c: Customer.objects.filter(pk=c.pk).update(churn_risk=10),
    "owner": lambda c: Customer.objects.filter(pk=c.pk).update(owner=None),
    "zone": lambda c: Customer.objects.filter(pk=c.pk).update(timezone="America/Los_Angeles"),
    "made": lambda c: factories.CustomerFactory.create(name="New", owner=None),
    "renewal date": lambda c: of(Contract, c).update(renewal_date=TODAY + timedelta(days=20)),
    "price": lambda c: of(Contract, c).update(current_price=Decimal(7)),
    "ended": lambda c: of(Contract, c).update(state="ended"),
    "churned": lambda c: (
        of(Contract, c).update(state="ended"), of(Renewal, c).update(outcome="churned", closed_at=NOW),
    ),
    "unlocked": lambda c: of(Renewal, c).update(price_locked_at=None),
    "renewal gone": lambda c: of(Renewal, c).delete(),
    "person": lambda c: of(Stakeholder, c).update(name="Eve"),
    "person gone": lambda c: of(Stakeholder, c).delete(),
    "braked": lambda c: of(Brake, c).update(cleared_at=None),
    "held": lambda c: of(Hold, c).update(ended_at=None),
    "draft waits": lambda c: of(Draft, c).update(state=DraftState.DRAFT),
    "task opened": lambda c: of(Todo, c).update(state=TodoState.OPEN),
    "plan gone": lambda c: of(OutreachPlan, c).update(state=PlanState.CLOSED, closed_at=NOW, end="person"),
    "contact planned": lambda c: Touch.objects.filter(plan__customer=c).update(state=TouchState.PLANNED),
    "owner renamed": lambda c: User.objects.update(first_name="Aaron"),
    "owner moved": lambda c: User.objects.exclude(role="lead").update(team=None),
    "many made": lambda c: Customer.objects.bulk_create([Customer(name=f"Bulk {n}") for n in range(3)]),
    "gone": lambda c: Customer.objects.filter(pk=c.pk).delete(),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_book_after_any_change_answers_as_if_it_had_kept_nothing(
    lead: User, accounts: list[Customer], change: Change
) -> None:
    before = [answer(lead, wanted, mark=BOOK_ANSWERS.read_mark()) for wanted in ASKED]

    change(accounts[0])

    after = [answer(lead, wanted, mark=BOOK_ANSWERS.read_mark()) for wanted in ASKED]
    assert after == [answer(lead, wanted, mark="") for wanted in ASKED]
    assert after != before


def test_book_on_another_day_answers_for_that_day(lead: User, accounts: list[Customer]) -> None:
    mark = BOOK_ANSWERS.read_mark()
    today = answer(lead, BookFilter(sort="waits"), mark=mark)

    tomorrow = answer(lead, BookFilter(sort="waits"), mark=mark, now=NOW + timedelta(days=1))

    assert tomorrow == answer(lead, BookFilter(sort="waits"), mark="", now=NOW + timedelta(days=1))
    assert tomorrow != today


def test_book_kept_for_one_reader_is_not_shown_to_another(
    lead: User, csm: User, stranger: User, accounts: list[Customer]
) -> None:
    mark = BOOK_ANSWERS.read_mark()

    seen = {user.username: len(answer(user, BookFilter(), mark=mark)[0]) for user in (lead, csm, stranger)}

    assert seen == {"liam": 3, "dana": 3, "stefan": 0}


def test_book_of_a_reader_with_another_role_is_asked_anew(stranger: User, accounts: list[Customer]) -> None:
    mark = BOOK_ANSWERS.read_mark()
    assert answer(stranger, BookFilter(), mark=mark)[0] == []

    stranger.role = "ops"

    assert len(answer(stranger, BookFilter(), mark=mark)[0]) == 3


@on_sqlite
@pytest.mark.parametrize("model", BOOK_ANSWERS.watched, ids=lambda model: model.__name__)
def test_mark_every_table_of_the_book_changes_it(accounts: list[Customer], model: type[Model]) -> None:
    table, marks = model._meta.db_table, [BOOK_ANSWERS.read_mark()]
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA defer_foreign_keys = ON")
        cursor.execute(f"CREATE TEMP TABLE copied AS SELECT * FROM {table}")
        kept = [c.name for c in connection.introspection.get_table_description(cursor, "copied")]
        shown = ", ".join(f'"{name}"' for name in kept if name not in ("search_text", "price_factor"))

        for statement in (
            f"UPDATE {table} SET id = id",
            f"DELETE FROM {table}",
            f"INSERT OR IGNORE INTO {table} ({shown}) SELECT {shown} FROM copied",
        ):
            cursor.execute(statement)
            assert cursor.rowcount > 0
            marks.append(BOOK_ANSWERS.read_mark())
        cursor.execute("DROP TABLE copied")

    assert len(set(marks)) == 4
    assert all(marks)


@on_sqlite
def test_mark_that_is_taken_back_is_the_one_before(accounts: list[Customer]) -> None:
    before = BOOK_ANSWERS.read_mark()

    with transaction.atomic():
        Customer.objects.update(name="Other")
        inside = BOOK_ANSWERS.read_mark()
        transaction.set_rollback(True)

    assert inside != before
    assert BOOK_ANSWERS.read_mark() == before


@on_sqlite
def test_mark_without_all_its_triggers_is_none_until_they_are_made_again(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER kept_mark_customers_customer_update")

    without = BOOK_ANSWERS.read_mark()
    install_marks(connection)

    assert without == ""
    assert BOOK_ANSWERS.read_mark() != ""


def test_mark_watches_every_table_that_the_book_is_read_from(lead: User, accounts: list[Customer]) -> None:
    with CaptureQueriesContext(connection) as captured:
        for wanted in ASKED:
            answer(lead, wanted, mark="")

    tables = set(connection.introspection.table_names())
    read = {name for query in captured for name in re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"])}
    assert read & tables == {model._meta.db_table for model in BOOK_ANSWERS.watched}


@on_sqlite
def test_book_page_nothing_was_written_since_reads_nothing_of_the_book(
    client: Client, lead: User, accounts: list[Customer]
) -> None:
    client.force_login(lead, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("renewals:book")
    first = client.get(address)

    with CaptureQueriesContext(connection) as captured:
        second = client.get(address)

    tables = {name for query in captured for name in re.findall(r'FROM "(\w+)"', query["sql"])}
    assert tables & {model._meta.db_table for model in BOOK_ANSWERS.watched} == {User._meta.db_table}
    assert second.context["rows"] == first.context["rows"]


def test_kept_answers_of_an_older_mark_or_too_many_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_every", [])
    answers, asked = KeptAnswers(most=2), list[str]()

    def ask(mark: str, key: str) -> None:
        answers.answer(mark, key, lambda: asked.append(key))

    for mark, key in [("1", "a"), ("1", "a"), ("1", "b"), ("1", "c"), ("1", "a"), ("2", "a"), ("1", "a"), ("", "a")]:
        ask(mark, key)

    assert asked == ["a", "b", "c", "a", "a", "a", "a"]


def answer(
    user: User, wanted: BookFilter, *, mark: str, now: datetime = NOW
) -> tuple[list[BookRow], BookSummary, list[date], list[str], list[uuid.UUID | None]]:
    facets = read_facets(user, now=now, mark=mark)
    book = Book(user, wanted, facets.dates, mark)
    days = sorted([facets.dates.usual, *facets.dates.others])
    owners = [owner.display_name for owner in facets.owners]
    return book.rows(0, 50, count=book.count()), book.summary, days, owners, [owner.team_id for owner in facets.owners]
