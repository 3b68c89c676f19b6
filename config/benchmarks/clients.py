"""A client at the end of a programme, with a link of their own: what the pages for clients show."""

from __future__ import annotations

from datetime import datetime, timedelta

from config.benchmarks.book import write
from customers.models import Customer, Stakeholder
from journeys.enums import DeliverableState, JourneyState
from journeys.models import Deliverable, Journey, JourneyMonth, PortalLink, ProgrammeVersion
from journeys.services.portal import links_for

BODY = "\n\n".join(["## What we looked at", "- One\n- Two\n- Three", "A paragraph of some length. " * 12] * 20)


def fill_client(customer: Customer, *, now: datetime) -> PortalLink:
    """This will put the account through the whole programme, all of it read, and give its contact's link."""
    version = ProgrammeVersion.objects.filter(published_at__isnull=False).order_by("number")[0]
    start = now - timedelta(days=300)
    journey = Journey.objects.create(
        customer=customer, version=version, start_date=start.date(), zone=customer.timezone, started_at=start,
        state=JourneyState.COMPLETED, completed_at=now,
    )  # fmt: skip
    steps = list(version.steps.all())
    months = [
        JourneyMonth(
            customer=customer,
            journey=journey,
            step=step,
            number=step.number,
            due_date=start.date() + timedelta(days=step.offset_days),
        )
        for step in steps
    ]
    write(JourneyMonth, months)
    read = {"state": DeliverableState.DELIVERED, "delivered_at": now, "opened_at": now, "body": BODY}
    made = (Deliverable(customer=customer, journey=journey, month=one, title=one.step.title, **read) for one in months)
    write(Deliverable, made)
    person = Stakeholder.objects.get(customer=customer, primary=True)
    return links_for([(journey.pk, person.pk)], now=now)[journey.pk, person.pk]
