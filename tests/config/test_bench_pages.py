"""The benchmark of pages knows every page there is, and each can be opened in the book that it fills."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from django.db import connection

from config.benchmarks.addresses import list_desk
from config.benchmarks.pages import MOST_QUERIES, FilledDesk, fill_desk, find_reader, open_pages
from config.benchmarks.scratch import QueryCounter

ACCOUNTS = 160
SHOWS_NOTHING = frozenset({204, 302, 405})
"""No page: an empty answer, the way to another page, or no GET at all."""
STREAMED = frozenset({"renewals:book_export", "emails:person_export"})
"""Files: read in portions, as many as the book is long, or from every table of the house."""
pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Iterator[FilledDesk]:
    logging.disable(logging.ERROR)  # pages that are not for everybody say so in the log
    yield fill_desk(ACCOUNTS)
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


def test_only_the_pages_that_fit_are_measured(desk: FilledDesk) -> None:
    found = [str(page.address) for page in open_pages(desk, only=r"^renewals:book\?risk=\w+$|^customers:people$")]

    assert found == ["renewals:book?risk=low", "renewals:book?risk=medium", "renewals:book?risk=high"]
