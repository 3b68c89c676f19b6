"""What a hold would mean for an account, before it is set and before it is ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from customers.enums import HoldScope
from customers.models import Customer
from customers.queries.calendars import local_date
from customers.registry.holds import (
    MovedDate,
    Stop,
    Stops,
    find_notice_deadline,
    list_in_flight,
    list_stops,
)
from customers.rules.holds import is_inside


@dataclass(frozen=True)
class HoldPreview:
    """notice_deadline: the day until which notice must be given, where the hold has it inside; else None.

    moves: the dates that are others once it has ended; read apart, since not every reader shows them.
    """

    scope: HoldScope
    stops: list[Stops]
    in_flight: list[Stop]
    notice_deadline: date | None
    moves: list[MovedDate] = field(default_factory=list)

    @property
    def label(self) -> str:
        return str(self.scope.label)


def preview_hold(customer: Customer, *, scope: HoldScope, until: datetime | None, now: datetime) -> HoldPreview:
    """This will say what a hold from now would stop, what it comes too late for, and whether it hides the deadline."""
    return HoldPreview(
        scope=scope,
        stops=list_stops(customer, scope, now=now),
        in_flight=list_in_flight(customer, scope, now=now),
        notice_deadline=find_deadline_inside(customer, until=until, now=now),
    )


def find_deadline_inside(customer: Customer, *, until: datetime | None, now: datetime) -> date | None:
    """This will give the notice deadline where it falls into the hold, in the customer's days."""
    deadline = find_notice_deadline(customer)
    goes_on = local_date(until, customer.timezone) if until else None
    is_hidden = is_inside(deadline, today=local_date(now, customer.timezone), goes_on=goes_on)
    return deadline if is_hidden else None
