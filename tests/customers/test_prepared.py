"""Statements that are put into SQL once: they ask and write what the plain ones do, each time with its own values."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction
from django.db.models import CharField, DateTimeField, Exists, F, OuterRef, UUIDField, Value
from django.db.models.expressions import DatabaseDefault
from django.db.transaction import TransactionManagementError
from pytest_django import DjangoAssertNumQueries

from customers.base import lock_customer
from customers.models import Customer, Stakeholder, Todo, User
from customers.models.prepared import Slot, Update, insert, prepared, slots_of
from customers.services.todos import add_todo
from tests import factories

pytestmark = pytest.mark.django_db


@prepared
def _people(of_name: bool) -> Any:
    condition: dict[str, Any] = {"name": Slot("name", CharField())} if of_name else {"pk": Slot("pk", UUIDField())}
    others = Exists(Stakeholder.objects.filter(customer=OuterRef("customer")).exclude(pk=OuterRef("pk")))
    rows = Stakeholder.objects.filter(**condition).select_related("customer__owner")
    return rows.annotate(has_colleague=others).order_by("name")


@prepared
def _todos_since() -> Any:
    before = Todo.objects.filter(created_at__lt=Slot("at", DateTimeField()))
    after = Todo.objects.filter(created_at__gte=Slot("at", DateTimeField()))
    named = [rows.order_by().annotate(when=Value(word)).values_list("when", "title", "metadata")
             for rows, word in ((before, "before"), (after, "after"))]  # fmt: skip
    return named[0].union(named[1], all=True)


@prepared
def _renaming(names: tuple[str, ...]) -> Update:
    rows = Todo.objects.filter(pk=Slot("pk", UUIDField()), kind="")
    return Update(rows, {**slots_of(Todo, names), "detail": F("title")})


def test_rows_are_those_of_the_values_asked_with(csm: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ann = factories.StakeholderFactory.create(customer__owner=csm, customer__name="Acme")
    bob = factories.StakeholderFactory.create(customer__name="Blue", name="Bob")
    factories.StakeholderFactory.create(customer=bob.customer, name="Cid")

    with django_assert_num_queries(3):
        (first,), (second,) = _people(False).ask(pk=ann.pk), _people(False).ask(pk=bob.pk)
        assert (first, first.customer.name, first.customer.owner) == (ann, "Acme", csm)
        assert (second, second.customer.name) == (bob, "Blue")
        assert (first.has_colleague, second.has_colleague) == (False, True)
        assert [one.customer.name for one in _people(True).ask(name="Cid")] == ["Blue"]
    assert _people(False).ask(pk=uuid.uuid4()) == []


def test_rows_are_like_those_of_the_plain_query(csm: User) -> None:
    person = factories.StakeholderFactory.create(customer__owner=csm)

    (found,) = _people(False).ask(pk=person.pk)

    plain = Stakeholder.objects.select_related("customer").get(pk=person.pk)
    for mine, theirs in ((found, plain), (found.customer, plain.customer)):
        fields = [field.attname for field in mine._meta.concrete_fields]
        assert {name: getattr(mine, name) for name in fields} == {name: getattr(theirs, name) for name in fields}
    assert not found._state.adding


def test_a_value_stands_wherever_its_slot_does(account: Customer, csm: User, now: datetime) -> None:
    todo = add_todo("Call", customer=account, now=now, by=csm, metadata={"a": [1]})

    made_at = Todo.objects.get(pk=todo.pk).created_at
    assert _todos_since().ask(at=made_at) == [("after", "Call", {"a": [1]})]
    assert _todos_since().ask(at=made_at + timedelta(microseconds=1)) == [("before", "Call", {"a": [1]})]


def test_a_slot_without_a_value_asks_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0), pytest.raises(KeyError):
        _people(True).ask(pk=uuid.uuid4())


def test_update_writes_what_it_is_given_and_counts(account: Customer, csm: User, now: datetime) -> None:
    todo = add_todo("Call", customer=account, now=now, by=csm, owner=csm, due_date=now.date())
    renaming = _renaming(("metadata", "owner", "due_date"))

    assert renaming.carry_out(pk=todo.pk, metadata={"é": None}, owner=None, due_date=None) == 1
    assert renaming.carry_out(pk=uuid.uuid4(), metadata={}, owner=None, due_date=None) == 0

    found = Todo.objects.get(pk=todo.pk)
    assert (found.metadata, found.owner, found.due_date, found.detail) == ({"é": None}, None, None, "Call")
    renaming.carry_out(pk=todo.pk, metadata={}, owner=csm, due_date=now.date())
    found = Todo.objects.get(pk=todo.pk)
    assert (found.metadata, found.owner, found.due_date) == ({}, csm, now.date())


def test_insert_writes_what_a_save_does(account: Customer, csm: User, now: datetime) -> None:
    fields: dict[str, Any] = {
        "customer": account,
        "title": "Call",
        "owner": csm,
        "waits_since": now,
        "metadata": {"a": 1},
    }
    todo, saved = Todo(**fields), Todo.objects.create(**fields)

    assert insert(todo)

    names = {field.attname for field in Todo._meta.concrete_fields} - {"id", "created_at", "updated_at"}
    found, plain = Todo.objects.get(pk=todo.pk), Todo.objects.get(pk=saved.pk)
    assert {name: getattr(found, name) for name in names} == {name: getattr(plain, name) for name in names}
    assert found.created_at == todo.created_at
    todo.title = "Called"
    todo.save()
    assert Todo.objects.get(pk=todo.pk).title == "Called"


def test_insert_leaves_to_the_database_what_it_puts_in_itself(account: Customer, now: datetime) -> None:
    """As a column that a newer version has added, with a default in the database."""
    todo = Todo(customer=account, title="Call", waits_since=now)
    todo.done_at = DatabaseDefault(Value(now))

    insert(todo)

    assert todo.done_at is None


def test_insert_of_a_twin_is_refused_or_left(account: Customer, now: datetime) -> None:
    insert(Todo(customer=account, title="One", key="k", waits_since=now))
    twin = Todo(customer=account, title="Two", key="k", waits_since=now)

    assert not insert(twin, leaving_twins=True)
    assert twin._state.adding
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(twin)

    assert [todo.title for todo in Todo.objects.filter(customer=account)] == ["One"]


def test_failed_statement_spoils_its_transaction(account: Customer, now: datetime) -> None:
    insert(Todo(customer=account, title="One", key="k", waits_since=now))

    with transaction.atomic():
        with pytest.raises(IntegrityError):
            insert(Todo(customer=account, title="Two", key="k", waits_since=now))
        with pytest.raises(TransactionManagementError):
            Todo.objects.count()
        transaction.set_rollback(True)


def test_a_task_with_a_known_key_is_the_one_that_is_there(account: Customer, now: datetime) -> None:
    first = add_todo("One", customer=account, now=now, by=None, key="k")

    assert add_todo("Two", customer=account, now=now, by=None, key="k") == first
    assert Todo.objects.get(customer=account).title == "One"


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_by_its_own_connection(account: Customer) -> None:
    def ask(number: int) -> list[str]:
        try:
            if number % 2:
                return [one.customer.name for one in _people(True).ask(name="Ann")]
            return [one.customer.name for one in _people(True).ask(name="Bob")]
        finally:
            connections.close_all()

    factories.StakeholderFactory.create(customer__name="Acme", name="Ann")
    factories.StakeholderFactory.create(customer__name="Blue", name="Bob")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(40)))

    assert answers == [["Blue"], ["Acme"]] * 20


@pytest.mark.django_db(transaction=True)
def test_a_customer_is_locked_inside_a_transaction_alone(account: Customer) -> None:
    with pytest.raises(TransactionManagementError):
        lock_customer(account.pk)


@pytest.fixture
def account(csm: User) -> Customer:
    return factories.CustomerFactory.create(owner=csm)
