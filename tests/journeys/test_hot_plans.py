"""What pages and sweepers ask of journeys is answered by indexes, in a house with thousands of them (PostgreSQL)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from customers.enums import HoldScope, NoticeKind, NoticeMail
from customers.models import Customer, Notice, Stakeholder, User
from customers.queries.holds import preview_hold
from journeys.enums import AutomationStatus, LogStatus
from journeys.models import AutomationLog, AutomationSchedule, Deliverable, Journey, JourneyMonth
from journeys.queries.automations import LogFilter, find_log, with_names
from journeys.queries.board import Board, BoardFilter
from journeys.registry import list_sweepers
from journeys.services.bulk import start_journeys
from journeys.services.clock import tick_as_of
from journeys.services.deliverables import write_deliverable_by_hand
from journeys.services.notice_mails import write_digests
from tests import factories
from tests.journeys.ground import default_version
from tests.plans import Look, explain, know_tables, multiply, partial_indexes, reads_whole

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
ACCOUNTS, TIMES = 10, 100


@pytest.fixture
def account(csm: User) -> Customer:
    return factories.CustomerFactory.create(owner=csm, timezone="UTC")


@pytest.fixture
def look(now: datetime, ops: User) -> Look:
    """A thousand journeys by their months, with a deliverable, a line of the log and a notice each."""
    then = now - timedelta(days=40)
    accounts = [factories.CustomerFactory.create(owner=ops, timezone="UTC") for _ in range(ACCOUNTS)]
    start_journeys(accounts, start_date=then.date(), version=default_version(), now=then, by=ops, include_past=True)
    for month in JourneyMonth.objects.filter(number=1).select_related("journey", "step"):
        Deliverable.objects.create(
            customer_id=month.customer_id, journey=month.journey, month=month, title="Plan", state="DELIVERED",
            delivered_at=then, opened_at=then,
        )  # fmt: skip
        _say(month, ops, at=then)
    AutomationSchedule.objects.update(status=AutomationStatus.COMPLETED, executed_at=then)
    tables = (Journey, JourneyMonth, Deliverable, AutomationSchedule, AutomationLog, Notice)
    multiply(Customer, Stakeholder, *tables, times=TIMES)
    know_tables()
    return Look()


def _say(month: JourneyMonth, reader: User, *, at: datetime) -> None:
    row = AutomationSchedule.objects.filter(customer=month.customer_id).order_by("trigger_at")[0]
    AutomationLog.objects.create(
        customer_id=month.customer_id, automation=row, at=at, type=row.type, kind=row.kind, action="Written",
        status=LogStatus.SUCCESS, attempt=1,
    )  # fmt: skip
    Notice.objects.create(
        customer_id=month.customer_id, user=reader, kind=NoticeKind.REVIEW, event="deliverable.in_review",
        key=str(month.pk), happened_at=at, mail=NoticeMail.DIGEST, mailed_at=at, read_at=at,
    )  # fmt: skip


def test_journeys_read_no_large_table_from_end_to_end(
    look: Look, account: Customer, csm: User, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    with look("start"):
        start_journeys([account], start_date=now.date(), version=default_version(), now=now, by=csm)
    month = JourneyMonth.objects.filter(customer=account, number=1).select_related("journey", "step").get()
    with look("a deliverable"):
        write_deliverable_by_hand(month, title="Plan", body="Text", now=now, by=csm)
    ahead = AutomationSchedule.objects.filter(customer=account, status=AutomationStatus.SCHEDULED)
    AutomationSchedule.objects.filter(pk=ahead.order_by("trigger_at")[0].pk).update(trigger_at=now)
    with look("tick"):
        assert sum(tick_as_of(now=now).outcomes.values()) == 1
    with look("log of a client"):
        list(with_names(find_log(csm, LogFilter(customer_id=account.pk)))[:50])
    with look("log of what failed"):
        list(with_names(find_log(csm, LogFilter(customer_id=account.pk, status="FAILED")))[:50])
    with look("board of a person"):
        board = Board(csm, BoardFilter(), now=now)
        assert board.counts.active == 1
        assert [len(column.cards) for column in board.columns()] == [1]
    with look("what a pause would move"):
        preview_hold(account, scope=HoldScope.JOURNEY, until=now + timedelta(days=9), now=now)
    with look("digest of notices"):
        write_digests(now=now)

    assert look.idle == []
    assert look.found == {}


def test_what_each_sweeper_looks_for_stands_in_an_index(now: datetime) -> None:
    """The tables are empty: scans of whole tables are forbidden, so that one is left only where no index fits."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    partial = partial_indexes()

    found = []
    for sweeper in list_sweepers():
        for part in sweeper.waiting(now) if sweeper.waiting else ():
            plan = explain(*part.values("pk")[:1].query.sql_with_params())
            found += [(sweeper.name, words) for words in reads_whole(plan, {part.model._meta.db_table}, partial)]

    assert found == []
