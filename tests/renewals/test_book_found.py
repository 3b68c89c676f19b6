"""A search in a large book: what is found is shown as ever, and counted only as far as a page needs it (PostgreSQL)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Customer, Team, User
from customers.queries import paging
from renewals.models import Renewal
from renewals.queries import book_found
from renewals.queries.book import Book
from renewals.queries.book_filter import NO_CONTRACT, SORTS, BookFilter
from renewals.queries.book_summary import read_facets
from renewals.services.step_lines import take_changes
from renewals.views import book as book_page
from tests import factories
from tests.conftest import NOW
from tests.pagers import words_of_pager

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
FEW = 6
"""So many are counted in the small book of these tests."""


def find(client: Client, **query: object) -> str:
    answer = client.get(reverse("renewals:book"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def pager(client: Client, **query: object) -> list[str]:
    return words_of_pager(find(client, **query))


@pytest.fixture
def reader(client: Client, lead: User) -> Client:
    client.force_login(lead, backend="django.contrib.auth.backends.ModelBackend")
    return client


def make_many(owner: User, count: int) -> None:
    Customer.objects.bulk_create([Customer(name=f"Acme {n:04d}", owner=owner) for n in range(count)])
    factories.CustomerFactory.create(name="Bluefin", owner=owner)


@pytest.mark.parametrize(
    ("count", "first", "last"),
    [
        (0, [], []),
        (1, ["1 account"], ["1 account"]),
        (
            1_000,
            ["1–50 of 1000 accounts", "Page 1 of 20", "Next"],
            ["951–1000 of 1000 accounts", "Previous", "Page 20 of 20"],
        ),
        (
            1_001,
            ["1–50 of more than 1000 accounts", "Page 1", "Next"],
            ["1001–1001 of 1001 accounts", "Previous", "Page 21 of 21"],
        ),
    ],
)
def test_pager_says_how_many_are_found_up_to_a_thousand_and_on_a_page_behind_them(
    reader: Client, csm: User, count: int, first: list[str], last: list[str]
) -> None:
    make_many(csm, count)

    assert pager(reader, q="acme") == first
    assert pager(reader, q="acme", page=1_000_000) == last
    if count > 1_000:
        assert pager(reader, q="acme", page=20) == [
            "951–1000 of more than 1000 accounts",
            "Previous",
            "Page 20",
            "Next",
        ]
        assert pager(reader, q="acme", page=21) == last
        assert "Acme 1000" in find(reader, q="acme", page=21, sort="name")


def test_filters_at_once_that_the_sums_do_not_tell_apart_are_counted_as_far(reader: Client, csm: User) -> None:
    rows = [Customer(name=f"A {n}", owner=csm, segment="SMB", churn_risk=60) for n in range(1_001)]
    Customer.objects.bulk_create(rows)

    assert pager(reader, segment="SMB", risk="high")[0] == "1–50 of more than 1000 accounts"
    assert pager(reader, segment="SMB")[0] == "1–50 of 1001 accounts"
    assert pager(reader, segment="SMB", currency="USD") == []


def test_what_is_found_and_not_counted_leaves_whole_as_csv(reader: Client, csm: User) -> None:
    make_many(csm, 1_001)

    answer = reader.get(reverse("renewals:book_export"), {"q": "acme"})

    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert len({row["Account"] for row in rows}) == len(rows) == 1_001


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than FEW accounts are counted."""
    for module in (paging, book_found):
        monkeypatch.setattr(module, "MOST_COUNTED", FEW)


@pytest.fixture
def accounts(csm: User, other_csm: User) -> list[Customer]:
    """Of every kind that an order tells apart; half of them hold the text themselves, some in a person."""
    found = []
    for n in range(24):
        customer = factories.CustomerFactory.create(
            name=f"{('Acme', 'Bluefin')[n % 2]} {n % 5}{n:02d}",
            owner=(csm, other_csm, None)[n % 3],
            segment=("SMB", "")[n % 4 == 0],
            churn_risk=(None, 60, 51, 20)[n % 4],
            relationship_strength=(None, 4, 9)[n % 3],
            timezone=("UTC", "Asia/Tokyo", "America/Los_Angeles")[n % 3],
        )
        if n % 6:
            contract = factories.ContractFactory.create(
                customer=customer,
                current_price=Decimal(100 * n),
                target_price=Decimal(110 * n) if n % 4 else None,
                start_date=None,
                renewal_date=NOW.date() + timedelta(days=n * 13 - 20),
            )
            Renewal.objects.create(customer=customer, contract=contract)
        for place in range(n % 3):
            factories.StakeholderFactory.create(
                customer=customer, name=f"Mary {place}", email=f"m{n}.{place}@acme.example"
            )
        found.append(customer)
    return found


ASKED = (
    {"text": "acme"},
    {"text": "mary 1"},
    {"text": "%"},
    {"text": "a", "stage": "monitor"},
    {"text": "a", "stage": NO_CONTRACT},
    {"risk": "high", "segment": "SMB"},
)


@pytest.mark.parametrize("looked_up", [2, 100])
@pytest.mark.parametrize("is_taken_in", [False, True])
def test_pages_in_every_order_show_what_is_asked_for_and_nothing_else(
    few: None, accounts: list[Customer], lead: User, looked_up: int, is_taken_in: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_found, "MOST_LOOKED_UP", looked_up)
    if is_taken_in:
        take_changes(now=NOW)
    for wanted, sort, descending in product(ASKED, SORTS, (False, True)):
        book = Book(lead, BookFilter(**wanted, sort=sort, descending=descending), read_facets(lead, now=NOW).dates)

        whole, count = book.all_ids(), book.count()

        asked = (wanted, sort, descending)
        assert (count.total, count.are_more) == (min(len(whole), FEW), len(whole) > FEW), asked
        assert list(_paged(book, 2)) == whole[:FEW], asked


def _paged(book: Book, size: int) -> Iterator[UUID]:
    """Page by page, as long as there is one."""
    count = book.count()
    for begin in range(0, count.total, size):
        yield from book.ids(begin, begin + size, count=count)


def test_page_behind_what_is_counted_is_read_from_all_that_is_found(
    few: None, accounts: list[Customer], lead: User
) -> None:
    book = Book(lead, BookFilter(text="acme"), read_facets(lead, now=NOW).dates)

    count = book.count_all()

    whole = book.all_ids()
    assert (count.total, count.are_more) == (len(whole), False)
    assert len(whole) > FEW
    assert book.ids(FEW, len(whole), count=count) == whole[FEW:]


def test_narrow_scope_counts_and_shows_its_own_alone(
    few: None, client: Client, csm: User, stranger: User, lead: User, team: Team
) -> None:
    """A hundred hold the text; a lead sees two of them, one for a person there, and a CSM one."""
    elsewhere = factories.UserFactory.create(team=factories.TeamFactory.create())
    Customer.objects.bulk_create([Customer(name=f"Acme {n:03d}", owner=elsewhere) for n in range(100)])
    factories.CustomerFactory.create(name="Acme of mine", owner=csm)
    colleague = factories.UserFactory.create(team=team)
    other = factories.CustomerFactory.create(name="Bluefin", owner=colleague)
    factories.StakeholderFactory.create(customer=other, name="Ada", email="ada@acme.example")

    books = {who: Book(who, BookFilter(text="acme"), read_facets(who, now=NOW).dates) for who in (lead, csm, stranger)}

    assert {who: book.count().total for who, book in books.items()} == {lead: 2, csm: 1, stranger: 0}
    assert not any(book.count().are_more for book in books.values())
    shown = {who: [str(Customer.objects.get(pk=pk)) for pk in book.all_ids()] for who, book in books.items()}
    assert shown == {lead: ["Acme of mine", "Bluefin"], csm: ["Acme of mine"], stranger: []}


@pytest.mark.parametrize("wanted", [{"q": "acme"}, {"q": "a", "stage": "monitor"}, {"q": "a", "sort": "risk"}])
def test_search_makes_no_more_than_twelve_queries(
    few: None,
    accounts: list[Customer],
    reader: Client,
    wanted: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: Any,
) -> None:
    monkeypatch.setattr(book_found, "MOST_LOOKED_UP", 2)
    monkeypatch.setattr(book_page, "PAGE_SIZE", 2)
    find(reader, page=99)

    for page in (1, 99):
        with django_assert_max_num_queries(12):
            find(reader, page=page, **wanted)
