"""After a hold: what it kept back goes on later by the time it lasted, so that nothing comes all at once."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction

from customers.base import lock_customer
from customers.enums import HoldScope
from customers.models import Hold
from customers.queries.calendars import local_date
from customers.queries.sending import sending_rules
from customers.queries.workspace import get_settings
from customers.services.activity import record
from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule
from journeys.services.scheduling import LocalMoment, move_rows
from outreach.enums import CHASERS


def shift_after_hold(hold_id: uuid.UUID) -> int:
    """Move the chasers that the hold kept back by the whole days that it lasted, and count them."""
    hold = Hold.objects.select_related("customer").filter(pk=hold_id, scope=HoldScope.ACCOUNT).first()
    if hold is None or hold.ended_at is None:
        return 0
    customer, now = hold.customer, hold.ended_at
    window = sending_rules(customer, get_settings(), around=now).window
    held = local_date(hold.ended_at, customer.timezone) - local_date(hold.starts_at, customer.timezone)
    if held < timedelta(days=1):
        return 0
    with transaction.atomic():
        lock_customer(customer.pk)
        rows = AutomationSchedule.objects.filter(
            customer=customer,
            kind__in=sorted(CHASERS),
            status=AutomationStatus.SCHEDULED,
            trigger_at__gte=hold.starts_at,
        )
        moves = {
            row.pk: LocalMoment(
                window.calendar.next_open(local_date(row.trigger_at, customer.timezone) + held),
                window.start,
                customer.timezone,
            )
            for row in rows
        }
        moved = move_rows(moves, reason="The account was on hold.", now=now)
        if moved:
            summary = f"{moved} follow-ups moved by {held.days} days, the time on hold"
            record("cadence.shifted", summary, customer=customer, by=None, now=now, subject=hold)
    return moved
