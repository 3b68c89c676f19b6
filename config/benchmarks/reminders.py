"""Reminders as they are: holds and brakes, the facts, the text, the queued mail, the log; ours beside its rivals.

Each way carries out the reminders of the same month for other clients, in turn.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from django.db import connection
from django.test.utils import override_settings
from django.utils import timezone

from config.benchmarks.clock_drains import drain_automations
from config.benchmarks.clock_rows import analyze, moment_before
from config.benchmarks.rivals.countdown import countdown_worker
from config.benchmarks.rivals.one_by_one import remind
from config.benchmarks.scratch import QueryCounter, scratch_database
from config.drills.draining import drain_together
from config.loaded import keep_what_is_loaded
from customers.models import Customer, Stakeholder, User
from emails.models import Draft
from journeys.enums import AutomationStatus, JourneyKind
from journeys.models import AutomationSchedule
from journeys.services.bulk import start_journeys

RUNS = 3
FEW = 150
"""Of what goes row by row."""
WORKERS = (1, 2)
GOAL_PER_S = 5_000


def measure_reminders(*, reminders: int = 5_000, **options: Any) -> Iterator[dict[str, Any]]:
    """This will give a line for the drain and one for each number of processes."""
    now = timezone.now()
    with (
        TemporaryDirectory(prefix="evergreen-bench-") as folder,
        scratch_database(),
        override_settings(DATA_DIR=folder),
    ):
        owner = User.objects.create(username="bench-reminders", email="owner@bench.example", first_name="Olga")
        many = _make_clients(reminders, "many", owner, now=now)
        loop, task = (_make_clients(FEW, name, owner, now=now) for name in ("loop", "task"))
        analyze()
        keep_what_is_loaded()
        yield _measure(many, loop, task, now)
        yield from _measure_workers(many, now)


def _measure(many: list[UUID], loop: list[UUID], task: list[UUID], now: datetime) -> dict[str, Any]:
    rates: dict[str, list[float]] = {"ours": [], "spec_loop": []}
    worked: list[float] = []
    counter = QueryCounter()
    with countdown_worker() as worker:
        for month in range(1, RUNS + 1):
            _make_due(many, month, now)
            began_ms = time.process_time() * 1000
            with connection.execute_wrapper(counter):
                rates["ours"].append(len(many) / _spent(partial(drain_automations, now)))
            worked.append((time.process_time() * 1000 - began_ms) / len(many))
            ids = _make_due(loop, month, now)
            rates["spec_loop"].append(len(ids) / _spent(partial(_one_by_one, ids, now)))
            if worker is not None:
                ids = _make_due(task, month, now)
                rates.setdefault("celery_countdown", []).append(len(ids) / worker.spend("remind", ids, now=now))
    _check(RUNS * (len(many) + len(loop) + (len(task) if worker else 0)))
    medians = {name: round(median(found)) for name, found in rates.items()}
    return {
        "part": "drain, real reminders",
        "database": connection.vendor,
        "rows": len(many),
        "runs": RUNS,
        "rows_per_s": medians,
        # What this process worked; the database's own work is not in it, nor what others on the machine took.
        "cpu_ms_per_row": round(median(worked), 3),
        "statements_per_500": round(counter.count / (RUNS * len(many) / 500), 1),
        "times_the_loop": round(medians["ours"] / medians["spec_loop"], 1),
        "goal_times_the_loop": 5,
        **({"times_celery": round(medians["ours"] / medians["celery_countdown"], 1)} if worker else {}),
    }


def _one_by_one(ids: list[UUID], now: datetime) -> None:
    for pk in ids:
        remind(pk, now)


def _measure_workers(many: list[UUID], now: datetime) -> Iterator[dict[str, Any]]:
    for month, workers in enumerate(WORKERS, RUNS + 1):
        _make_due(many, month, now)
        before = Draft.objects.count()
        spent = drain_together(workers, now=now)
        _check(before + len(many))
        yield {
            "part": "drain of real reminders by processes",
            "database": connection.vendor,
            "workers": workers,
            "rows": len(many),
            "rows_per_s": round(len(many) / spent),
            "goal_per_s": GOAL_PER_S if workers == max(WORKERS) else None,
        }


def _make_clients(count: int, name: str, owner: User, *, now: datetime) -> list[UUID]:
    """Clients on a journey that begins in ten days, each with somebody to write to."""
    clients = [
        Customer(name=f"Client {name} {n}", external_id=f"{name}-{n}", owner=owner, timezone="UTC")
        for n in range(count)
    ]
    Customer.objects.bulk_create(clients, batch_size=1_000)
    Stakeholder.objects.bulk_create(
        [
            Stakeholder(
                customer=client, name=f"Person {n}", email=f"{name}{n}@client.example", roles=["champion"], primary=True
            )
            for n, client in enumerate(clients)
        ],
        batch_size=1_000,
    )
    start_journeys(clients, start_date=(now + timedelta(days=10)).date(), now=now, by=owner)
    return [client.pk for client in clients]


def _make_due(clients: Sequence[UUID], month: int, now: datetime) -> list[UUID]:
    """Put the clients' reminder of the month to this moment."""
    rows = AutomationSchedule.objects.filter(
        customer__in=clients, kind=JourneyKind.UPCOMING, occurrence=f"month-{month}"
    )
    rows.update(trigger_at=moment_before(now))
    return list(rows.order_by("id").values_list("pk", flat=True))


def _check(mails: int) -> None:
    """Every reminder is a mail, and none is left or written twice."""
    done = AutomationSchedule.objects.filter(status=AutomationStatus.COMPLETED).count()
    if not mails == done == Draft.objects.count():
        raise RuntimeError(f"{mails} reminders, {done} done, {Draft.objects.count()} mails")


def _spent(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
