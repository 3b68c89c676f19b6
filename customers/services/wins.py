"""The customer's successes with us: what a renewal letter may point to."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.models import Customer, User, Win
from customers.services.activity import record
from customers.services.changes import check


def add_win(
    customer: Customer,
    *,
    text: str,
    value: Decimal | None = None,
    achieved_on: date | None = None,
    now: datetime,
    by: User | None,
) -> Win:
    """This will note a success; value: what it is worth a year. Raises ValidationError with field names."""
    win = Win(customer=customer, text=text.strip(), value=value, achieved_on=achieved_on)
    if Win.objects.filter(customer=customer, text=win.text).exists():
        raise ValidationError({"text": "This success is noted already."})
    check(win)
    with transaction.atomic():
        win.save(force_insert=True)
        record("win.added", f"Success noted: {win.text}", customer=customer, by=by, now=now, subject=win)
    return win


def remove_win(win: Win, *, now: datetime, by: User | None) -> None:
    """This will take a success out that was noted by mistake; letters that cited it show it as no longer backed."""
    with transaction.atomic():
        record("win.removed", f"Success removed: {win.text}", customer=win.customer_id, by=by, now=now, subject=win)
        win.delete()
