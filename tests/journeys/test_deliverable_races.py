"""Two people, or two workers, at the same deliverable at the same moment: one wins, and nothing happens twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from customers.models import Activity, Customer, Todo, User
from journeys.enums import DeliverableState, JourneyKind
from journeys.models import AutomationSchedule, BusinessPlan, Deliverable, DeliverableVersion
from journeys.services.onboarding import StaleNumber
from journeys.services.plans import save_plan
from journeys.services.reviewing import approve_deliverable, reject_deliverable
from journeys.services.texts import NotOpen, StaleText, save_text
from journeys.services.writing import write_due
from tests import factories
from tests.journeys.deliverable_ground import commission, start, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def customer(csm: User) -> Customer:
    return factories.CustomerFactory.create(owner=csm)


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at the same moment; each one's answer, or the refusal it met."""
    ready = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            ready.wait(timeout=20)
            return call()
        except (NotOpen, StaleText, StaleNumber) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_of_approvals_and_a_rejection_one_wins(customer: Customer, now: datetime, csm: User, lead: User) -> None:
    text = write(start(customer, now=now), 1, now=now)
    how = {"version": text.version, "now": now}

    answers = together(
        lambda: approve_deliverable(text, by=csm, **how),
        lambda: approve_deliverable(text, by=lead, **how),
        lambda: reject_deliverable(text, note="No.", by=lead, **how),
    )

    assert sum(isinstance(answer, Deliverable) for answer in answers) == 1
    told = AutomationSchedule.objects.filter(
        kind__in=[JourneyKind.READY, JourneyKind.REVISION], subject_id=text.journey_id
    )
    assert told.count() == 1
    verbs = ["deliverable.approved", "deliverable.rejected"]
    assert Activity.objects.filter(verb__in=verbs).count() == 1


def test_of_two_edits_one_is_kept_and_the_other_refused(
    customer: Customer, now: datetime, csm: User, lead: User
) -> None:
    text = write(start(customer, now=now), 1, now=now)

    answers = together(
        lambda: save_text(text, version=text.version, now=now, by=csm, body="One"),
        lambda: save_text(text, version=text.version, now=now, by=lead, body="Two"),
    )

    (kept,) = [answer for answer in answers if isinstance(answer, Deliverable)]
    assert [type(answer) for answer in answers if answer is not kept] == [StaleText]
    assert Deliverable.objects.get(pk=text.pk).body == kept.body


def test_workers_write_it_once(customer: Customer, now: datetime) -> None:
    made = commission(start(customer, now=now), 1, now=now)

    together(*[lambda: write_due(now=now) for _ in range(4)])

    made.refresh_from_db()
    assert made.state == DeliverableState.PENDING_REVIEW
    assert DeliverableVersion.objects.filter(deliverable=made).count() == 1
    assert Todo.objects.filter(source_id=made.pk).count() == 1


def test_plans_saved_together_have_numbers_of_their_own(customer: Customer, now: datetime, csm: User) -> None:
    answers = together(
        *[lambda body=body: save_plan(customer, body=body, seen=0, now=now, by=csm) for body in ("One", "Two", "Three")]
    )

    assert sum(isinstance(answer, BusinessPlan) for answer in answers) == 1
    assert [type(answer) for answer in answers if not isinstance(answer, BusinessPlan)] == [StaleNumber] * 2
