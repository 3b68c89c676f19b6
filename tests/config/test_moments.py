"""Moments read quickly are the moments that Django reads."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.db import DataError, connection
from django.db.backends.postgresql.psycopg_any import register_tzloader
from psycopg.pq import Format

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
MOMENTS = (
    "2026-03-04 15:00:00+00",
    "2026-03-04 15:00:00.5+00",
    "2026-03-04 15:00:00.123456+00",
    "1969-12-31 23:59:59.999999+00",
    "0001-01-01 00:00:00+00",
    "9999-12-31 23:59:59+00",
    "2026-07-04 15:00:00+05:45",
)


def read(moments: tuple[str, ...] = MOMENTS) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT moment::timestamptz FROM unnest(%s::text[]) AS given (moment)", [list(moments)])
        return [moment for (moment,) in cursor.fetchall()]


def loader() -> str:
    adapters = connection.connection.adapters
    return str(adapters.get_loader(adapters.types["timestamptz"].oid, Format.TEXT).__qualname__)


def test_moments_are_those_that_django_reads() -> None:
    quick, name = read(), loader()
    register_tzloader(UTC, connection.connection)
    slow = read()

    assert "QuickLoader" in name
    assert "QuickLoader" not in loader()
    assert quick == slow
    assert {moment.tzinfo for moment in quick} == {UTC}
    assert quick[-1] == datetime(2026, 7, 4, 9, 15, tzinfo=UTC)


def test_moment_in_another_zone_of_the_session_is_told_as_django_tells_it() -> None:
    """Django names UTC without turning the clock where somebody changes a session's zone under it; so do we."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL timezone = 'Asia/Kathmandu'")
    quick = read(MOMENTS[:3])
    register_tzloader(UTC, connection.connection)

    assert quick == read(MOMENTS[:3])


@pytest.mark.parametrize("endless", ["infinity", "0044-03-15 12:00:00+00 BC"])
def test_what_python_has_no_date_for_is_refused_as_before(endless: str) -> None:
    with pytest.raises((psycopg.DataError, DataError)):
        read((endless,))
