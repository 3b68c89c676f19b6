"""Holds and brakes: what a person or a human reply stops, and how it goes on."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from customers.base import lock_customer, lock_customers
from customers.enums import HoldScope
from customers.models import Brake, Customer, Hold, User
from customers.queries.many import many
from customers.queries.moments import Waiting, When
from customers.registry.holds import list_in_flight, list_with_in_flight, tell_ended, tell_started
from customers.services.activity import line, record, record_many
from customers.services.locks import lock_ids
from customers.signals import brake_cleared, brake_set, hold_ended, hold_started, send_after_commit

BATCH = 500

log = structlog.get_logger(__name__)


class AlreadyHeld(Exception):
    """Raised when the account has an open hold of this scope."""


class HoldEndsBeforeItStarts(ValueError):
    """Raised for an end in the past."""


def check_end(until: datetime | None, *, now: datetime) -> None:
    """This will raise HoldEndsBeforeItStarts for an end that is no future moment."""
    if until is not None and until <= now:
        raise HoldEndsBeforeItStarts("The hold must end in the future.")


def hold_customer(
    customer: Customer,
    *,
    scope: HoldScope,
    until: datetime | None,
    reason: str,
    now: datetime,
    by: User | None,
) -> Hold:
    """This will stop everything of this scope from the moment it returns.

    until: None holds until somebody resumes. Raises AlreadyHeld, HoldEndsBeforeItStarts. The customer's row is locked,
    so a claim either came before and is named in `in_flight`, or sees the hold.
    """
    check_end(until, now=now)
    try:
        with transaction.atomic():
            lock_customer(customer.pk)
            hold = Hold.objects.create(
                customer=customer, scope=scope, starts_at=now, until=until, reason=reason[:500], set_by=by
            )
            hold.in_flight = list_in_flight(customer, scope, now=now)
            record_many([_started_line(hold, now=now, by=by)])
            tell_started([hold], now=now, by=by)
            send_after_commit(hold_started, customer_id=customer.pk, hold_id=hold.pk, scope=str(scope))
    except IntegrityError:
        raise AlreadyHeld("This account is on hold already.") from None
    return hold


def hold_customers(
    untils: Mapping[uuid.UUID, datetime | None], *, scope: HoldScope, reason: str, now: datetime, by: User | None
) -> list[Hold]:
    """This will stop everything of this scope for many accounts at once, and leave out those that are held already.

    untils: each account's end, as `hold_customer` takes it. Raises HoldEndsBeforeItStarts.
    """
    for until in untils.values():
        check_end(until, now=now)
    with transaction.atomic():
        customers = {customer.pk: customer for customer in lock_customers(untils)}
        held = set(
            Hold.objects.filter(customer__in=customers, ended_at=None, scope=scope).values_list("customer", flat=True)
        )
        holds = [
            Hold(customer=customer, scope=scope, starts_at=now, until=untils[pk], reason=reason[:500], set_by=by)
            for pk, customer in customers.items()
            if pk not in held
        ]
        Hold.objects.bulk_create(holds, batch_size=BATCH)
        away = list_with_in_flight([hold.customer_id for hold in holds], scope)
        for hold in holds:
            if hold.customer_id in away:
                hold.in_flight = list_in_flight(hold.customer, scope, now=now)
        record_many([_started_line(hold, now=now, by=by) for hold in holds])
        tell_started(holds, now=now, by=by)
        if holds:
            send_after_commit(hold_started, customer_id=None, hold_id=None, scope=str(scope))
    return holds


def _started_line(hold: Hold, *, now: datetime, by: User | None) -> dict[str, Any]:
    return line(
        "hold.started",
        _words(hold, until=hold.until),
        customer=hold.customer_id,
        by=by,
        now=now,
        subject=hold,
        scope=str(hold.scope),
        until=hold.until.isoformat() if hold.until else None,
        in_flight=[stop.id for stop in hold.in_flight],
    )


def _words(hold: Hold, *, until: datetime | None) -> str:
    day = f" until {until:%d %b %Y}" if until else ""
    why = f": {hold.reason}" if hold.reason else ""
    away = ", ".join(stop.name for stop in hold.in_flight)
    return f"Put on hold ({hold.get_scope_display().lower()}){day}{why}" + (f". Already away: {away}" if away else "")


def end_hold(hold: Hold, *, now: datetime, by: User | None, reason: str = "") -> bool:
    """This will end the hold; False when it had ended already."""
    return bool(end_holds([hold], now=now, by=by, reason=reason))


def end_holds(holds: Sequence[Hold], *, now: datetime, by: User | None, reason: str = "") -> list[Hold]:
    """This will end those of the holds that are open, and give them. reason: why, for the record."""
    with transaction.atomic():
        lock_ids({hold.customer_id for hold in holds})
        return _end(Hold.objects.filter(pk__in=many(hold.pk for hold in holds)), reason, now, by)


def end_holds_of(
    customer_ids: Iterable[uuid.UUID], *, scope: HoldScope, now: datetime, by: User | None, reason: str = ""
) -> list[Hold]:
    """This will end the open holds of this scope that these accounts have, and give them."""
    with transaction.atomic():
        ids = lock_ids(customer_ids)
        return _end(Hold.objects.filter(customer__in=many(ids), scope=scope), reason, now, by)


def _end(holds: QuerySet[Hold], reason: str, now: datetime, by: User | None) -> list[Hold]:
    """Read when their customers are locked, so that each hold is ended once."""
    ended = list(holds.filter(ended_at=None))
    if not ended:
        return []
    Hold.objects.filter(pk__in=many(hold.pk for hold in ended)).update(ended_at=now, ended_by=by, updated_at=now)
    for hold in ended:
        hold.ended_at, hold.ended_by = now, by
    words = f"Hold ended: {reason}" if reason else "Hold ended"
    record_many([line("hold.ended", words, customer=h.customer_id, by=by, now=now, subject=h) for h in ended])
    tell_ended(ended, now=now, by=by)
    _send_ended(ended)
    return ended


def _send_ended(ended: Sequence[Hold]) -> None:
    """Apps that move their own dates are told of each hold of an account; of many journeys' holds once."""
    is_one = len(ended) == 1
    for hold in ended:
        if is_one or hold.scope != HoldScope.JOURNEY:
            send_after_commit(hold_ended, customer_id=hold.customer_id, hold_id=hold.pk, scope=hold.scope)
    if not is_one and any(hold.scope == HoldScope.JOURNEY for hold in ended):
        send_after_commit(hold_ended, customer_id=None, hold_id=None, scope=str(HoldScope.JOURNEY))


def reopen_holds(ids: Collection[uuid.UUID], *, now: datetime, by: User | None) -> bool:
    """This will have holds go on that were ended, as if they never had been; False where an account has another one.

    Must be called inside a transaction, with the customer locked.
    """
    holds = list(Hold.objects.filter(pk__in=ids, ended_at__isnull=False))
    taken = Hold.objects.filter(ended_at=None, customer__in={hold.customer_id for hold in holds})
    if len(holds) != len(ids) or taken.filter(scope__in={hold.scope for hold in holds}).exists():
        return False
    Hold.objects.filter(pk__in=ids).update(ended_at=None, ended_by=None, updated_at=now)
    record_many(
        [line("hold.started", "On hold again", customer=h.customer_id, by=by, now=now, subject=h) for h in holds]
    )
    for hold in holds:
        send_after_commit(hold_started, customer_id=hold.customer_id, hold_id=hold.pk, scope=hold.scope)
    return True


def end_due_holds(*, now: datetime) -> int:
    """This will end the holds whose date has come; swept by the clock. One that fails keeps no other back."""
    (over,) = holds_waiting(now)
    due = list(over[:BATCH])
    if not due:
        return 0
    try:
        return len(end_holds(due, now=now, by=None))
    except Exception:
        if len(due) == 1:
            raise
        log.exception("holds_failed_together", holds=len(due))
    return sum(_end_one(hold, now) for hold in due)


def holds_waiting(now: When) -> Waiting:
    return (Hold.objects.filter(ended_at=None, until__lte=now).order_by("until"),)


def _end_one(hold: Hold, now: datetime) -> int:
    try:
        return len(end_holds([hold], now=now, by=None))
    except Exception:
        log.exception("hold_not_ended", hold=str(hold.pk))
        return 0


def set_brake(
    customer: Customer,
    *,
    reason: str,
    now: datetime,
    by: User | None,
    source_kind: str = "",
    source_id: uuid.UUID | None = None,
) -> Brake:
    """This will stop every pending touch to the account; the brake that is on already is given back."""
    with transaction.atomic():
        lock_customer(customer.pk)
        brake, made = Brake.objects.get_or_create(
            customer=customer,
            cleared_at=None,
            defaults={
                "set_at": now,
                "reason": reason[:500],
                "set_by": by,
                "source_kind": source_kind,
                "source_id": source_id,
            },
        )
        if made:
            record("brake.set", f"Brake set: {reason}", customer=customer, by=by, now=now, subject=brake)
            send_after_commit(brake_set, customer_id=customer.pk, brake_id=brake.pk)
    return brake


def clear_brake(customer: Customer, *, now: datetime, by: User) -> bool:
    """This will let pending touches go on; False when there was no brake."""
    with transaction.atomic():
        lock_customer(customer.pk)
        brake = Brake.objects.filter(customer=customer, cleared_at=None).first()
        if brake is None:
            return False
        Brake.objects.filter(pk=brake.pk).update(cleared_at=now, cleared_by=by, updated_at=now)
        record("brake.cleared", "Brake cleared", customer=customer, by=by, now=now, subject=brake)
        send_after_commit(brake_cleared, customer_id=customer.pk, brake_id=brake.pk)
    return True


def reopen_brake(brake: Brake, *, now: datetime, by: User | None) -> bool:
    """This will set a brake again that was cleared, as if it never had been; False while another one is on."""
    with transaction.atomic():
        lock_customer(brake.customer_id)
        if Brake.objects.filter(customer=brake.customer_id, cleared_at=None).exists():
            return False
        Brake.objects.filter(pk=brake.pk).update(cleared_at=None, cleared_by=None, updated_at=now)
        record(
            "brake.set", f"Brake set again: {brake.reason}", customer=brake.customer_id, by=by, now=now, subject=brake
        )
        send_after_commit(brake_set, customer_id=brake.customer_id, brake_id=brake.pk)
    return True
