"""Enrollments against a stand-in that limits the rate, and a sync of as many states: how long, with how many calls.

Time is played: where no call is left, the moment goes on to the end of the stand-in's hour.
"""

from __future__ import annotations

import time as clock
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db import connection

from config.benchmarks.scratch import scratch_database
from customers.models import Customer, Stakeholder, User
from customers.models.workspace import ONLY_ID
from outreach.clients.outreach_io_access import goes_on_at
from outreach.enums import EnrollmentState
from outreach.models import Enrollment, OutreachConnection, OutreachMailbox, OutreachSequence, StandInDesk, StandInThing
from outreach.queries.enrollment_gate import needs_of
from outreach.services.enrollment_sending import work_due
from outreach.services.enrollment_sync import sync_states
from outreach.services.outreach_stand_in import connect_stand_in

START = datetime(2026, 3, 4, 15, tzinfo=UTC)
PEOPLE_PER_ACCOUNT = 100
ROUND = 200
MOST_ROUNDS = 10_000


def measure_enrollments(enrollments: int = 5_000) -> Iterator[dict[str, Any]]:
    """This will give the time and the calls of the enrollments, then of a sync in which every state has changed.

    The stand-in takes two calls an hour for each, so that they need more than one: at 5,000 it is the real limit.
    """
    with scratch_database():
        yield from measure_here(enrollments)


def measure_here(enrollments: int) -> Iterator[dict[str, Any]]:
    """This will measure in the database that is open, which must be empty."""
    _fill(enrollments)
    limit = 2 * enrollments
    StandInDesk.objects.filter(pk=ONLY_ID).update(calls_limit=limit, calls_used=0, resets_at=None)
    OutreachConnection.objects.update(rate_limit=limit, rate_used=0, rate_resets_at=None)
    now, hours, most_in_hour = START + timedelta(minutes=2), 1, 0
    began = clock.perf_counter()
    for _ in range(MOST_ROUNDS):
        work_due(now=now, limit=ROUND)
        most_in_hour = max(most_in_hour, StandInDesk.objects.get(pk=ONLY_ID).calls_used)
        waiting = Enrollment.objects.filter(state__in=[EnrollmentState.APPROVED, EnrollmentState.UNKNOWN])
        if not waiting.exists():
            break
        until = goes_on_at(OutreachConnection.objects.get(pk=ONLY_ID), now=now)
        if until is not None:
            now, hours = until + timedelta(seconds=1), hours + 1
        else:
            now += timedelta(seconds=1)
    spent = clock.perf_counter() - began
    states = StandInThing.objects.filter(kind="sequenceState")
    desk = StandInDesk.objects.get(pk=ONLY_ID)
    yield {
        "database": connection.vendor,
        "part": "enrollments",
        "enrollments": enrollments,
        "enrolled": Enrollment.objects.filter(state=EnrollmentState.ENROLLED).count(),
        "states_there": states.count(),
        "people_enrolled_twice": states.count() - states.values("prospect_number").distinct().count(),
        "calls_an_hour": limit,
        "hours_played": hours,
        "most_calls_in_an_hour": most_in_hour,
        "calls_beyond_the_limit": desk.refused_calls,
        "seconds": round(spent, 1),
        "per_s": round(enrollments / spent, 1),
    }
    yield _measure_sync(enrollments, now=now + timedelta(hours=2))


def _measure_sync(enrollments: int, *, now: datetime) -> dict[str, Any]:
    rows = list(StandInThing.objects.filter(kind="sequenceState"))
    for row in rows:
        row.attributes = {**row.attributes, "openCount": 1, "deliverCount": 1}
        row.changed_at = now
    StandInThing.objects.bulk_update(rows, ["attributes", "changed_at"], batch_size=500)
    began = clock.perf_counter()
    synced = sync_states(now=now + timedelta(minutes=1))
    return {
        "database": connection.vendor,
        "part": "sync",
        "states": synced.states,
        "changed": synced.changed,
        "calls": synced.calls,
        "problem": synced.problem,
        "opened": Enrollment.objects.filter(open_count__gt=0).count(),
        "seconds": round(clock.perf_counter() - began, 1),
    }


def _fill(count: int) -> None:
    owner = User.objects.create(username="bench-owner", email="owner@bench.example", role="ops")
    hours = {"window_start": time(0, 0), "window_end": time(23, 59), "working_days": list(range(7))}
    accounts = [
        Customer(name=f"Account {number}", owner=owner, holidays_place="NONE", **hours)
        for number in range(-(-count // PEOPLE_PER_ACCOUNT))
    ]
    Customer.objects.bulk_create(accounts)
    connect_stand_in(now=START, by=owner)
    box = OutreachMailbox.objects.get(user=owner)
    sequence = OutreachSequence.objects.get(name="Re-engagement")
    people = [
        Stakeholder(
            customer=accounts[number // PEOPLE_PER_ACCOUNT], name=f"P {number}", email=f"p{number}@bench.example"
        )
        for number in range(count)
    ]
    Stakeholder.objects.bulk_create(people, batch_size=500)
    rows = [
        Enrollment(
            customer=person.customer, stakeholder=person, sequence_id=sequence.sequence_id, sequence_name=sequence.name,
            mailbox_id=box.mailbox_id, mailbox_email=box.email, state=EnrollmentState.APPROVED, asked_through="account",
            asked_at=START, approved_at=START, approved_by=owner, approval_expires_at=START + timedelta(days=7),
            not_before=START,
        )
        for person in people
    ]  # fmt: skip
    for row in rows:
        row.approval_hash = needs_of(row).digest
    Enrollment.objects.bulk_create(rows, batch_size=500)
