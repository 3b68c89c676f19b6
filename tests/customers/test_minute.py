"""Figures that are kept for a minute, per reader."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customers.enums import Role
from customers.models import Customer, User
from customers.queries import minute
from customers.queries.minute import note_change, once_a_minute, while_dear
from customers.services.accounts import update_customer
from tests import factories
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> User:
    return factories.UserFactory.create(role=Role.CSM)


def test_counted_once_within_a_minute_and_again_after_it(reader: User) -> None:
    read = iter(range(10)).__next__

    told = [once_a_minute("calls", reader, now=NOW + timedelta(seconds=late), read=read) for late in (0, 1, 59, 60, 61)]

    assert told == [0, 0, 0, 1, 1]


def test_a_clock_that_went_back_counts_again(reader: User) -> None:
    read = iter(range(10)).__next__

    assert once_a_minute("calls", reader, now=NOW, read=read) == 0
    assert once_a_minute("calls", reader, now=NOW - timedelta(seconds=1), read=read) == 1


@pytest.mark.parametrize("change", ["reader", "name", "role", "team"])
def test_nobody_gets_what_was_counted_for_another(reader: User, change: str) -> None:
    read = iter(range(10)).__next__
    once_a_minute("calls", reader, now=NOW, read=read)
    name = "calls"

    if change == "reader":
        reader = factories.UserFactory.create(role=Role.CSM)
    elif change == "name":
        name = "mails"
    elif change == "role":
        reader.role = Role.LEAD
    else:
        reader.team = factories.TeamFactory.create()

    assert once_a_minute(name, reader, now=NOW, read=read) == 1


@pytest.fixture
def dear(settings: Any) -> None:
    """Whatever is asked took long."""
    settings.DEAR_ANSWER_MS = 0


def test_what_was_dear_serves_its_reader_until_they_change_something(dear: None, reader: User) -> None:
    read = iter(range(10)).__next__

    before = [while_dear("book", reader.pk, ("all", reader.pk), read) for _ in range(2)]
    note_change(reader.pk)
    after = [while_dear("book", reader.pk, ("all", reader.pk), read) for _ in range(2)]

    assert (before, after) == ([0, 0], [1, 1])


def test_what_was_read_while_the_reader_changed_something_serves_nobody(dear: None, reader: User) -> None:
    def read() -> str:
        note_change(reader.pk)
        return "old"

    while_dear("book", reader.pk, "all", read)

    assert while_dear("book", reader.pk, "all", lambda: "new") == "new"


@pytest.mark.postgres
def test_who_loses_an_account_is_shown_nothing_of_it_that_was_kept(
    dear: None, reader: User, django_capture_on_commit_callbacks: Any
) -> None:
    ops, other = factories.UserFactory.create(role=Role.OPS), factories.UserFactory.create()
    account = factories.CustomerFactory.create(owner=reader)

    def look() -> list[str]:
        return while_dear(
            "accounts", reader.pk, "all", lambda: [one.name for one in Customer.objects.visible_to(reader)]
        )

    before = look()
    with django_capture_on_commit_callbacks(execute=True):
        update_customer(account, {"owner": other}, now=NOW, by=ops)

    assert (before, look()) == ([account.name], [])


def test_what_is_read_quickly_is_read_each_time(settings: Any, reader: User) -> None:
    settings.DEAR_ANSWER_MS = 60_000
    read = iter(range(10)).__next__

    assert [while_dear("book", reader.pk, "all", read) for _ in range(3)] == [0, 1, 2]


@pytest.mark.parametrize("other", [("book", "some"), ("board", "all")])
def test_another_question_has_an_answer_of_its_own(dear: None, reader: User, other: tuple[str, str]) -> None:
    while_dear("book", reader.pk, "all", lambda: "of the book")

    assert while_dear(other[0], reader.pk, other[1], lambda: "of its own") == "of its own"


def test_without_a_cache_pages_read_each_time_and_soon_stop_asking_it(
    dear: None, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def refuse(*_: object, **__: object) -> None:
        asked.append(1)
        raise ConnectionError

    monkeypatch.setattr(minute, "_asked_again_at", 0.0)
    monkeypatch.setattr(minute.cache, "get_many", refuse)
    monkeypatch.setattr(minute.cache, "set", refuse)
    read = iter(range(10)).__next__

    told = [while_dear("book", reader.pk, "all", read) for _ in range(2)]
    told += [once_a_minute("calls", reader, now=NOW, read=read) for _ in range(2)]
    note_change(reader.pk)

    assert told == [0, 1, 2, 3]
    assert len(asked) == 1


@pytest.mark.postgres
def test_a_book_that_is_dear_is_a_minute_old_until_its_reader_sends_something(dear: None, reader: User) -> None:
    client = Client()
    client.force_login(reader, backend="django.contrib.auth.backends.ModelBackend")
    told = []

    def look() -> None:
        told.append(client.get(reverse("renewals:book")).context["summary"].count)

    factories.CustomerFactory.create(owner=reader)
    look()
    factories.CustomerFactory.create(owner=reader)
    look()
    client.post(reverse("renewals:book_view_save"), {"name": "All", "query": ""})
    look()

    assert told == [1, 1, 2]
