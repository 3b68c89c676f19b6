"""What is asked of enrollments and of plans all day is answered by indexes, in a house with thousands (PostgreSQL)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from customers.enums import HoldScope
from customers.models import Customer, Stakeholder, User
from customers.queries.holds import preview_hold
from outreach.enums import PlanEnd, PlanState, TouchKind, TouchState, Wish
from outreach.models import Enrollment, OutreachPlan, ProspectLink, StandInThing, Touch
from outreach.queries.enrollments import enrollments_waiting, list_of_customer, list_there, triggers_waiting
from outreach.services.enrolling import approve_enrollment, free_plan_waits
from outreach.services.enrollment_control import change_of
from outreach.services.enrollment_sending import work_due
from outreach.services.enrollment_sync import sync_states
from tests import factories
from tests.outreach.enrollments.conftest import Enrolled
from tests.plans import Look, know_tables, multiply

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
TIMES = 1_000


@pytest.fixture
def look(enrolled: Enrolled, account: Customer, now: datetime) -> Look:
    """A thousand accounts with a person in a sequence, and a plan that is closed, with its first touch."""
    enrolled()
    then = now - timedelta(days=90)
    plan = OutreachPlan.objects.create(
        customer=account, renewal_id=account.pk, approach="champion_first", pricing_approach="no_price",
        deadline=then.date(), state=PlanState.CLOSED, opened_at=then, closed_at=then, end=PlanEnd.OUTCOME,
    )  # fmt: skip
    Touch.objects.create(
        plan=plan, key="first", kind=TouchKind.EMAIL, title="Mail", wanted_date=then.date(), due_date=then.date(),
        state=TouchState.DONE, done_at=then,
    )  # fmt: skip
    multiply(Customer, Stakeholder, Enrollment, ProspectLink, OutreachPlan, Touch, times=TIMES)
    know_tables()
    return Look()


def test_enrollments_and_plans_read_no_large_table(
    look: Look, ask: Enrolled, account: Customer, person: Stakeholder, csm: User, now: datetime
) -> None:
    second = factories.StakeholderFactory.create(customer=account, name="Bo")

    with look("ask and approve"):
        approve_enrollment(ask(second), now=now, by=csm)
    with look("claim, enroll and settle"):
        assert work_due(now=now) == 1
    with look("pause"):
        (outcome,) = change_of(person, Wish.PAUSE, now=now, by=csm)
        assert outcome.is_done
    with look("sync"):
        StandInThing.objects.filter(kind="sequenceState").update(changed_at=now + timedelta(minutes=1))
        assert sync_states(now=now + timedelta(minutes=2)).states == 2
    with look("those of an account"):
        assert len(list_of_customer(account)) == len(list_there(customer_id=account.pk)) == 2
    with look("what waits for a plan"):
        free_plan_waits(None, now=now)
        free_plan_waits(account.pk, now=now)
    with look("what a hold would stop"):
        preview_hold(account, scope=HoldScope.ACCOUNT, until=None, now=now)
    with look("what is due"):
        for part in (*enrollments_waiting(now), *triggers_waiting(now)):
            part.first()

    assert look.idle == []
    assert look.found == {}
