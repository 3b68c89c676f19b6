"""The benchmark of pages knows every page there is, and each can be opened in the book that it fills."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from config.benchmarks.addresses import list_addresses, list_routes
from config.benchmarks.pages import FilledDesk, fill_desk, find_reader, open_pages

ACCOUNTS = 160
SHOWS_NOTHING = frozenset({204, 302, 405})
"""No page: an empty answer, the way to another page, or no GET at all."""
pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Iterator[FilledDesk]:
    logging.disable(logging.ERROR)  # pages that are not for everybody say so in the log
    yield fill_desk(ACCOUNTS)
    logging.disable(logging.NOTSET)


def test_every_route_of_the_desk_shows_a_page_or_nothing(desk: FilledDesk) -> None:
    """A page that fails here needs an example of its own in config/benchmarks/examples.py."""
    hidden = {}
    for address in (address for route in list_routes() for address in list_addresses(route, desk.examples)):
        if not find_reader(address, desk.readers):
            answers = {reader.client.get(address.url).status_code for reader in desk.readers[:-1]}
            if not answers & SHOWS_NOTHING:
                hidden[address.page] = answers

    assert hidden == {}


def test_only_the_pages_that_fit_are_measured(desk: FilledDesk) -> None:
    found = [str(page.address) for page in open_pages(desk, only=r"^renewals:book\?risk=\w+$|^customers:people$")]

    assert found == ["renewals:book?risk=low", "renewals:book?risk=medium", "renewals:book?risk=high"]
