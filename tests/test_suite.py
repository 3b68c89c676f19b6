"""What the suite leaves out on a second database cannot depend on it, and no test leaves anything behind."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from customers.models import Activity, User
from customers.services.activity import record
from tests import factories
from tests.conftest import NIGHTLY, is_enough_on_sqlite, uses_database


def test_test_without_the_mark_is_refused_a_connection(request: pytest.FixtureRequest) -> None:
    assert not uses_database(request.node)

    with pytest.raises(RuntimeError, match="Database access not allowed"), connection.cursor():
        pass


@pytest.mark.django_db
def test_marked_test_is_kept_for_every_database(request: pytest.FixtureRequest) -> None:
    assert uses_database(request.node)


def test_test_whose_fixture_needs_the_database_is_kept(request: pytest.FixtureRequest, csm: User) -> None:
    assert uses_database(request.node)


@pytest.mark.any_database
def test_what_no_database_decides_is_played_once_by_day(request: pytest.FixtureRequest) -> None:
    assert is_enough_on_sqlite(request.node) != NIGHTLY


def test_other_tests_are_played_on_each_database(request: pytest.FixtureRequest) -> None:
    assert not is_enough_on_sqlite(request.node)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_flush_empties_each_table_and_leaves_the_guards_on(own_chain: None, csm: User, now: datetime) -> None:
    customer = factories.ContractFactory.create().customer
    record("price.locked", "Price locked", customer=customer, by=csm, now=now)

    call_command("flush", verbosity=0, interactive=False)

    assert {model.__name__ for model in _list_models() if model._base_manager.exists()} == set()
    record("price.locked", "Price locked", customer=None, by=None, now=now)
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        connection.cursor().execute("DELETE FROM customers_activity")
    assert Activity.objects.count() == 1


def _list_models() -> list[Any]:
    """All but those that Django fills again by itself."""
    return [model for model in apps.get_models() if model._meta.managed and model not in (ContentType, Permission)]
