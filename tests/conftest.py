"""What all tests share: people, accounts, a fixed moment, and a database guard that can be lifted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection

from customers.models import Team, User
from tests import factories

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)  # a Wednesday


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Keep the database's name as settings.testing gives it; xdist adds its worker's."""


@pytest.fixture(autouse=True)
def _record_can_be_flushed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Lift SQLite's guard on the record while a test that commits is cleaned up: a flush deletes there.

    PostgreSQL truncates, which the guard does not see. `tests/customers/test_record.py` puts it to the test itself.
    """
    yield
    if "transactional_db" in request.fixturenames or "live_server" in request.fixturenames:
        _drop_sqlite_guard()


def _drop_sqlite_guard() -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER IF EXISTS activity_keeps_rows")


@pytest.fixture
def team(db: None) -> Team:
    return factories.TeamFactory.create()


@pytest.fixture
def csm(team: Team) -> User:
    return factories.UserFactory.create(username="dana", first_name="Dana", last_name="Whitfield", team=team)


@pytest.fixture
def other_csm(team: Team) -> User:
    return factories.UserFactory.create(username="marco", team=team)


@pytest.fixture
def lead(team: Team) -> User:
    return factories.UserFactory.create(username="liam", role="lead", team=team)


@pytest.fixture
def ops(team: Team) -> User:
    return factories.UserFactory.create(username="olga", role="ops", is_staff=True, team=team)


@pytest.fixture
def reader(team: Team) -> User:
    return factories.UserFactory.create(username="rita", role="read_only", team=team)


@pytest.fixture
def stranger(db: None) -> User:
    """A CSM of another team, with nothing in common."""
    return factories.UserFactory.create(username="stefan")
