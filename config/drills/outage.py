"""Promise 8 put to the test: nothing ticks for three days, then everything at once; nobody is flooded."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from config.drills.ground import drill_ground, make_account, make_team
from customers.base import lock_customer
from customers.models import Customer, User, WorkspaceSettings
from emails.models import Draft
from emails.services import outbox
from journeys.enums import AutomationStatus, DeliverableState, JourneyKind
from journeys.models import AutomationSchedule, BusinessPlan, Deliverable, JourneyMonth
from journeys.registry import find_handler
from journeys.services.bulk import start_journeys
from journeys.services.clock import tick_as_of
from journeys.services.delivering import deliver_month

CLIENTS = 500
CAP = 1
CAP_DAYS = 7
OUTAGE = timedelta(days=3)
BEGIN = datetime.fromisoformat("2026-03-04T12:00:00+00:00")
"""A Wednesday."""
SPREAD_DAYS = 7
AFTER_DAYS = 9


def drill_outage(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """This will let clients' rows fall due while nothing ticks, then tick, and hold what was done against the rules."""
    with drill_ground():
        yield {"database": connection.vendor, **play_outage(clients=CLIENTS)}


def play_outage(*, clients: int) -> dict[str, Any]:
    """This will make clients, an outage and the days after it in the database at hand; says what it saw."""
    by = make_team()
    WorkspaceSettings.objects.update(contact_cap=CAP, account_cap=CAP)
    _make_clients(clients, by)
    returns = BEGIN + OUTAGE
    due = _read_due(returns)
    began = time.monotonic()
    tick_as_of(now=returns)
    ticked_s = time.monotonic() - began
    wrong = [pk for pk, row in due.items() if not _is_by_rule(row, _status(pk), returns)]
    _go_on(returns)
    most = _most_in_a_week()
    outcomes = Counter(AutomationSchedule.objects.filter(pk__in=due).values_list("status", flat=True))
    return {
        "clients": clients,
        "outage_h": 72,
        "due": len(due),
        "not_by_rule": len(wrong),
        "outcomes": dict(outcomes),
        "mails_sent": Draft.objects.filter(sent_at__isnull=False).count(),
        "cap": CAP,
        "most_to_one_contact_in_7_days": most,
        "first_tick_s": round(ticked_s, 2),
        "passed": bool(due) and not wrong and 0 < most <= CAP,
    }


def _make_clients(count: int, by: User) -> None:
    """Journeys of which some month begins, ended or is about to, in the days without a tick."""
    customers = [make_account(number, owner=by).customer for number in range(count)]
    now = BEGIN - timedelta(days=40)
    for shift in range(SPREAD_DAYS):
        group = customers[shift::SPREAD_DAYS]
        start = date(2026, 2, 2) + timedelta(days=shift)
        start_journeys(group, start_date=start, now=now, by=by)
    BusinessPlan.objects.bulk_create(
        [BusinessPlan(customer=one, number=1, body="Sell more.", saved_at=now, approved_at=now) for one in customers]
    )
    _deliver_first(customers)
    # What was due before the outage was done then.
    AutomationSchedule.objects.filter(trigger_at__lte=BEGIN).update(
        status=AutomationStatus.SKIPPED, reason="Before the drill."
    )


def _deliver_first(customers: list[Customer]) -> None:
    months = JourneyMonth.objects.filter(customer__in=customers, number=1).select_related("step")
    Deliverable.objects.bulk_create(
        [
            Deliverable(
                customer_id=month.customer_id,
                journey_id=month.journey_id,
                month=month,
                title=month.step.title,
                state=DeliverableState.DELIVERED,
                delivered_at=BEGIN - timedelta(days=20),
                opened_at=BEGIN - timedelta(days=19),
            )
            for month in months
        ]
    )


Row = tuple[str, datetime]


def _read_due(now: datetime) -> dict[UUID, Row]:
    rows = AutomationSchedule.objects.due(now).values_list("pk", "kind", "trigger_at")
    return {pk: (kind, trigger_at) for pk, kind, trigger_at in rows}


def _status(pk: UUID) -> str:
    return AutomationSchedule.objects.values_list("status", flat=True).get(pk=pk)


def _is_by_rule(row: Row, status: str, now: datetime) -> bool:
    """Expired exactly where its kind says so; else done, or not wanted any more, with the reason."""
    kind, trigger_at = row
    handler = find_handler(kind)
    limit = handler.expires_after if handler else None
    is_late = limit is not None and now - trigger_at > limit
    if is_late:
        return status == AutomationStatus.EXPIRED
    allowed = {AutomationStatus.COMPLETED, AutomationStatus.SKIPPED, AutomationStatus.SCHEDULED}
    return status in allowed if kind in JourneyKind.values else True


def _go_on(now: datetime) -> None:
    """Half a day at a time: months are approved as soon as they are written, what waits for the cap leaves in time."""
    for step in range(2 * AFTER_DAYS):
        moment = now + timedelta(hours=12 * step)
        tick_as_of(now=moment)
        outbox.send_due(now=moment)
        _approve_all(moment)


def _approve_all(now: datetime) -> None:
    written = Deliverable.objects.filter(state__in=[DeliverableState.WRITING, DeliverableState.PENDING_REVIEW])
    for deliverable in written.select_related("month"):
        with transaction.atomic():
            lock_customer(deliverable.customer_id)
            deliverable.state, deliverable.delivered_at, deliverable.due_at = DeliverableState.DELIVERED, now, None
            deliverable.save()
            deliver_month(deliverable, now=now, by=None)


def _most_in_a_week() -> int:
    sent: dict[str, list[datetime]] = {}
    for address, at in Draft.objects.filter(sent_at__isnull=False).values_list("to_email", "sent_at"):
        sent.setdefault(address, []).append(at)
    week = timedelta(days=CAP_DAYS)
    return max((sum(at <= other < at + week for other in times) for times in sent.values() for at in times), default=0)
