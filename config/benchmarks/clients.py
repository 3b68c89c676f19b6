"""A client at the end of a programme, with a link of their own: what the pages for clients show."""

from __future__ import annotations

from datetime import datetime, timedelta

from config.benchmarks.book import write
from customers.models import Customer, Stakeholder, User
from journeys.enums import DeliverableState, JourneyState
from journeys.models import Deliverable, Journey, JourneyMonth, PortalLink, ProgrammeVersion
from journeys.rules.onboarding import QUESTIONS
from journeys.rules.plan_files import PlanFile
from journeys.services.deliverables import write_deliverable_by_hand
from journeys.services.onboarding import save_onboarding
from journeys.services.plans import save_plan
from journeys.services.portal import links_for

VERSIONS = 8
ANSWER = "What a client says when they are asked, in a sentence or two of their own. " * 3
PLAN = PlanFile("plan.pdf", "application/pdf", b"%PDF-1.7")
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


def fill_next(customer: Customer, *, now: datetime) -> None:
    """This will give the account's journey that is under way a text in review, and plan and answers by versions."""
    by = customer.owner or User.objects.filter(is_active=True)[0]
    for number in range(VERSIONS):
        answers = [{"question": question, "answer": f"{ANSWER} {number}"} for question in QUESTIONS]
        save_onboarding(customer, answers, seen=number, now=now, by=by)
        save_plan(customer, body=f"{BODY}\n\n{number}", file=None if number else PLAN, seen=number, now=now, by=by)
    months = JourneyMonth.objects.filter(customer=customer, journey__state=JourneyState.ACTIVE, deliverable=None)
    month = months.select_related("step").order_by("number")[0]
    write_deliverable_by_hand(month, title=month.step.title, body=BODY, now=now, by=by)
