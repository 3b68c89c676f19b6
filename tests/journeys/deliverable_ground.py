"""A journey whose first deliverable waits for review, for the tests of pages, API and queue."""

from __future__ import annotations

from datetime import datetime, timedelta

from customers.models import Customer, User
from journeys.models import Deliverable, Journey, JourneyMonth
from journeys.rules.onboarding import QUESTIONS
from journeys.rules.plan_files import PlanFile
from journeys.services.onboarding import save_onboarding
from journeys.services.plans import save_plan
from journeys.services.reviewing import reject_deliverable
from journeys.services.texts import save_text
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


def fill_papers(journey: Journey, words: str, *, now: datetime, by: User) -> list[Deliverable]:
    """Onboarding and plan in two versions, and a deliverable in each state: in review with an open claim first."""
    customer = journey.customer
    for number in range(2):
        answers = [{"question": question, "answer": f"{words} {number}"} for question in QUESTIONS]
        save_onboarding(customer, answers, seen=number, now=now, by=by)
        file = PlanFile(f"{words[:100]}.pdf", "application/pdf", b"%PDF-1.7")
        save_plan(customer, body=f"# {words}\n- {words}\n\n{number}", file=file, seen=number, now=now, by=by)
    in_review, rejected, failed = (write(journey, number, now=now) for number in (2, 4, 5))
    waiting = commission(journey, 6, now=now)
    save_text(in_review, version=in_review.version, now=now, by=by, body=f"{in_review.body}\n\nYou earn €999,999.")
    reject_deliverable(rejected, note=words, version=rejected.version, now=now, by=by)
    Deliverable.objects.filter(pk=failed.pk).update(state="FAILED", outcome=words[:300])
    Deliverable.objects.filter(pk=waiting.pk).update(
        due_at=now + timedelta(minutes=15), outcome=words[:300], attempts=1
    )
    return [in_review, rejected, failed, waiting]
