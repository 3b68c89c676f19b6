"""Each row that is scheduled or running has its line among what the clock has yet to look at, and no other row has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from config.benchmarks.clock_drains import register_bare
from config.benchmarks.clock_rows import KIND, PENDING, TABLE, make_accounts, make_rows
from customers.models import Customer
from journeys.enums import AutomationStatus, AutomationType
from journeys.models import AutomationSchedule, PendingAutomation
from journeys.queries import due
from journeys.registry import forget
from journeys.services.claiming import LEASE, claim_due, let_go
from journeys.services.pending_lines import _drop, keep_pending

pytestmark = pytest.mark.django_db
Line = tuple[UUID, str, datetime]


def lines() -> set[Line]:
    return set(PendingAutomation.objects.values_list("automation_id", "status", "at"))


def make_row(customer: Customer, at: datetime, **fields: object) -> AutomationSchedule:
    return AutomationSchedule.objects.create(
        customer=customer, type=AutomationType.SEND_NOTIFICATION, kind=KIND, subject_kind="bench",
        subject_id=uuid4(), trigger_at=at, **fields,
    )  # fmt: skip


def test_row_that_is_made_gets_a_line_only_if_it_is_to_come(customer: Customer, now: datetime) -> None:
    row = make_row(customer, now)
    make_row(customer, now, status=AutomationStatus.CANCELLED)
    make_row(customer, now, status=AutomationStatus.COMPLETED, executed_at=now)

    assert lines() == {(row.pk, AutomationStatus.SCHEDULED, now)}


def test_line_follows_its_row_through_its_life(customer: Customer, now: datetime) -> None:
    row = make_row(customer, now)
    other = make_row(customer, now + timedelta(days=1))
    kept = (other.pk, AutomationStatus.SCHEDULED, other.trigger_at)
    rows = AutomationSchedule.objects.filter(pk=row.pk)

    rows.update(trigger_at=now + timedelta(hours=1))
    assert lines() == {(row.pk, AutomationStatus.SCHEDULED, now + timedelta(hours=1)), kept}

    rows.update(status=AutomationStatus.RUNNING, claim_token=uuid4(), leased_until=now + LEASE)
    assert lines() == {(row.pk, AutomationStatus.RUNNING, now + LEASE), kept}

    rows.update(leased_until=now + 2 * LEASE)
    assert lines() == {(row.pk, AutomationStatus.RUNNING, now + 2 * LEASE), kept}

    rows.update(status=AutomationStatus.FAILED, claim_token=None, leased_until=None)
    assert lines() == {kept}

    rows.update(status=AutomationStatus.SCHEDULED, reason="Once more")
    assert lines() == {(row.pk, AutomationStatus.SCHEDULED, now + timedelta(hours=1)), kept}

    rows.delete()
    assert lines() == {kept}


def test_change_that_moves_nothing_leaves_the_line(customer: Customer, now: datetime) -> None:
    row = make_row(customer, now)

    AutomationSchedule.objects.update(reason="Waits", retry_count=1, trigger_at=now)

    assert lines() == {(row.pk, AutomationStatus.SCHEDULED, now)}


def test_account_that_goes_takes_its_lines_along(customer: Customer, now: datetime) -> None:
    make_row(customer, now)

    customer.delete()

    assert lines() == set()


def test_change_that_is_taken_back_takes_the_line_back(customer: Customer, now: datetime) -> None:
    row = make_row(customer, now)

    with pytest.raises(RuntimeError), transaction.atomic():
        AutomationSchedule.objects.update(status=AutomationStatus.SKIPPED)
        assert lines() == set()
        raise RuntimeError

    assert lines() == {(row.pk, AutomationStatus.SCHEDULED, now)}


@pytest.fixture
def known() -> Iterator[None]:
    register_bare()
    yield
    forget(KIND)


@pytest.mark.usefixtures("known")
def test_claim_moves_the_lines_of_what_it_takes_and_gives_back(now: datetime) -> None:
    make_accounts(3)
    make_rows(30, at=now - timedelta(minutes=1))
    before = lines()

    claim = claim_due(now=now)

    assert claim is not None
    assert lines() == {(one.id, AutomationStatus.RUNNING, now + LEASE) for one in claim.dues}
    assert not due.has_due(now)
    let_go(claim, now=now)
    assert lines() == before


@pytest.mark.usefixtures("known")
def test_row_whose_moment_was_moved_meanwhile_is_not_taken(customer: Customer, now: datetime) -> None:
    """Whoever shifts it asks for the row; the claim looks at the row again, not at what the line said."""
    row = make_row(customer, now - timedelta(minutes=1))
    AutomationSchedule.objects.filter(pk=row.pk).update(trigger_at=now + timedelta(days=3))

    assert claim_due(now=now) is None
    assert due.get_next_trigger_at(after=now) == now + timedelta(days=3)


@pytest.mark.postgres
def test_lines_of_many_rows_are_looked_up_by_their_key(now: datetime) -> None:
    """A plan that was made for many rows at once stays with the connection, and must not read all lines ever after."""
    make_accounts(3)
    make_rows(5_000, at=now)
    AutomationSchedule.objects.update(trigger_at=now + timedelta(hours=1))
    one = AutomationSchedule.objects.order_by("pk").values_list("pk", flat=True)[0]
    before = count("seq_scan", PENDING)

    AutomationSchedule.objects.filter(pk=one).update(status=AutomationStatus.CANCELLED)

    assert count("seq_scan", PENDING) == before
    assert PendingAutomation.objects.count() == 4_999


@pytest.mark.postgres
def test_run_of_a_row_touches_no_index_of_the_large_table(customer: Customer, now: datetime) -> None:
    """What makes a due row cost the same among ten million: the row is written in its own page (heap-only update)."""
    rows = AutomationSchedule.objects.filter(pk=make_row(customer, now).pk)
    written, in_place = count("n_tup_upd", TABLE), count("n_tup_hot_upd", TABLE)

    rows.update(status=AutomationStatus.RUNNING, claim_token=uuid4(), leased_until=now + LEASE)
    rows.update(status=AutomationStatus.COMPLETED, claim_token=None, leased_until=None, executed_at=now)

    assert count("n_tup_upd", TABLE) - written == 2
    assert count("n_tup_hot_upd", TABLE) - in_place == 2


@pytest.mark.postgres
def test_emptied_table_leaves_no_line(customer: Customer, now: datetime) -> None:
    make_row(customer, now)

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {TABLE} CASCADE")

    assert lines() == set()


def count(what: str, table: str) -> int:
    """What this connection has done to the table since it last told the server."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {what} FROM pg_stat_xact_all_tables WHERE relname = %s", [table])
        return int(cursor.fetchone()[0])


def test_migration_sets_right_what_was_changed_without_the_triggers(customer: Customer, now: datetime) -> None:
    kept, moved, ended = (make_row(customer, now + timedelta(days=n)) for n in range(3))
    _drop(connection.vendor, connection.cursor())
    AutomationSchedule.objects.filter(pk=moved.pk).update(trigger_at=now + timedelta(days=9))
    AutomationSchedule.objects.filter(pk=ended.pk).update(status=AutomationStatus.CANCELLED)
    made = make_row(customer, now + timedelta(days=4))
    scheduled = AutomationStatus.SCHEDULED

    keep_pending(connection)

    assert lines() == {
        (kept.pk, scheduled, now),
        (moved.pk, scheduled, now + timedelta(days=9)),
        (made.pk, scheduled, now + timedelta(days=4)),
    }
    AutomationSchedule.objects.all().delete()
    assert lines() == set()


@pytest.mark.postgres
def test_lines_that_are_gone_are_cleared_away_however_many_wait() -> None:
    """A fifth of a million would lie before the first that is due, and each look begins there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = 'journeys_pendingautomation'")
        assert cursor.fetchone()[0] == ["autovacuum_vacuum_scale_factor=0", "autovacuum_vacuum_threshold=10000"]
