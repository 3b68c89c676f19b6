"""What all tests share: people, accounts, a fixed moment, and a database guard that can be lifted."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from hypothesis import HealthCheck, settings

from customers.models import Team, User
from customers.queries.bell import forget_bell, silence_bell
from customers.queries.standstill import remember_standstill
from customers.queries.webhook_endpoints import remember_listeners
from customers.services import chain_heads
from customers.services.digests import workspace_key
from renewals.queries.book_days import known_zones
from tests import factories
from tests.browsing import browser  # noqa: F401  # a fixture
from tests.emptying import empty_what_is_full

# A slow machine is no reason to fail. By day each run plays the same examples; at night others each time.
settings.register_profile("evergreen", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile("nightly", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
settings.load_profile("nightly" if NIGHTLY else "evergreen")

# Thousands of modules and tests come and all of them stay: nothing to collect until they are there.
gc.disable()

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)  # a Wednesday
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "live_server"}


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Have SQLite too begin with a copy of the template, where there is one; PostgreSQL copies by itself."""
    template = connection.settings_dict["TEST"].get("TEMPLATE")
    if connection.vendor == "sqlite" and template:
        make_empty = connection.creation._create_test_db
        connection.creation._create_test_db = lambda *args: copyfile(template, make_empty(*args))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Read what every process asks once: no test that counts queries is the first to need it."""
    empty_what_is_full()
    with django_db_blocker.unblock():
        workspace_key()
        known_zones()


@pytest.fixture
def office_hours() -> Iterator[None]:
    """Set the clock that pages and API read into the customers' working hours; it goes on from there."""
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def own_chain(settings: Any, tmp_path: Path) -> Iterator[None]:
    """How far the record's chain goes is kept outside the database: here in a folder of the test's own."""
    settings.DATA_DIR = tmp_path
    cache.delete(chain_heads._key())
    yield
    cache.delete(chain_heads._key())


@pytest.fixture(autouse=True)
def _no_standstill_on_pages() -> None:
    """Have pages know that nothing stands still and nobody is told: none asks in the middle of a count of queries."""
    remember_standstill(False, seconds=3600)
    remember_listeners(False, seconds=3600)
    forget_bell()
    silence_bell(seconds=3600)


@pytest.fixture(autouse=True)
def _record_can_be_flushed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Lift SQLite's guard on the record while a test that commits is cleaned up: a flush deletes there.

    PostgreSQL truncates, which the guard does not see. `tests/customers/test_record.py` puts it to the test itself.
    """
    yield
    if commits(request.node):
        _drop_sqlite_guards()


def _drop_sqlite_guards() -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER IF EXISTS activity_keeps_rows")
            cursor.execute("DROP TRIGGER IF EXISTS automation_log_keeps_rows")
            cursor.execute("DROP TRIGGER IF EXISTS seal_keeps_rows")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=("every", "only", "none"),
        default="every",
        help="only: what a second database does not merely repeat; none: what uses no database",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what needs a service that this run has not, and leave out what another database would only repeat."""
    _choose_by_database(config, items)
    _put_long_ones_first(items)
    has_postgres = os.environ.get("DATABASE_URL", "").startswith("postgres")
    for item in items:
        if "postgres" in item.keywords and not has_postgres:
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: set DATABASE_URL"))
        if "redis" in item.keywords and not os.environ.get("REDIS_URL"):
            item.add_marker(pytest.mark.skip(reason="needs Redis: set REDIS_URL"))


def uses_database(item: pytest.Item) -> bool:
    """Tell whether the test may open a connection: pytest-django refuses one to each test without these."""
    names = set(getattr(item, "fixturenames", ()))
    return bool(item.get_closest_marker("django_db") or "postgres" in item.keywords or names & DATABASE_FIXTURES)


def is_enough_on_sqlite(item: pytest.Item) -> bool:
    """Tell whether another database would only repeat it; at night what is decided without one is repeated."""
    return "browser" in item.keywords or ("any_database" in item.keywords and not NIGHTLY)


def commits(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    names = set(getattr(item, "fixturenames", ()))
    return bool(marker and marker.kwargs.get("transaction")) or bool({"transactional_db", "live_server"} & names)


def _put_long_ones_first(items: list[pytest.Item]) -> None:
    """Of those that commit, which come behind the others: one process would still be at it when the other has ended."""
    places = [place for place, item in enumerate(items) if commits(item)]
    ordered = sorted((items[place] for place in places), key=lambda item: "long" not in item.keywords)
    for place, item in zip(places, ordered, strict=True):
        items[place] = item


def _choose_by_database(config: pytest.Config, items: list[pytest.Item]) -> None:
    choice = config.getoption("--database")
    if choice == "every":
        return
    if choice == "only":
        kept = [item for item in items if uses_database(item) and not is_enough_on_sqlite(item)]
    else:
        kept = [item for item in items if not uses_database(item)]
    left = set(items) - set(kept)
    config.hook.pytest_deselected(items=list(left))
    items[:] = kept


def pytest_report_header(config: pytest.Config) -> str | None:
    said = {
        "only": "database=only: left out, as it ran on SQLite, is what opens none, is any_database or a browser's",
        "none": "database=none: only the tests that open no database",
    }
    return said.get(config.getoption("--database"))


def pytest_collection_finish() -> None:
    """Have the garbage collector pass over what stays for the whole run, and come rarely."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    gc.enable()


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
def integration(db: None) -> User:
    """Another system's own account, in no team."""
    return User.objects.create(username="crm-sync", first_name="CRM sync", role="integration", password="!none")


@pytest.fixture
def stranger(db: None) -> User:
    """A CSM of another team, with nothing in common."""
    return factories.UserFactory.create(username="stefan")
