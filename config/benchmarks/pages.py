"""How long the main pages take on the server, and how many queries they make, in a book of 10,000 accounts.

Goals: at most 12 queries; portfolio 15 ms and workspace 30 ms on PostgreSQL, 40 ms on SQLite (DESIGN, section 8).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse
from django.utils import timezone

from config.benchmarks.book import fill_book
from config.benchmarks.scratch import QueryCounter, scratch_database, timed
from customers.models import Contract, Customer, User
from renewals.services.engage import open_engage

ENGAGE_DAYS = (100, 118)


def measure_pages(*, accounts: int, repeats: int) -> Iterator[dict[str, Any]]:
    """This will fill a scratch database and give one line per page."""
    with scratch_database(), override_settings(ALLOWED_HOSTS=["testserver"]):
        lead = fill_book(accounts, now=timezone.now())
        _let_planner_know()
        customer = _account_in_engage(lead)
        client = Client()
        client.force_login(lead, backend="django.contrib.auth.backends.ModelBackend")
        for page, address in _pages(customer).items():
            yield {
                "page": page,
                "database": connection.vendor,
                "accounts": accounts,
                "queries": _count_queries(client, address),
                **timed(partial(_get, client, address), repeats=repeats),
            }


def _let_planner_know() -> None:
    """Do at once what PostgreSQL's autovacuum does within a minute; SQLite has no such helper in use either."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _pages(customer: Customer) -> dict[str, str]:
    book = reverse("renewals:book")
    return {
        "portfolio": book,
        "portfolio_sorted_by_increase": f"{book}?sort=-increase",
        "portfolio_search": f"{book}?q=Account+0099",
        "portfolio_last_page": f"{book}?page=200",
        "account": reverse("customers:account", args=[customer.pk]),
        "engage": reverse("renewals:engage", args=[customer.pk]),
    }


def _account_in_engage(lead: User) -> Customer:
    today = timezone.now().date()
    contracts = Contract.objects.filter(renewal__price_locked_at__isnull=False)
    contract = next(c for c in contracts if ENGAGE_DAYS[0] <= (c.renewal_date - today).days <= ENGAGE_DAYS[1])
    open_engage(contract.customer, now=timezone.now(), by=lead)
    customer: Customer = contract.customer
    return customer


def _get(client: Client, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")


def _count_queries(client: Client, address: str) -> int:
    _get(client, address)
    counter = QueryCounter()
    with connection.execute_wrapper(counter):
        _get(client, address)
    return counter.count
