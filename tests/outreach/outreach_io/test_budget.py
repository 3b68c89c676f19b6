"""The calls of an hour: one count for all processes, no call beyond it, theirs before ours."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer

from customers.clients.base import NotAccepted
from customers.models import User
from outreach.clients.choice import outreach_access, outreach_client
from outreach.clients.outreach_io_errors import RateLimited
from outreach.models import OutreachConnection, StandInDesk
from outreach.rules.outreach_io.limits import Limits
from outreach.services.outreach_stand_in import connect_stand_in
from tests.outreach.outreach_io.conftest import put_connection
from tests.racing import at_once

SEQUENCES = "/api/v2/sequences"
pytestmark = pytest.mark.django_db


def test_no_call_is_made_beyond_the_hour(base: HTTPServer, now: datetime) -> None:
    put_connection(now, rate_limit=3)
    base.expect_request(SEQUENCES).respond_with_json({"data": []})

    for _ in range(3):
        outreach_client(now).list_sequences()
    with pytest.raises(RateLimited) as error:
        outreach_client(now + timedelta(minutes=10)).list_sequences()
    outreach_client(now + timedelta(hours=1, seconds=1)).list_sequences()

    assert len(base.log) == 4
    assert 2990 <= (error.value.retry_after_s or 0) <= 3001


def test_stand_in_that_limits_is_never_asked_too_often(ops: User, now: datetime) -> None:
    connect_stand_in(now=now, by=ops)
    StandInDesk.objects.update(calls_limit=8, calls_used=0)
    OutreachConnection.objects.update(rate_limit=8, rate_used=0)
    made = 0

    for minute in range(0, 240, 5):
        try:
            outreach_client(now + timedelta(minutes=minute)).list_mailboxes()
            made += 1
        except RateLimited:
            continue

    # Twelve an hour would be asked for, and eight are let through.
    assert (made, StandInDesk.objects.get().refused_calls) == (32, 0)


def test_their_count_is_taken_over_and_never_lowered_within_the_hour(base: HTTPServer, now: datetime) -> None:
    put_connection(now)
    access = outreach_access(now)
    ends = now + timedelta(minutes=30)

    access.spend()
    access.hear(Limits(limit=100, remaining=40, resets_at=ends), blocked_until=None)
    access.hear(Limits(limit=100, remaining=90, resets_at=ends - timedelta(seconds=2)), blocked_until=None)

    row = OutreachConnection.objects.get()
    assert (row.rate_limit, row.rate_used, row.rate_resets_at) == (100, 60, ends)


def test_their_next_hour_begins_a_new_count(base: HTTPServer, now: datetime) -> None:
    put_connection(now)
    access = outreach_access(now)
    access.hear(Limits(limit=100, remaining=0, resets_at=now + timedelta(seconds=20)), blocked_until=None)
    with pytest.raises(RateLimited):
        access.spend()

    access.hear(Limits(limit=100, remaining=99, resets_at=now + timedelta(hours=1)), blocked_until=None)
    row = OutreachConnection.objects.get()

    assert (row.rate_used, row.rate_resets_at) == (1, now + timedelta(hours=1))


def test_waiting_is_never_shortened_by_a_late_answer(base: HTTPServer, now: datetime) -> None:
    put_connection(now)
    access = outreach_access(now)

    access.hear(Limits(), blocked_until=now + timedelta(minutes=20))
    access.hear(Limits(), blocked_until=now + timedelta(minutes=1))

    assert OutreachConnection.objects.get().blocked_until == now + timedelta(minutes=20)


@pytest.mark.parametrize(
    ("status", "headers", "waits"),
    [
        (503, {}, False),
        (503, {"X-RateLimit-Reset": "2026-03-04T15:50:00Z"}, False),
        (503, {"Retry-After": "60"}, True),
        (429, {}, True),
        (500, {"Retry-After": "60"}, False),
    ],
)
def test_only_who_is_told_to_wait_waits(
    base: HTTPServer, now: datetime, status: int, headers: dict[str, str], waits: bool
) -> None:
    put_connection(now)
    base.expect_request(SEQUENCES).respond_with_data("", status=status, headers=headers)

    for _ in range(2):
        with pytest.raises(NotAccepted):
            outreach_client(now).list_sequences()

    assert len(base.log) == (1 if waits else 2)


@pytest.mark.django_db(transaction=True)
def test_ten_at_a_time_make_no_call_too_many(base: HTTPServer, now: datetime) -> None:
    put_connection(now, rate_limit=50)
    base.expect_request(SEQUENCES).respond_with_json({"data": []})

    def call_often() -> int:
        made = 0
        for _ in range(10):
            try:
                outreach_client(now).list_sequences()
                made += 1
            except RateLimited:
                pass
        return made

    assert sum(at_once(*[call_often] * 10)) == 50
    assert (len(base.log), OutreachConnection.objects.get().rate_used) == (50, 50)
