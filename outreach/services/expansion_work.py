"""What the clock does for expansion, and what is noted for it as other systems tell of accounts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from customers.registry.looks import register_noter
from journeys.registry import Sweeper, register_sweeper
from outreach.services.opportunities import looks_waiting, put_down, sweep

SWEEPER = Sweeper("expansion", sweep, only_listens=True, waiting=looks_waiting)


def register() -> None:
    """Tell the clock to look at the accounts that are due, and have those noted that another system has told of."""
    register_sweeper(SWEEPER)
    register_noter(note_told)


def note_told(customer_ids: Collection[UUID], now: datetime) -> None:
    put_down(customer_ids, now=now)
