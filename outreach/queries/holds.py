"""Planned touches and a hold of the account."""

from __future__ import annotations

from datetime import datetime

from customers.enums import HoldScope
from customers.models import Customer
from customers.registry.holds import HoldSource, Stop, Stops
from emails.enums import WAITING_STATES
from emails.models import Draft
from outreach.enums import LIVE_PLAN_STATES, TouchKind, TouchState
from outreach.models import Touch

NO_CONTACT = frozenset({TouchKind.NOTICE, TouchKind.ALIGNMENT})
"""Days of the plan that nobody is written to on; a hold does not stop them."""


def list_stopped(customer: Customer, scope: str, now: datetime) -> list[Stops]:
    """This will list the contacts that the plan still has before it."""
    if scope != HoldScope.ACCOUNT:
        return []
    rows = Touch.objects.filter(
        plan__customer=customer,
        plan__state__in=sorted(LIVE_PLAN_STATES),
        state=TouchState.PLANNED,
        due_date__isnull=False,
        automation=None,
    ).exclude(kind__in=sorted(NO_CONTACT))
    # A letter that waits already is named as a letter.
    waiting = Draft.objects.filter(customer=customer, state__in=sorted(WAITING_STATES))
    rows = rows.exclude(draft_id__in=waiting.values("pk"))
    shown = rows.select_related("stakeholder").order_by("due_date", "order", "key")
    return [Stops.of("touches", "planned contact", [_as_stop(touch) for touch in shown])]


def _as_stop(touch: Touch) -> Stop:
    name, person = touch.title, touch.stakeholder
    if person is not None and person.name not in name:
        name = f"{name}: {person.name}"
    return Stop(str(touch.pk), name, touch.due_date)


SOURCE = HoldSource("outreach", stops=list_stopped)
