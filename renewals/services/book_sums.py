"""Keeps the sums of the book: which tables they hang on, and the clock's turn to take changes in."""

from __future__ import annotations

from datetime import datetime

from customers.queries.kept_sums import ACCOUNTS
from customers.services.kept_sums import Watched, take_changes
from journeys.registry import Sweeper, register_sweeper
from renewals.models import BookChange
from renewals.queries.book_sums import BOOK, RENEWALS, TERMS

WATCHED = (
    Watched(ACCOUNTS, "id", ("owner_id", "segment", "timezone", "churn_risk", "relationship_strength")),
    Watched(
        TERMS,
        "customer_id",
        ("customer_id", "state", "renewal_date", "currency", "current_price", "target_price"),
    ),
    Watched(RENEWALS, "customer_id", ("customer_id", "contract_id", "confidence")),
)


def register() -> None:
    waiting = BookChange.objects.filter(pk__gt=0).order_by("pk")
    register_sweeper(Sweeper("book_sums", sweep, only_listens=True, waiting=lambda now: (waiting.all(),)))


def sweep(now: datetime) -> int:
    """What the clock calls. It does nobody's work: nothing of it goes on the tick's report."""
    take_changes(BOOK)
    return 0
