"""The parent of every row that leaves the house: mails, and later Slack messages, meetings, enrollments, CRM updates.

One way to claim, settle and review: a conditional UPDATE whose row count decides. A vendor is called between two short
transactions: claim, call, settle. Source: promise 3 and section 3, "Everything that leaves the house is claimed".
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q

from customers.enums import ClaimState
from customers.models.accounts import Customer
from customers.models.base import ClaimedRow

__all__ = ["ClaimedRow", "claim", "lock_customer", "lock_customers", "release_expired", "settle"]

LEASE = timedelta(minutes=2)  # DESIGN, section 5, Defaults


def lock_customer(customer_id: uuid.UUID) -> None:
    """This will lock the customer's row until the transaction ends, so that a hold and a claim have an order.

    PostgreSQL only: SQLite has one writer at a time, and ignores the lock. Must be called inside a transaction.
    """
    Customer.objects.select_for_update(no_key=True).filter(pk=customer_id).values_list("pk").first()


def lock_customers(customer_ids: Iterable[uuid.UUID]) -> list[Customer]:
    """This will lock many customers in one order, so that two selections never wait for each other, and give them.

    Must be called inside a transaction.
    """
    rows = Customer.objects.select_for_update(no_key=True).filter(pk__in=list(customer_ids)).order_by("pk")
    return list(rows)


def claim(row: ClaimedRow, *, now: datetime, queued: str = ClaimState.QUEUED) -> uuid.UUID | None:
    """This will take the row for one attempt and give the token; None when another has it or it is not its turn.

    Must be called inside a transaction, after `lock_customer` and the gate.
    """
    token = uuid.uuid4()
    taken = (
        type(row)
        ._default_manager.filter(pk=row.pk, state=queued)
        .filter(Q(not_before=None) | Q(not_before__lte=now))
        .update(
            state=ClaimState.SENDING,
            claim_token=token,
            leased_until=now + LEASE,
            attempts=F("attempts") + 1,
            updated_at=now,
        )
    )
    return token if taken else None


def settle(row: ClaimedRow, *, token: uuid.UUID, state: str, now: datetime, **fields: Any) -> bool:
    """This will record how the attempt ended; False when the lease was lost and somebody else has settled it."""
    moved = (
        type(row)
        ._default_manager.filter(pk=row.pk, state=ClaimState.SENDING, claim_token=token)
        .update(state=state, claim_token=None, leased_until=None, updated_at=now, **fields)
    )
    return bool(moved)


def release_expired(model: type[ClaimedRow], *, now: datetime) -> int:
    """This will move rows whose worker died during the call to `unknown`: it may have been accepted.

    They are never sent again blindly; the vendor's event or a person settles them.
    """
    return model._default_manager.filter(state=ClaimState.SENDING, leased_until__lt=now).update(
        state=ClaimState.UNKNOWN,
        claim_token=None,
        leased_until=None,
        outcome="The worker stopped during the call; it may have been accepted.",
        updated_at=now,
    )
