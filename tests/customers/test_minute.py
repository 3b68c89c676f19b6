"""Figures that are kept for a minute, per reader."""

from __future__ import annotations

from datetime import timedelta

import pytest

from customers.enums import Role
from customers.models import User
from customers.queries.minute import once_a_minute
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
