"""What keeps a tick from running a row: an outage, a hold, a brake."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from customers.enums import HoldScope
from customers.models import Customer, User
from customers.services.holds import clear_brake, end_hold, hold_customer, set_brake
from journeys.enums import AutomationStatus
from journeys.registry import BRAKE, Handler
from journeys.services.claiming import claim_due
from journeys.services.clock import tick
from journeys.services.running import run_claim
from tests import factories
from tests.journeys.clockwork import Notebook, make_automation, notes

pytestmark = pytest.mark.django_db


MINUTE = timedelta(minutes=1)


Register = Callable[[Handler], None]


@pytest.mark.parametrize(
    ("late_by", "status"),
    [
        (timedelta(days=2), AutomationStatus.COMPLETED),
        (timedelta(days=2, minutes=1), AutomationStatus.EXPIRED),
    ],
)
def test_tick_after_an_outage_expires_what_is_too_late(
    customer: Customer, register: Register, now: datetime, late_by: timedelta, status: AutomationStatus
) -> None:
    register(Notebook().handler(expires_after=timedelta(days=2)))
    row = make_automation(customer, now - late_by)

    tick(now=now)

    row.refresh_from_db()
    assert row.status == status
    assert bool(row.reason) is (status == AutomationStatus.EXPIRED)


def test_tick_held_customer_waits_and_others_do_not(
    customer: Customer, notebook: Notebook, csm: User, now: datetime
) -> None:
    held = make_automation(customer, now)
    other = make_automation(factories.CustomerFactory.create(), now)
    hold = hold_customer(customer, scope=HoldScope.ACCOUNT, until=None, reason="Reorg", now=now, by=csm)

    first = tick(now=now)
    end_hold(hold, now=now + MINUTE, by=csm)
    second = tick(now=now + MINUTE)

    assert (first.outcomes, second.outcomes) == ({"completed": 1}, {"completed": 1})
    assert notes() == sorted([str(held.pk), str(other.pk)])


def test_tick_hold_whose_date_has_come_is_ended_before_its_rows_run(
    customer: Customer, notebook: Notebook, csm: User, now: datetime
) -> None:
    make_automation(customer, now)
    until = now + timedelta(hours=1)
    hold = hold_customer(customer, scope=HoldScope.ACCOUNT, until=until, reason="", now=now, by=csm)

    before = tick(now=until - MINUTE)
    after = tick(now=until)

    hold.refresh_from_db()
    assert (before.outcomes, after.outcomes) == ({}, {"completed": 1})
    assert (hold.ended_at, after.swept["holds"]) == (until, 1)


@pytest.mark.parametrize(
    ("stopped_by", "scope", "runs"),
    [
        ({HoldScope.ACCOUNT}, HoldScope.ACCOUNT, False),
        ({HoldScope.ACCOUNT}, HoldScope.JOURNEY, True),
        ({HoldScope.ACCOUNT, HoldScope.JOURNEY}, HoldScope.JOURNEY, False),
        (set(), HoldScope.ACCOUNT, True),
    ],
)
def test_tick_hold_stops_only_the_kinds_of_its_scope(
    customer: Customer,
    register: Register,
    csm: User,
    now: datetime,
    stopped_by: set[str],
    scope: HoldScope,
    runs: bool,
) -> None:
    register(Notebook().handler(stopped_by=frozenset(stopped_by)))
    make_automation(customer, now)
    hold_customer(customer, scope=scope, until=None, reason="", now=now, by=csm)

    tick(now=now)

    assert bool(notes()) is runs


def test_hold_between_claim_and_run_sets_the_row_back(
    customer: Customer, notebook: Notebook, csm: User, now: datetime
) -> None:
    row = make_automation(customer, now)
    claim = claim_due(now=now)
    assert claim is not None
    hold_customer(customer, scope=HoldScope.ACCOUNT, until=None, reason="", now=now, by=csm)

    outcomes = run_claim(claim, now=now)

    row.refresh_from_db()
    assert outcomes == {"held": 1}
    assert (row.status, row.retry_count, notes()) == (AutomationStatus.SCHEDULED, 0, [])


@pytest.mark.parametrize(("stopped_by", "runs"), [({BRAKE}, False), ({HoldScope.ACCOUNT}, True), (set(), True)])
def test_tick_brake_keeps_touches_back_as_they_are_and_nothing_else(
    customer: Customer, register: Register, csm: User, now: datetime, stopped_by: set[str], runs: bool
) -> None:
    register(Notebook().handler(stopped_by=frozenset(stopped_by)))
    row = make_automation(customer, now)
    set_brake(customer, reason="Sarah answered", now=now, by=None)

    tick(now=now)
    row.refresh_from_db()
    waited = (row.status, row.trigger_at)
    clear_brake(customer, now=now + MINUTE, by=csm)
    tick(now=now + MINUTE)

    assert (waited == (AutomationStatus.SCHEDULED, now)) is not runs
    assert notes() == [str(row.pk)]


def test_brake_between_claim_and_run_sets_the_row_back(customer: Customer, register: Register, now: datetime) -> None:
    register(Notebook().handler(stopped_by=frozenset({BRAKE})))
    row = make_automation(customer, now)
    claim = claim_due(now=now)
    assert claim is not None
    set_brake(customer, reason="Sarah answered", now=now, by=None)

    outcomes = run_claim(claim, now=now)

    row.refresh_from_db()
    assert outcomes == {"held": 1}
    assert (row.status, row.trigger_at, notes()) == (AutomationStatus.SCHEDULED, now, [])
