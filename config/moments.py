"""Moments as PostgreSQL tells them, read by Python's own reader of ISO dates: a seventh of what Django's takes.

Batches read tens of thousands of them, each row at least two.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created


def register() -> None:
    """Have each new connection to PostgreSQL read its moments so."""
    connection_created.connect(_read_quickly, dispatch_uid="config.moments")


def _read_quickly(sender: Any, connection: BaseDatabaseWrapper, **more: Any) -> None:
    # In another zone than UTC Django's own stays: it is asked for the zone each time that a cursor is made.
    if connection.vendor == "postgresql" and connection.timezone is UTC:
        connection.connection.adapters.register_loader("timestamptz", _make_loader())


@cache
def _make_loader() -> type[Any]:
    # Only where there is PostgreSQL is its driver loaded.
    from django.db.backends.postgresql.psycopg_any import BaseTzLoader

    class QuickLoader(BaseTzLoader):
        """What is no plain moment in UTC (infinity, before Christ, another zone of the session) goes the long way."""

        timezone = UTC

        def load(self, data: Any) -> Any:
            try:
                moment = datetime.fromisoformat(str(data, "ascii"))
            except ValueError:
                return super().load(data)
            return moment if moment.tzinfo is UTC else super().load(data)

    return QuickLoader
