"""What the suite leaves out on a second database cannot depend on it."""

from __future__ import annotations

import pytest
from django.db import connection

from customers.models import User
from tests.conftest import uses_database


def test_test_without_the_mark_is_refused_a_connection(request: pytest.FixtureRequest) -> None:
    assert not uses_database(request.node)

    with pytest.raises(RuntimeError, match="Database access not allowed"), connection.cursor():
        pass


@pytest.mark.django_db
def test_marked_test_is_kept_for_every_database(request: pytest.FixtureRequest) -> None:
    assert uses_database(request.node)


def test_test_whose_fixture_needs_the_database_is_kept(request: pytest.FixtureRequest, csm: User) -> None:
    assert uses_database(request.node)
