"""Holds and brakes: what a person or a human reply stops, and how it goes on."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import IntegrityError, transaction

from customers.base import lock_customer
from customers.enums import HoldScope
from customers.models import Brake, Customer, Hold, User
from customers.registry.holds import list_in_flight
from customers.services.activity import record
from customers.signals import brake_cleared, brake_set, hold_ended, hold_started, send_after_commit


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
            record(
                "hold.started",
                _words(hold, until=until),
                customer=customer,
                by=by,
                now=now,
                subject=hold,
                scope=scope,
                until=until.isoformat() if until else None,
                in_flight=[stop.id for stop in hold.in_flight],
            )
            send_after_commit(hold_started, customer_id=customer.pk, hold_id=hold.pk, scope=str(scope))
    except IntegrityError:
        raise AlreadyHeld("This account is on hold already.") from None
    return hold


def _words(hold: Hold, *, until: datetime | None) -> str:
    day = f" until {until:%d %b %Y}" if until else ""
    why = f": {hold.reason}" if hold.reason else ""
    away = ", ".join(stop.name for stop in hold.in_flight)
    return f"Put on hold ({hold.get_scope_display().lower()}){day}{why}" + (f". Already away: {away}" if away else "")


def end_hold(hold: Hold, *, now: datetime, by: User | None) -> bool:
    """This will end the hold; False when it had ended already."""
    with transaction.atomic():
        lock_customer(hold.customer_id)
        ended = Hold.objects.filter(pk=hold.pk, ended_at=None).update(ended_at=now, ended_by=by, updated_at=now)
        if ended:
            record("hold.ended", "Hold ended", customer=hold.customer_id, by=by, now=now, subject=hold)
            send_after_commit(hold_ended, customer_id=hold.customer_id, hold_id=hold.pk, scope=hold.scope)
    return bool(ended)


def end_due_holds(*, now: datetime) -> int:
    """This will end the holds whose date has come; swept by the clock."""
    due = Hold.objects.filter(ended_at=None, until__lte=now)
    return sum(end_hold(hold, now=now, by=None) for hold in due[:500])


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
