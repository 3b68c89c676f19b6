"""The mailbox lists and searches without reading messages, in as many queries for one as for fifty."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import Customer, User
from emails.models import CapturedMail
from emails.queries.mailbox import list_captured
from tests import factories
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


def _captured(customer: Customer, number: int, *, subject: str = "Renewal", to: str = "mary@acme.example") -> None:
    CapturedMail.objects.create(
        customer=customer, message_id=f"<{subject}{number}@x>", mail_from="a@b.example", mail_to=to, subject=subject,
        captured_at=NOW - timedelta(minutes=number), raw=b"raw",
    )  # fmt: skip


def test_list_takes_as_many_queries_for_one_three_and_thirty_messages(client: Client, csm: User) -> None:
    customer = factories.CustomerFactory.create(owner=csm)
    client.force_login(csm)
    counts = {}
    for number in range(30):
        _captured(customer, number)
        if number + 1 in (1, 3, 30):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert client.get("/mailbox", {"q": "renewal"}).content.count(b"mail-list-text") == number + 1
            counts[number + 1] = len(queries)
            assert not any('"raw"' in query["sql"] for query in queries)

    assert counts[1] == counts[3] == counts[30] <= 6


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("RENEWAL", {"Your renewal"}),
        ("jo@other", {"A note", "100% sure"}),
        ("acme corp", {"Your renewal"}),
        ("%", {"100% sure"}),
        ("", {"Your renewal", "A note", "100% sure"}),
        ("nothing", set()),
    ],
)
def test_search_finds_by_subject_recipient_and_account(csm: User, text: str, found: set[str]) -> None:
    acme = factories.CustomerFactory.create(owner=csm, name="Acme Corporation")
    other = factories.CustomerFactory.create(owner=csm, name="Other")
    _captured(acme, 1, subject="Your renewal")
    _captured(other, 2, subject="A note", to="Jo <jo@other.example>")
    _captured(other, 3, subject="100% sure", to="jo@other.example")
    _captured(factories.CustomerFactory.create(), 4, subject="Renewal of strangers")

    assert {mail.subject for mail in list_captured(csm, text=text)} == found


def test_pages_show_the_latest_first(client: Client, csm: User) -> None:
    customer = factories.CustomerFactory.create(owner=csm)
    for number in range(53):
        _captured(customer, number, subject=f"Letter {number}.")
    client.force_login(csm)

    first, last = (client.get("/mailbox", {"page": page}).context["page"] for page in (1, 1_000_000))

    assert [mail.subject for mail in first] == [f"Letter {number}." for number in range(30)]
    assert [mail.subject for mail in last] == [f"Letter {number}." for number in range(30, 53)]
