"""Keeps the sums of the board: which tables they hang on, and the clock's turn to take changes in."""

from __future__ import annotations

from datetime import datetime

from customers.queries.kept_sums import ACCOUNTS
from customers.queries.moments import Waiting, When
from customers.services.kept_sums import Watched, take_changes
from journeys.models import BoardChange
from journeys.queries.board_sums import BOARD, JOURNEYS

WATCHED = (
    Watched(ACCOUNTS, "id", ("owner_id", "segment")),
    Watched(
        JOURNEYS,
        "customer_id",
        (
            *("customer_id", "version_id", "state", "current_month", "held_since", "zone"),
            *("open_due_date", "unopened_since"),
        ),
    ),
)


def waiting(now: When) -> Waiting:
    """What the clock asks."""
    return (BoardChange.objects.filter(pk__gt=0).order_by("pk"),)


def sweep(now: datetime) -> int:
    """What the clock calls. It does nobody's work: nothing of it goes on the tick's report."""
    take_changes(BOARD)
    return 0
