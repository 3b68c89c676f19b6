"""The parent of every row that leaves the house: mails, and later Slack messages, meetings, enrollments, CRM updates.

One way to claim, settle and review: a conditional UPDATE whose row count decides. A vendor is called between two short
transactions: claim, call, settle. Source: promise 3 and section 3, "Everything that leaves the house is claimed".
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, F, Q, UUIDField
from django.db.transaction import TransactionManagementError

from customers.enums import ClaimState
from customers.models.accounts import Customer
from customers.models.base import ClaimedRow
from customers.models.prepared import Slot, Update, prepared, slots_of

__all__ = ["ClaimedRow", "claim", "lock_customer", "lock_customers", "release_expired", "settle"]

LEASE = timedelta(minutes=2)  # DESIGN, section 5, Defaults


def lock_customer(customer_id: uuid.UUID) -> None:
    """This will lock the customer's row until the transaction ends, so that a hold and a claim have an order.

    PostgreSQL only: SQLite has one writer at a time. Must be called inside a transaction.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("A customer is locked until the transaction ends: there is none.")
    if connection.features.has_select_for_update:
        _locking().ask(pk=customer_id)


@prepared
def _locking() -> Any:
    rows = Customer.objects.select_for_update(no_key=True).filter(pk=Slot("pk", UUIDField()))
    return rows.order_by().values_list("pk")


def lock_customers(customer_ids: Iterable[uuid.UUID]) -> list[Customer]:
    """This will lock many customers in one order, so that two selections never wait for each other, and give them.

    Must be called inside a transaction.
    """
    rows = Customer.objects.select_for_update(no_key=True).filter(pk__in=list(customer_ids)).order_by("pk")
    return list(rows)


def claim(row: ClaimedRow, *, now: datetime, queued: str = ClaimState.QUEUED, **fields: Any) -> uuid.UUID | None:
    """This will take the row for one attempt and give the token; None when another has it or it is not its turn.

    fields: what is noted of the attempt in the same statement. Must be called inside a transaction, after
    `lock_customer` and the gate.
    """
    token = uuid.uuid4()
    written = {"state": ClaimState.SENDING, "claim_token": token, "leased_until": now + LEASE, "updated_at": now}
    claiming = _claiming(type(row), str(queued), (*written, *fields))
    return token if claiming.carry_out(pk=row.pk, now=now, **written, **fields) else None


@prepared
def _claiming(model: type[ClaimedRow], queued: str, names: tuple[str, ...]) -> Update:
    is_due = Q(not_before=None) | Q(not_before__lte=Slot("now", DateTimeField()))
    rows = model._default_manager.filter(is_due, pk=Slot("pk", UUIDField()), state=queued)
    return Update(rows, {**slots_of(model, names), "attempts": F("attempts") + 1})


def settle(row: ClaimedRow, *, token: uuid.UUID, state: str, now: datetime, **fields: Any) -> bool:
    """This will record how the attempt ended; False when the lease was lost and somebody else has settled it."""
    written = {"state": state, "claim_token": None, "leased_until": None, "updated_at": now, **fields}
    if any(hasattr(value, "resolve_expression") for value in fields.values()):
        # What the database works out hangs on more than the names.
        mine = type(row)._default_manager.filter(pk=row.pk, state=ClaimState.SENDING, claim_token=token)
        return bool(mine.update(**written))
    return bool(_settling(type(row), tuple(written)).carry_out(pk=row.pk, token=token, **written))


@prepared
def _settling(model: type[ClaimedRow], names: tuple[str, ...]) -> Update:
    rows = model._default_manager.filter(
        pk=Slot("pk", UUIDField()), state=ClaimState.SENDING, claim_token=Slot("token", UUIDField())
    )
    return Update(rows, slots_of(model, names))


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
