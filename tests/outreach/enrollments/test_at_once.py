"""Several calls to Outreach.io at once: its latency is waited for by many, and no lock or budget suffers from it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery.contrib.testing.worker import start_worker
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from structlog.testing import capture_logs

from config.celery import app
from customers.clients.wire import Answer, Call
from customers.models import Customer, User
from customers.models.workspace import ONLY_ID
from customers.services.side_by_side import MOST_AT_ONCE, run_side_by_side
from outreach.clients.outreach_io_stand_in import server
from outreach.enums import EnrollmentState, Wish
from outreach.models import Enrollment, OutreachConnection, StandInDesk, StandInThing
from outreach.services.enrolling import approve_enrollment
from outreach.services.enrollment_control import work_wishes
from outreach.services.enrollment_sending import work_due
from tests import factories
from tests.outreach.enrollments.conftest import Enrolled

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
LATENCY_S = 0.05
PEOPLE = 12
GIVEN_UP_AFTER_S = 60
"""No measure: `drill enrollments` says how long it takes."""


class Slow:
    """The stand-in as far away as the real one; keeps how many calls were under way and whether any held a lock."""

    def __init__(self) -> None:
        self.most, self.calls, self.held = 0, 0, 0
        self._now, self._lock = 0, threading.Lock()
        self._send = server.send

    def send(self, call: Call, *, now: datetime) -> Answer:
        with self._lock:
            self.calls, self._now = self.calls + 1, self._now + 1
            self.most = max(self.most, self._now)
            self.held += connection.in_atomic_block
        try:
            time.sleep(LATENCY_S)
            return self._send(call, now=now)
        finally:
            with self._lock:
                self._now -= 1


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    one = Slow()
    monkeypatch.setattr(server, "send", one.send)
    return one


@pytest.fixture
def approved(ask: Enrolled, account: Customer, csm: User, now: datetime) -> list[Enrollment]:
    """A dozen people of whom a person has approved every one."""
    people = [factories.StakeholderFactory.create(customer=account, name=f"P {n}") for n in range(PEOPLE)]
    return [approve_enrollment(ask(person), now=now, by=csm) for person in people]


def test_due_enrollments_are_made_at_once_each_once_and_no_lock_is_held(
    approved: list[Enrollment], slow: Slow, now: datetime
) -> None:
    done = work_due(now=now)

    states = StandInThing.objects.filter(kind="sequenceState")
    assert (done, states.count(), states.values("prospect_number").distinct().count()) == (PEOPLE, PEOPLE, PEOPLE)
    assert set(Enrollment.objects.values_list("state", flat=True)) == {EnrollmentState.ENROLLED}
    assert (slow.most > 3, slow.most <= MOST_AT_ONCE, slow.held) == (True, True, 0)


def test_several_at_once_make_no_call_beyond_the_budget(approved: list[Enrollment], slow: Slow, now: datetime) -> None:
    limit = 15
    StandInDesk.objects.update(calls_limit=limit, calls_used=0, resets_at=None)
    OutreachConnection.objects.filter(pk=ONLY_ID).update(rate_limit=limit, rate_used=0, rate_resets_at=None)

    hours = 0
    while Enrollment.objects.exclude(state=EnrollmentState.ENROLLED).exists() and hours < 12:
        work_due(now=now + timedelta(hours=hours, minutes=hours))
        # Within an office day; what is left is approved for a week.
        Enrollment.objects.filter(state=EnrollmentState.APPROVED).update(not_before=now)
        Customer.objects.update(window_start="00:00", window_end="23:59", working_days=list(range(7)))
        hours += 1

    assert StandInThing.objects.filter(kind="sequenceState").count() == PEOPLE
    assert (StandInDesk.objects.get().refused_calls, hours > 1) == (0, True)


def test_pauses_of_many_are_done_at_once(
    approved: list[Enrollment], slow: Slow, now: datetime, account: Customer
) -> None:
    work_due(now=now)
    slow.most = 0
    Enrollment.objects.update(wish=Wish.PAUSE, wish_due_at=now)

    assert work_wishes(now=now) == PEOPLE

    assert (slow.most > 3, slow.held) == (True, 0)
    assert not Enrollment.objects.exclude(standing="paused").exists()


@pytest.mark.parametrize("most", [1, MOST_AT_ONCE])
def test_job_that_fails_holds_up_no_other_and_is_raised(transactional_db: None, most: int) -> None:
    done: list[int] = []

    def job(number: int) -> bool:
        if number in (0, 50):
            raise ValueError(number)
        done.append(number)
        return True

    with pytest.raises(ValueError, match="0"), capture_logs() as logged:
        run_side_by_side(job, list(range(100)), most=most)

    assert sorted(done) == [number for number in range(100) if number not in (0, 50)]
    assert [line["event"] for line in logged] == ["one_of_many_failed"]


@contextmanager
def worker() -> Iterator[None]:
    """A worker of Celery with threads, as `serve` runs one; what other tests have rung for is not its work."""
    app.control.purge()
    with start_worker(app, pool="threads", concurrency=2, perform_ping_check=False, shutdown_timeout=10):
        yield


def test_approved_enrollment_is_made_by_the_worker_that_is_rung_for(
    ask: Enrolled, csm: User, client: Client, office_hours: None, settings: Any
) -> None:
    row = ask()
    client.force_login(csm)

    with worker():
        began = time.perf_counter()
        client.post(reverse("outreach:sequences_decide", args=[row.customer_id, row.pk]), {"verdict": "approve"})
        while time.perf_counter() - began < GIVEN_UP_AFTER_S:
            row.refresh_from_db()
            if row.state == EnrollmentState.ENROLLED:
                break
            time.sleep(0.02)
    connections.close_all()

    assert (row.state, StandInThing.objects.filter(pk=row.state_id).exists()) == (EnrollmentState.ENROLLED, True)
