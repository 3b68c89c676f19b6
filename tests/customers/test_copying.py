"""Rows that go in by COPY are the rows that a statement would write."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from customers.models import Activity, Customer, User
from customers.queries import memo
from customers.services import copying
from customers.services.arrays import insert_alike
from customers.services.copying import insert_new
from emails.models import Draft
from tests import factories

NAMES = ("Ann", "Zo\u00eb \\N \t tab", "two\nlines", '"quoted" {}', "", "\u65e5\u672c")
DRAFT = ("id", "customer", "to_name", "to_email", "sender", "subject", "body", "facts", "approval_expires_at", "lapses")


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "FEW", 1)


@pytest.fixture
def customer(csm: User) -> Customer:
    return factories.CustomerFactory.create(owner=csm)


def make_rows(customer: Customer, sender: User, now: datetime) -> list[list[Any]]:
    """Of which some have what the others lack."""
    return [
        [
            uuid4(), customer.pk, name, f"p{n}@client.example", sender.pk if n % 2 else None, f"To {name}", name * 300,
            f'[{{"key": "{n}", "value": "{n}.50"}}]', now + timedelta(microseconds=n) if n % 3 else None, n % 2 == 0,
        ]
        for n, name in enumerate(NAMES)
    ]  # fmt: skip


def read(ids: list[UUID]) -> list[dict[str, Any]]:
    """All that was written but the ids, and the moments at which it was."""
    rows = Draft.objects.in_bulk(ids)
    hidden = {"_state", "id", "created_at", "updated_at"}
    return [{name: value for name, value in rows[pk].__dict__.items() if name not in hidden} for pk in ids]


def test_rows_are_what_a_statement_writes(customer: Customer, csm: User, now: datetime) -> None:
    rows = make_rows(customer, csm, now)
    others = [[uuid4(), *row[1:]] for row in rows]
    twice = {"first_subject": "subject", "first_body": "body"}

    copied = insert_new(Draft(writer_note="Alike", cc=["a@b.example"]), DRAFT, rows, twice=twice)
    insert_alike(Draft(writer_note="Alike", cc=["a@b.example"]), DRAFT, others, twice=twice)

    assert copied == {row[0] for row in rows}
    assert read([row[0] for row in rows]) == read([row[0] for row in others])


def test_row_that_is_there_is_left_out_and_the_others_written(customer: Customer) -> None:
    fields = ("id", "customer", "origin_id", "occurrence")
    rows = [[uuid4(), customer.pk, customer.pk, f"month-{n}"] for n in range(1, 5)]
    insert_new(Draft(), fields, rows[:2])

    new = insert_new(Draft(), fields, [[uuid4(), *rows[0][1:]], *rows[2:]])

    assert new == {row[0] for row in rows[2:]}
    assert set(Draft.objects.values_list("pk", flat=True)) == {row[0] for row in rows}


@pytest.mark.django_db(transaction=True)
def test_reference_that_leads_nowhere_is_refused(customer: Customer, now: datetime) -> None:
    rows = [[uuid4(), uuid4(), f"p{n}", "p@client.example", None, "Hi", "Hi", "[]", now, False] for n in range(3)]

    with pytest.raises(IntegrityError), transaction.atomic():
        insert_new(Draft(), DRAFT, rows)

    assert not Draft.objects.exists()


def test_page_that_copies_reads_anew(customer: Customer, now: datetime) -> None:
    fields = ("id", "customer", "at", "verb", "summary")
    rows = [[uuid4(), customer.pk, now, "thing.done", f"Done {n}"] for n in range(3)]

    with memo.reading_once():
        before = memo.kept("lines", Activity.objects.count)
        insert_new(Activity(), fields, rows)
        after = memo.kept("lines", Activity.objects.count)

    assert after == before + 3


@pytest.mark.postgres
def test_many_lines_are_one_statement(customer: Customer, now: datetime) -> None:
    statements: list[str] = []

    def count(execute: Any, sql: str, *rest: Any) -> Any:
        statements.append(sql.split()[0])
        return execute(sql, *rest)

    rows = [[uuid4(), customer.pk, now, "thing.done", f"Done {n}"] for n in range(30)]
    with connection.execute_wrapper(count):
        insert_new(Activity(), ("id", "customer", "at", "verb", "summary"), rows)

    assert statements == ["SAVEPOINT", "RELEASE"]
    assert Activity.objects.filter(verb="thing.done").count() == 30
