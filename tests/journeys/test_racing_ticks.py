"""Several ticks at once, on connections of their own: no row runs twice, none is left over."""

import threading
from datetime import datetime

import pytest
from django.db import connections, transaction

from customers.models import Customer
from journeys.enums import AutomationStatus
from journeys.models import AutomationLog, AutomationSchedule
from journeys.services.claiming import claim_due
from journeys.services.clock import TickReport, tick
from tests import factories
from tests.journeys.clockwork import Notebook, make_automation, notes

ROWS = 60
TICKS = 4


def tick_in_threads(now: datetime) -> list[TickReport]:
    reports: list[TickReport] = []
    start = threading.Barrier(TICKS)

    def run() -> None:
        try:
            start.wait()
            reports.append(tick(now=now))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(TICKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return reports


@pytest.mark.django_db(transaction=True)
def test_racing_ticks_run_each_row_once(notebook: Notebook, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("journeys.services.claiming.BATCH", 7)
    monkeypatch.setattr("journeys.services.claiming.BATCH_BESIDE_OTHERS", 7)
    customers: list[Customer] = factories.CustomerFactory.create_batch(3)
    rows = [make_automation(customers[n % 3], now) for n in range(ROWS)]

    reports = tick_in_threads(now)

    assert len(reports) == TICKS
    assert sum(report.outcomes["completed"] for report in reports) == ROWS
    assert notes() == sorted(str(row.pk) for row in rows)
    assert AutomationLog.objects.count() == ROWS
    assert set(AutomationSchedule.objects.values_list("status", flat=True)) == {AutomationStatus.COMPLETED}


@pytest.mark.postgres
@pytest.mark.django_db
def test_claim_of_the_last_batch_leaves_half_of_it_to_another(
    customer: Customer, notebook: Notebook, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("journeys.services.claiming.BATCH_BESIDE_OTHERS", 8)
    for _ in range(8):
        make_automation(customer, now)

    claims = [claim_due(now=now) for _ in range(3)]

    assert [len(claim.dues) if claim else 0 for claim in claims] == [4, 4, 0]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_claim_passes_over_rows_that_another_claim_has_locked(
    customer: Customer, notebook: Notebook, now: datetime
) -> None:
    locked, free = make_automation(customer, now), make_automation(customer, now)
    claimed: list[list[str]] = []

    def claim_elsewhere() -> None:
        try:
            claim = claim_due(now=now)
            claimed.append([str(due.id) for due in claim.dues] if claim else [])
        finally:
            connections.close_all()

    with transaction.atomic():
        AutomationSchedule.objects.select_for_update().get(pk=locked.pk)
        thread = threading.Thread(target=claim_elsewhere)
        thread.start()
        thread.join(timeout=10)

    assert claimed == [[str(free.pk)]]
