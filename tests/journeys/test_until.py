"""Time played forward by leaps ends as it does step by step."""

from __future__ import annotations

import os
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from customers.enums import HoldScope
from customers.models import Activity, Todo, User
from customers.services.holds import hold_customer
from emails.models import CapturedMail, Draft, StaffMail
from journeys.models import AutomationLog, AutomationSchedule, Deliverable, Journey, JourneyMonth
from journeys.services import clock, digest
from journeys.services.clock import TickReport, tick_as_of, tick_until
from tests import factories
from tests.journeys.ground import approve_plan, begin, deliver

DAYS = 31 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 11
"""By day until after the hold has ended and a digest was written; three thousand steps take a while."""


class Undone(Exception):
    """Takes back what one way has played."""


def play_step_by_step(*, now: datetime, until: datetime) -> TickReport:
    """As it was before it leapt: a tick at each step."""
    total, moment = TickReport(), now
    clock._add(total, tick_as_of(now=now))
    while moment < until:
        moment = next(clock._list_steps(moment, until))
        clock._add(total, tick_as_of(now=moment))
    return total


def make_book(csm: User, now: datetime) -> None:
    """Journeys that wait, run, are late, are held and end their hold, in zones far apart."""
    for place, zone in enumerate(("America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Europe/Berlin")):
        customer = factories.CustomerFactory.create(owner=csm, timezone=zone)
        factories.StakeholderFactory.create(customer=customer, primary=True, email=f"c{place}@client.example")
        journey = begin(customer, now=now, by=csm, start=date(2026, 3, 9 + 5 * place))
        if place != 1:
            approve_plan(customer, now=now)
        if place == 2:
            deliver(journey, 1, now=now, by=csm)
        if place == 3:
            until = now + timedelta(days=9, hours=1, minutes=7)
            hold_customer(customer, scope=HoldScope.JOURNEY, until=until, reason="", now=now, by=csm)


def see() -> dict[str, Any]:
    """Everything that a month leaves behind, without the ids that chance gives it."""
    return {
        "rows": sorted(AutomationSchedule.objects.values_list("subject_id", "kind", "occurrence", "status", "reason",
                                                              "trigger_at", "executed_at")),
        "log": Counter(AutomationLog.objects.values_list("automation__kind", "at", "action", "status")),
        "letters": sorted(Draft.objects.values_list("customer_id", "subject", "state", "approved_at", "sent_at")),
        "left": Counter(CapturedMail.objects.values_list("subject", "captured_at", "mail_to")),
        "to staff": Counter(StaffMail.objects.values_list("key", "created_at__date")),
        "papers": sorted(Deliverable.objects.values_list("journey_id", "title", "state", "due_at")),
        "months": sorted(JourneyMonth.objects.values_list("journey_id", "number", "due_date")),
        "journeys": sorted(Journey.objects.values_list("pk", "state", "current_month", "open_due_date")),
        "todos": Counter(Todo.objects.values_list("title", "kind", "waits_since")),
        "record": Counter(Activity.objects.values_list("verb", "at", "customer_id")),
    }  # fmt: skip


@pytest.mark.django_db
def test_time_by_leaps_ends_as_step_by_step(csm: User, lead: User, now: datetime) -> None:
    make_book(csm, now)
    until = now + timedelta(days=DAYS)
    seen, reports = [], []
    for way in (play_step_by_step, tick_until):
        digest._Memory.quarter = None
        try:
            with transaction.atomic():
                reports.append(way(now=now, until=until).as_json())
                seen.append(see())
                raise Undone
        except Undone:
            pass

    stepped, leapt = seen
    assert {name: leapt[name] for name in stepped} == stepped
    assert reports[0] == reports[1]
    assert len(stepped["left"]) >= 4
    assert stepped["to staff"]


@pytest.mark.django_db
def test_month_without_anything_is_two_ticks(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks: list[datetime] = []
    monkeypatch.setattr(clock, "tick_as_of", lambda *, now: ticks.append(now) or TickReport())

    with CaptureQueriesContext(connection) as queries:
        tick_until(now=now, until=now + timedelta(days=30))

    assert ticks == [now, now + timedelta(days=30)]
    assert len(queries) < 100
