"""A journey whose first deliverable waits for review, for the tests of pages, API and queue."""

from __future__ import annotations

from datetime import datetime

from customers.models import Customer
from journeys.models import Deliverable, Journey, JourneyMonth
from journeys.services.writing import write_due
from tests.journeys.ground import begin


def start(customer: Customer, *, now: datetime) -> Journey:
    return begin(customer, now=now, by=customer.owner, start=now.date())


def commission(journey: Journey, number: int, *, now: datetime) -> Deliverable:
    """What the clock makes when a month is to be written."""
    month = JourneyMonth.objects.get(journey=journey, number=number)
    return Deliverable.objects.create(
        customer_id=journey.customer_id, journey=journey, month=month, title=month.step.title, due_at=now
    )


def write(journey: Journey, number: int, *, now: datetime) -> Deliverable:
    """A month's deliverable as the built-in writer wrote it, in review."""
    made = commission(journey, number, now=now)
    write_due(now=now)
    made.refresh_from_db()
    return made
