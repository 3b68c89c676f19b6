"""The benchmark of pages knows every page there is, and each can be opened in the book that it fills."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from django.db import connection

from config.benchmarks.addresses import list_desk
from config.benchmarks.larger import PER_ACCOUNT
from config.benchmarks.pages import MOST_QUERIES, FilledDesk, fill_desk, find_reader, open_pages
from config.benchmarks.scratch import QueryCounter
from customers.models import Customer, Stakeholder
from emails.models import Draft
from outreach.models import Touch

ACCOUNTS, TIMES = 160, 2
IN_ENGAGE = 130
"""The place of an account whose letters are written, and which is not the pattern of the others."""
SHOWS_NOTHING = frozenset({204, 302, 405})
"""No page: an empty answer, the way to another page, or no GET at all."""
STREAMED = frozenset({"renewals:book_export", "emails:person_export"})
"""Files: read in portions, as many as the book is long, or from every table of the house."""
pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Iterator[FilledDesk]:
    logging.disable(logging.ERROR)  # pages that are not for everybody say so in the log
    yield fill_desk(ACCOUNTS * TIMES, written=ACCOUNTS)
    logging.disable(logging.NOTSET)


def test_every_address_shows_a_page_in_at_most_twelve_queries_or_nothing(desk: FilledDesk) -> None:
    """Source: DESIGN, section 8. A page that is not found needs an example in config/benchmarks/examples.py."""
    hidden, over = {}, {}
    for address in list_desk(desk.examples):
        counter = QueryCounter()
        with connection.execute_wrapper(counter):
            page = find_reader(address, desk.readers)
        if page is None:
            hidden[address.page] = {reader.client.get(address.url).status_code for reader in desk.readers[:-1]}
        elif counter.count > MOST_QUERIES and page.address.page not in STREAMED:
            # Others had been asked for it before, or it was the first to read what a process keeps.
            over[str(address)] = page.count_queries()

    assert {page: answers for page, answers in hidden.items() if not answers & SHOWS_NOTHING} == {}
    assert {page: n for page, n in over.items() if n > MOST_QUERIES} == {}


def test_copies_of_an_account_are_accounts_of_their_own_with_all_that_stands_around_them(desk: FilledDesk) -> None:
    names = list(Customer.objects.order_by("name").values_list("name", "external_id"))
    assert len(names) == len(set(names)) == ACCOUNTS * TIMES
    assert {name[-6:] for name, _ in names} == {f"{n:06d}" for n in range(ACCOUNTS * TIMES)}
    assert all(number == f"bench-{int(name[-6:])}" for name, number in names)
    first, second = (Customer.objects.get(external_id=f"bench-{n}") for n in (IN_ENGAGE, IN_ENGAGE + ACCOUNTS))
    assert _around(first) == _around(second)
    contacts = [
        Touch.objects.filter(plan__customer=each).values_list("draft_id", flat=True) for each in (first, second)
    ]
    written = [set(Draft.objects.filter(pk__in=list(each)).values_list("customer", "pk")) for each in contacts]
    assert len(written[0]) == len(written[1]) > 0
    assert written[0].isdisjoint(written[1])
    people = Stakeholder.objects.values_list("email", flat=True)
    assert len(people) == len(set(people)) == 3 * ACCOUNTS * TIMES


def _around(customer: Customer) -> dict[str, int]:
    """How many rows of each kind belong to an account."""
    return {
        model._meta.label: model._default_manager.filter(customer=customer.pk).count()
        for model in PER_ACCOUNT
        if any(field.name == "customer" for field in model._meta.fields)
    }


def test_only_the_pages_that_fit_are_measured(desk: FilledDesk) -> None:
    found = [str(page.address) for page in open_pages(desk, only=r"^renewals:book\?risk=\w+$|^customers:people$")]

    assert found == ["renewals:book?risk=low", "renewals:book?risk=medium", "renewals:book?risk=high"]
