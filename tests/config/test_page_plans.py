"""The pages that are open all day read no large table from end to end, in a house of 128,000 accounts (PostgreSQL).

A person of ours has a hundred of them. Their lead sees all of the team: what sums up a whole book reads all of it,
therefore a lead's pages of one account are opened alone; docs/operate.md says what limits the book.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from config.benchmarks.book import FilledBook, fill_book
from config.benchmarks.journeys import fill_journeys
from config.benchmarks.work import fill_work
from customers.models import Activity, Brake, Contract, Customer, Hold, Meeting, Stakeholder, Todo, User
from customers.queries import paging
from customers.queries.bell import forget_bell
from customers.queries.kept import forget_answers
from customers.queries.merging import list_candidates
from customers.registry.approvals import list_approval_kinds, read_waiting
from customers.services.kept_sums import take_changes
from emails.models import Draft, InboundMail, MailEvent, Reply
from journeys.models import AutomationLog, Deliverable, Journey, JourneyMonth
from journeys.queries.board_sums import BOARD
from outreach.models import OutreachPlan, Touch
from renewals.models import EngageRun, Renewal
from renewals.queries import book_found, book_steps
from renewals.queries.book_filter import by_itself, by_people
from renewals.queries.book_sums import BOOK as BOOK_SUMS
from renewals.services import step_lines
from renewals.views import book as book_page
from tests import factories
from tests.plans import Look, explain, know_tables, multiply, read_by

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
ACCOUNTS, TIMES, OWN = 160, 15, 2
COPIED = (
    Customer, Stakeholder, Contract, Renewal, Todo, Hold, Brake, Meeting, Activity, Draft, MailEvent, InboundMail,
    Reply, OutreachPlan, Touch, EngageRun, Journey, JourneyMonth, Deliverable, AutomationLog,
)  # fmt: skip
BOOK = (
    "", "sort=name", "sort=risk", "sort=-price", "sort=increase", "sort=-relationship", "sort=owner",
    "sort=days&page=20", "sort=action", "sort=-waits", "stage=engage", "stage=none", "risk=high&sort=-risk",
    "segment=Enterprise",
)  # fmt: skip


@pytest.fixture
def book(now: datetime, office_hours: None) -> Iterator[FilledBook]:
    made = fill_book(ACCOUNTS, now=now)
    fill_work(made, now=now)
    fill_journeys(made, now=now)
    multiply(*COPIED, times=TIMES)
    yield made


@pytest.fixture
def sample(book: FilledBook) -> Customer:
    """An account whose Engage is open."""
    found: Customer = EngageRun.objects.select_related("customer").order_by("created_at")[0].customer
    return found


@pytest.fixture
def mine(book: FilledBook, sample: Customer, csm: User) -> list[Customer]:
    """A person's own accounts, of all stages."""
    ids = [sample.pk, *Customer.objects.exclude(pk=sample.pk).order_by("pk").values_list("pk", flat=True)[: OWN - 1]]
    Customer.objects.filter(pk__in=ids).update(owner=csm)
    User.objects.filter(pk=csm.pk).update(team=book.lead.team)
    know_tables()
    return list(Customer.objects.filter(owner=csm))


@pytest.fixture
def look(mine: list[Customer]) -> Look:
    return Look()


def test_pages_of_a_person_read_no_large_table_from_end_to_end(
    look: Look, book: FilledBook, sample: Customer, csm: User
) -> None:
    _open(look, csm, [*_desk_pages(), *_account_pages(sample)])
    _open(look, book.lead, _account_pages(sample))

    assert look.idle == []
    assert look.found == {}


def test_heads_of_a_leads_pages_add_up_sums_instead_of_the_book(
    mine: list[Customer], book: FilledBook, sample: Customer, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is asked for by stage, owner, segment and risk too; an order by next step is read from its lines."""
    for kept in (BOOK_SUMS, BOARD):
        take_changes(kept)
    step_lines.take_changes(now=now)
    know_tables()
    monkeypatch.setattr(book_steps, "MANY", 1)
    look = Look()
    pages = [f"{reverse('renewals:book')}?{query}" for query in BOOK]
    pages += [f"{reverse('renewals:book')}?owner={sample.owner_id}", reverse("renewals:forecast")]
    pages += [reverse("journeys:board"), f"{reverse('journeys:board')}?state=overdue"]

    _open(look, book.lead, pages)

    # Which fifty are shown is another question: with so few days and names as here, sorting all is reckoned as cheap.
    orders = tuple(
        f"SELECT {column} AS" for column in ('"customers_contract"."customer_id"', '"customers_customer"."id"')
    )
    assert look.idle == []
    assert [sql for found in look.found.values() for sql, _ in found if not sql.startswith(orders)] == []


@pytest.mark.parametrize("sort", ["days", "-risk", "name", "action"])
def test_common_search_of_a_lead_asks_account_after_account_for_their_people_until_a_page_is_full(
    mine: list[Customer], book: FilledBook, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To know it of all accounts at once PostgreSQL would read all people."""
    for module in (paging, book_found):
        monkeypatch.setattr(module, "MOST_COUNTED", 20)
    monkeypatch.setattr(book_found, "MOST_LOOKED_UP", 30)
    monkeypatch.setattr(book_page, "PAGE_SIZE", 10)
    look = Look()

    _open(look, book.lead, [f"{reverse('renewals:book')}?q=a&sort={sort}"])

    # Who is looked up first of all is whoever stands first in the tables.
    whole = [words for found in look.found.values() for sql, words in found if not sql.startswith("\nWITH \nitself")]
    assert look.idle == []
    assert [words for words in whole if "stakeholder" in words] == []


def test_queue_of_approvals_is_read_in_the_order_of_indexes(mine: list[Customer], book: FilledBook) -> None:
    """As far as its head goes: all that waits is neither read nor sorted."""
    found = [kind.find(book.lead, mine=False) for kind in list_approval_kinds()]
    orders: list[set[str]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        orders.append(set(read_by(explain(sql, params))))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        read_waiting(found, start=0, stop=10)

    assert len(orders) == 1
    assert orders[0] >= {"draft_waits", "deliverable_in_review"}


def test_longest_lists_of_the_admin_are_read_in_the_order_of_an_index(mine: list[Customer], ops: User) -> None:
    """How many rows there are is counted besides, once a minute."""
    look = Look()
    pages = [reverse(f"admin:{name}_changelist") for name in ("emails_draft", "outreach_touch", "customers_todo")]

    _open(look, ops, pages)

    walked = [sql for found in look.found.values() for sql, _ in found]
    assert look.idle == []
    assert {"emails_draft", "outreach_touch", "customers_todo"} <= look.tables
    assert [sql for sql in walked if not sql.startswith("SELECT COUNT(*)")] == []


def _open(look: Look, reader: User, pages: Iterable[str]) -> None:
    client = Client()
    client.force_login(reader, backend="django.contrib.auth.backends.ModelBackend")
    for page in pages:
        forget_answers()
        forget_bell()
        with look(f"{reader.role}: {page}"):
            answer = client.get(page)
        assert answer.status_code == 200, page


def _desk_pages() -> Iterator[str]:
    yield from (f"{reverse('renewals:book')}?{query}" for query in BOOK)
    for name in ("today", "approvals", "notices", "emails:waiting", "emails:replies", "journeys:board", "journeys:log"):
        yield reverse(name)


def _account_pages(sample: Customer) -> Iterator[str]:
    for name in ("customers:account", "customers:account_activity", "renewals:engage", "journeys:timeline"):
        yield reverse(name, args=[sample.pk])


def test_search_by_name_reads_the_indexes_of_names(db: None) -> None:
    """Those of three letters each where the server has them, else all names; scans of tables are forbidden."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

    plan = explain(*by_itself("acme").union(by_people("acme")).query.sql_with_params())

    names = sorted(name.removesuffix("_trigrams") for name in read_by(plan))
    assert names == ["customer_search", "stakeholder_search"]


def test_accounts_to_merge_with_are_found_by_the_index_of_names(db: None, lead: User) -> None:
    """In the order of their names alone, all of them would be walked until enough are found."""
    kept = factories.CustomerFactory.create(name="Acme Bank")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")

    for text in ("", "bank"):
        plan = explain(*list_candidates(kept, lead, text=text).query.sql_with_params())
        assert {name.removesuffix("_trigrams") for name in read_by(plan)} >= {"customer_search"}
