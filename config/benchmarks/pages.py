"""How long every page takes on the server, and how many queries it makes, in a book of 10,000 accounts.

Goals: at most 12 queries; portfolio 15 ms and workspace 30 ms on PostgreSQL, 40 ms on SQLite (DESIGN, section 8).
The URL tables are walked, so that a page is measured as soon as it has an address. cpu_ms is what this process worked:
the honest figure on a machine that has other things to do; median_ms is what the clock on the wall said.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from django.db import connection
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import override_settings
from django.urls import resolve
from django.utils import timezone

from config.benchmarks.addresses import Address, list_desk
from config.benchmarks.book import fill_book
from config.benchmarks.clients import fill_client, fill_next
from config.benchmarks.examples import Examples
from config.benchmarks.expansion import fill_expansion
from config.benchmarks.journeys import fill_journeys, fill_simulation
from config.benchmarks.larger import enlarge
from config.benchmarks.office import fill_office
from config.benchmarks.scratch import QueryCounter, let_planner_know, scratch_database, timed
from config.benchmarks.settled import fill_settled
from config.benchmarks.work import fill_work
from customers.models import User
from customers.queries.kept import forget_answers

MOST_QUERIES = 12
MOST_CPU_MS = 40
WRITTEN_ACCOUNTS = 2_000


@dataclass(frozen=True)
class Reader:
    """Somebody whose browser asks."""

    name: str
    client: Client


@dataclass(frozen=True)
class FilledDesk:
    """A book with everything around it. readers: who may be asked to open a page, the first who can does."""

    readers: Sequence[Reader]
    examples: Examples


@dataclass(frozen=True)
class OpenPage:
    """A page and who can open it."""

    address: Address
    reader: Reader

    def get(self) -> HttpResponseBase:
        answer = self.reader.client.get(self.address.url)
        if answer.status_code != 200:
            raise RuntimeError(f"{self.address.url} answered {answer.status_code}")
        b"".join(answer)
        return answer

    @property
    def is_file(self) -> bool:
        """Whether it is something to keep, a PDF or an export of all rows, not a page to look at."""
        return not self.reader.client.get(self.address.url)["Content-Type"].startswith("text/html")

    def get_anew(self) -> HttpResponseBase:
        """Open it as the first who does after a change."""
        forget_answers()
        return self.get()

    def count_queries(self) -> int:
        counter = QueryCounter()
        with connection.execute_wrapper(counter):
            self.get_anew()
        return counter.count


def measure_pages(*, accounts: int, repeats: int, only: str = "", anew: bool = False) -> Iterator[dict[str, Any]]:
    """This will fill a scratch database and give one line per page, then one that sums them up.

    only: a regular expression that is looked for in a page's name and query. anew: what pages keep of their answers
    is forgotten before each view; queries are always counted so.
    """
    with scratch_database(), override_settings(ALLOWED_HOSTS=["testserver"]):
        desk = fill_desk(accounts)
        let_planner_know()
        leave_out_filling()
        lines = []
        for page in open_pages(desk, only=only):
            get = page.get_anew if anew else page.get
            lines.append({**_name(page), "queries": page.count_queries(), **timed(get, repeats=repeats)})
            yield {"database": connection.vendor, "accounts": accounts, **lines[-1]}
        yield {"database": connection.vendor, "accounts": accounts, **_sum_up(lines)}


def fill_desk(accounts: int, *, written: int = WRITTEN_ACCOUNTS) -> FilledDesk:
    """This will write the book and all around it, at this moment.

    written: so many accounts at most are written one by one; a larger book holds copies of them, all equally often.
    """
    now = timezone.now()
    times = ceil(accounts / written)
    accounts = ceil(accounts / times)
    book = fill_book(accounts, now=now)
    let_planner_know()
    sample = fill_work(book, now=now)
    let_planner_know()
    fill_settled(sample, now=now)
    fill_client(sample, now=now)
    fill_expansion(book, now=now)
    fill_journeys(book, now=now)
    fill_next(sample, now=now)
    fill_simulation(book, now=now)
    office = fill_office(book, now=now)
    enlarge(accounts, times=times)
    readers = [_reader("lead", book.lead), _reader("ops", office.ops), Reader("stranger", Client())]
    sample.refresh_from_db()
    return FilledDesk(readers, Examples(sample, office.colleague, invitation_secret=office.invitation_secret))


def open_pages(desk: FilledDesk, *, only: str = "") -> Iterator[OpenPage]:
    """This will give every page of the desk and of the admin that somebody can open. Raises NoExample."""
    for address in list_desk(desk.examples):
        if re.search(only, str(address)) and (page := find_reader(address, desk.readers)):
            yield page


def find_reader(address: Address, readers: Sequence[Reader]) -> OpenPage | None:
    """This will find the first who is shown the page. None: it shows nothing by GET to anybody."""
    for reader in readers:
        answer = reader.client.get(address.url)
        if answer.status_code == 302 and resolve(answer["Location"].partition("?")[0]).view_name == address.route:
            # A page that takes the secret out of its address before it shows itself.
            address = Address(address.page, address.route, answer["Location"])
            answer = reader.client.get(address.url)
        if answer.status_code == 200:
            return OpenPage(address, reader)
    return None


def leave_out_filling() -> None:
    """What filling left in memory is nothing that a page's collector of garbage would walk through."""
    gc.collect()
    gc.freeze()


def _reader(name: str, user: User) -> Reader:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return Reader(name, client)


def _name(page: OpenPage) -> dict[str, Any]:
    named = {"page": page.address.page, "as": page.reader.name, **({"file": True} if page.is_file else {})}
    return {**named, "query": page.address.query} if page.address.query else named


def _sum_up(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    if not lines:
        return {"pages": 0}
    pages = [line for line in lines if not line.get("file")]
    files = [line for line in lines if line.get("file")]
    return {
        "pages": len(pages),
        **_extremes(pages),
        "above_12_queries": _named([line for line in pages if line["queries"] > MOST_QUERIES]),
        "above_40_cpu_ms": _named([line for line in pages if line["cpu_ms"] > MOST_CPU_MS]),
        "files": {line["page"]: line["cpu_ms"] for line in files},
    }


def _extremes(pages: Sequence[dict[str, Any]]) -> dict[str, Any]:
    if not pages:
        return {}
    worst = max(pages, key=lambda line: line["cpu_ms"])
    return {
        "most_queries": max(line["queries"] for line in pages),
        "worst_cpu_ms": worst["cpu_ms"],
        "worst_page": _named([worst])[0],
    }


def _named(lines: Sequence[dict[str, Any]]) -> list[str]:
    return [f"{line['page']}?{line['query']}" if "query" in line else line["page"] for line in lines]
