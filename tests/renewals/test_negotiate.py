"""Negotiate begins on day 70 by the clock, or earlier when a person confirms it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from customers.enums import HoldScope, TodoState
from customers.models import Activity, Stakeholder, Todo, User
from customers.services.holds import hold_customer
from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule
from journeys.services.clock import tick
from renewals.enums import Outcome
from renewals.models import EngageRun, Renewal
from renewals.services.engage import open_engage, replan
from renewals.services.negotiate import KIND, start_negotiate
from renewals.services.renewals import Ending, NotAllowed, RenewalClosed, set_outcome
from tests.renewals.conftest import at_day

pytestmark = pytest.mark.django_db
DAY_70 = datetime(2026, 4, 23, 13, 0, tzinfo=UTC)  # nine o'clock in New York


@pytest.fixture
def run(renewal: Renewal, people: dict[str, Stakeholder], csm: User) -> EngageRun:
    return open_engage(renewal.customer, now=at_day(117), by=csm)


def automation(run: EngageRun) -> AutomationSchedule:
    return AutomationSchedule.objects.get(kind=KIND, subject_id=run.renewal_id)


def started_at(run: EngageRun) -> datetime | None:
    return Renewal.objects.get(pk=run.renewal_id).negotiate_started_at


def test_clock_starts_negotiate_at_nine_of_day_70(run: EngageRun) -> None:
    assert automation(run).trigger_at == DAY_70

    tick(now=DAY_70 - timedelta(seconds=1))
    assert started_at(run) is None
    tick(now=DAY_70)

    assert started_at(run) == DAY_70
    assert automation(run).status == AutomationStatus.COMPLETED
    todo = Todo.objects.get(customer=run.customer, kind="ai.negotiate")
    assert todo.state == TodoState.DONE
    assert Activity.objects.filter(customer=run.customer, verb="negotiate.started").count() == 1


def test_person_starts_negotiate_early_and_the_clock_leaves_it(run: EngageRun, csm: User) -> None:
    assert start_negotiate(run.renewal, reason="Price seems high", now=at_day(105), by=csm)
    assert not start_negotiate(run.renewal, reason="Again", now=at_day(104), by=csm)

    tick(now=DAY_70)

    assert started_at(run) == at_day(105)
    assert automation(run).status == AutomationStatus.CANCELLED


def test_clock_skips_a_renewal_with_an_outcome(run: EngageRun, csm: User) -> None:
    set_outcome(run.renewal, ending=Ending(Outcome.CHURNED, reason="Shut down"), now=at_day(100), by=csm)

    tick(now=DAY_70)

    assert started_at(run) is None
    assert automation(run).reason == "The renewal has its outcome."


def test_clock_waits_when_the_renewal_date_has_moved(run: EngageRun) -> None:
    contract = run.renewal.contract
    contract.renewal_date += timedelta(days=10)
    contract.save()

    tick(now=DAY_70)

    assert started_at(run) is None
    assert automation(run).trigger_at == DAY_70 + timedelta(days=10)


def test_replan_moves_the_start_when_the_renewal_comes_earlier(run: EngageRun) -> None:
    contract = run.renewal.contract
    contract.renewal_date -= timedelta(days=10)
    contract.save()

    replan(EngageRun.objects.get(pk=run.pk), now=at_day(115), by=None)

    assert automation(run).trigger_at == DAY_70 - timedelta(days=10)


def test_clock_waits_while_the_account_is_held(run: EngageRun, csm: User) -> None:
    hold_customer(run.customer, scope=HoldScope.ACCOUNT, until=None, reason="", now=at_day(80), by=csm)

    tick(now=DAY_70)

    assert started_at(run) is None


def test_engage_opened_again_does_not_schedule_twice(run: EngageRun, csm: User) -> None:
    open_engage(run.customer, now=at_day(110), by=csm)

    assert AutomationSchedule.objects.filter(kind=KIND).count() == 1


def test_start_negotiate_needs_a_reason_a_writer_and_an_open_renewal(run: EngageRun, csm: User, reader: User) -> None:
    with pytest.raises(ValidationError):
        start_negotiate(run.renewal, reason=" ", now=at_day(105), by=csm)
    with pytest.raises(NotAllowed):
        start_negotiate(run.renewal, reason="x", now=at_day(105), by=reader)
    set_outcome(run.renewal, ending=Ending(Outcome.CHURNED, reason="Shut down"), now=at_day(100), by=csm)
    with pytest.raises(RenewalClosed):
        start_negotiate(run.renewal, reason="x", now=at_day(99), by=csm)
