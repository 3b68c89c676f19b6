"""Ways to carry out what is due, ours beside its rivals. Each row: read the client, write to the log, mark done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from config.benchmarks.clock_rows import KIND, LINES, PENDING, TABLE
from customers.models import Customer
from customers.queries.many import many
from journeys.enums import AutomationStatus, LogStatus
from journeys.models import AutomationLog, AutomationSchedule
from journeys.registry import Handler, find_handler, register_handler
from journeys.rules.automations import Do, Due
from journeys.services.claiming import claim_due
from journeys.services.clock import tick_as_of
from journeys.services.running import run_claim

BATCH = 500


def register_bare() -> None:
    """This will have the clock read each row's client and do nothing else."""
    if find_handler(KIND) is None:
        register_handler(Handler(kind=KIND, load=_load, decide=_decide, apply=_apply))


def _load(dues: Sequence[Due]) -> Mapping[UUID, str]:
    customers = Customer.objects.filter(pk__in=many({due.customer_id for due in dues}))
    names = dict(customers.values_list("pk", "name"))
    return {due.id: names[due.customer_id] for due in dues if due.customer_id in names}


def _decide(name: str, now: datetime) -> Do:
    return Do(f"Noted for {name}")


def _apply(effects: Sequence[Any], now: datetime) -> None:
    return None


def drain(now: datetime) -> None:
    """Ours: ticks until nothing is due."""
    while tick_as_of(now=now).is_unfinished:
        pass


def drain_automations(now: datetime) -> None:
    """Ours, without what a tick sweeps besides: the outbox would begin to send the mails of the round before."""
    while claim := claim_due(now=now):
        run_claim(claim, now=now)


def drain_raw(now: datetime) -> None:
    """SQL in batches, written for this one thing: claim, read the clients, log, finish. PostgreSQL only."""
    with connection.cursor() as cursor:
        while _raw_batch(cursor, now):
            pass


def _raw_batch(cursor: Any, now: datetime) -> int:
    with transaction.atomic():
        cursor.execute(
            f"UPDATE {TABLE} SET status = 'RUNNING', claim_token = gen_random_uuid(), leased_until = %s "  # noqa: S608
            f"WHERE id IN (SELECT row.id FROM {PENDING} AS pending JOIN {TABLE} AS row ON row.id = automation_id "
            "WHERE pending.status = 'SCHEDULED' AND pending.at <= %s AND row.status = 'SCHEDULED' "
            "ORDER BY pending.at, automation_id LIMIT %s FOR UPDATE OF row SKIP LOCKED) "
            "RETURNING id, customer_id, retry_count",
            [now + timedelta(minutes=2), now, BATCH],
        )
        rows = cursor.fetchall()
        if not rows:
            return 0
        ids, customers = [str(row[0]) for row in rows], [str(row[1]) for row in rows]
        cursor.execute("SELECT id, name FROM customers_customer WHERE id = ANY(%s::uuid[])", [_array(set(customers))])
        names = {str(pk): name for pk, name in cursor.fetchall()}
        actions = [f"Noted for {names[pk]}" for pk in customers]
        cursor.execute(
            f"INSERT INTO {LINES} (id, created_at, updated_at, at, customer_id, automation_id, type, kind, action, "  # noqa: S608
            "status, attempt, metadata, error_message) SELECT gen_random_uuid(), %s, %s, %s, c, a, "
            "'SEND_NOTIFICATION', %s, w, 'SUCCESS', 1, '{}', '' FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) "
            "AS line (c, a, w)",
            [now, now, now, KIND, _array(customers), _array(ids), actions],
        )
        cursor.execute(
            f"UPDATE {TABLE} SET status = 'COMPLETED', executed_at = %s, claim_token = NULL, leased_until = NULL, "  # noqa: S608
            "updated_at = %s WHERE id = ANY(%s::uuid[])",
            [now, now, _array(ids)],
        )
    return len(rows)


def drain_loop(now: datetime) -> None:
    """The journey spec's own loop: one row after the other."""
    due = AutomationSchedule.objects.filter(status=AutomationStatus.SCHEDULED, trigger_at__lte=now)
    for row in due.select_related("customer"):
        row.status, row.executed_at = AutomationStatus.COMPLETED, now
        row.save()
        AutomationLog.objects.create(
            customer_id=row.customer_id, automation_id=row.pk, at=now, type=row.type, kind=row.kind,
            action=f"Noted for {row.customer.name}", status=LogStatus.SUCCESS, attempt=row.retry_count + 1,
        )  # fmt: skip


def _array(ids: Any) -> str:
    return "{" + ",".join(ids) + "}"
