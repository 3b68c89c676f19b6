"""Enrollments and a hold of the account: what would wait, and who is in a sequence that is paused there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from customers.enums import HoldScope
from customers.models import Customer
from customers.queries.memo import kept
from customers.registry.holds import HoldSource, Stop, Stops
from outreach.enums import ENDED_STANDINGS, EnrollmentState
from outreach.models import Enrollment

WAITING = (EnrollmentState.PENDING, EnrollmentState.APPROVED)
UNDER_WAY = (EnrollmentState.SENDING, EnrollmentState.UNKNOWN)


def list_stopped(customer: Customer, scope: str, now: datetime) -> list[Stops]:
    """This will list the enrollments that would wait, and those that would be paused at Outreach.io."""
    if scope != HoldScope.ACCOUNT:
        return []
    rows = _read(customer)
    there = [row for row in rows if row.state == EnrollmentState.ENROLLED and row.standing not in ENDED_STANDINGS]
    return [
        Stops.of("enrollments", "enrollment", [_stop(row) for row in rows if row.state in WAITING]),
        Stops.of("sequences", "person in a sequence", [_stop(row) for row in there]),
    ]


def list_in_flight(customer: Customer, scope: str, now: datetime) -> list[Stop]:
    """This will name the enrollments that are being made at this moment, or may have been."""
    if scope != HoldScope.ACCOUNT:
        return []
    return [_stop(row) for row in _read(customer) if row.state in UNDER_WAY]


def has_in_flight(customer_ids: Collection[UUID], scope: str) -> set[UUID]:
    if scope != HoldScope.ACCOUNT:
        return set()
    rows = Enrollment.objects.filter(customer__in=customer_ids, state__in=UNDER_WAY)
    return set(rows.values_list("customer_id", flat=True))


def _read(customer: Customer) -> list[Enrollment]:
    """What is open of the account, once per page."""
    states = (*WAITING, *UNDER_WAY, EnrollmentState.ENROLLED)
    rows = Enrollment.objects.filter(customer=customer, state__in=states).select_related("stakeholder")
    found: list[Enrollment] = kept(("open_enrollments", customer.pk), lambda: list(rows.order_by("asked_at")))
    return found


def _stop(row: Enrollment) -> Stop:
    return Stop(str(row.pk), f"{row.stakeholder.name} in “{row.sequence_name}”", row.asked_at, row.state)


SOURCE = HoldSource("enrollments", stops=list_stopped, in_flight=list_in_flight, has_in_flight=has_in_flight)
