from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from time_machine import travel

from config import health
from journeys.models import AutomationSchedule, ClockState
from tests import factories
from tests.journeys.clockwork import make_automation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at(now: datetime) -> Any:
    with travel(now, tick=False):
        yield


def set_last_tick(moment: datetime | None) -> None:
    ClockState.objects.update_or_create(pk=1, defaults={"last_tick_at": moment})


def test_healthz_asks_no_database(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_readyz_with_a_ticking_clock_is_ready(client: Client, now: datetime) -> None:
    set_last_tick(now - timedelta(seconds=20))

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "checks": {"database": True, "broker": True, "lastTick": True, "oldestDue": True, "noStandstill": True},
        "lastTickAgeSeconds": 20.0,
        "oldestDueAgeSeconds": None,
    }


@pytest.mark.parametrize(("age", "status"), [(timedelta(minutes=3), 200), (timedelta(minutes=3, seconds=1), 503)])
def test_readyz_with_a_silent_clock_is_not_ready(client: Client, now: datetime, age: timedelta, status: int) -> None:
    set_last_tick(now - age)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["checks"]["lastTick"]) == (status, status == 200)


def test_readyz_before_the_first_tick_is_not_ready(client: Client) -> None:
    set_last_tick(None)

    assert client.get("/readyz").status_code == 503


@pytest.mark.parametrize(("age", "status"), [(timedelta(minutes=10), 200), (timedelta(minutes=11), 503)])
def test_readyz_with_an_old_due_row_is_not_ready(client: Client, now: datetime, age: timedelta, status: int) -> None:
    set_last_tick(now)
    make_automation(factories.CustomerFactory.create(), now - age)

    answer = client.get("/readyz")

    assert answer.status_code == status
    assert answer.json()["oldestDueAgeSeconds"] == age.total_seconds()


def test_readyz_with_a_row_made_for_a_past_day_counts_from_its_making(client: Client, now: datetime) -> None:
    set_last_tick(now)
    row = make_automation(factories.CustomerFactory.create(), now - timedelta(days=60))
    AutomationSchedule.objects.filter(pk=row.pk).update(created_at=now - timedelta(seconds=20))

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["oldestDueAgeSeconds"]) == (200, 20)


def test_readyz_without_database_or_broker_answers_503_without_details(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise OperationalError("password authentication failed for evergreen:hush")

    monkeypatch.setattr(health.connection, "cursor", refuse)
    monkeypatch.setattr(health.current_app, "connection_for_write", refuse)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert set(answer.json()["checks"].values()) == {False}
    assert "hush" not in answer.content.decode()


def test_metrics_count_what_waits(client: Client, now: datetime) -> None:
    set_last_tick(now - timedelta(seconds=5))
    customer = factories.CustomerFactory.create()
    make_automation(customer, now - timedelta(seconds=90))
    make_automation(customer, now)
    make_automation(customer, now + timedelta(seconds=1))

    lines = client.get("/metrics").content.decode().splitlines()

    samples = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert samples["evergreen_due_rows"] == "2"
    assert samples["evergreen_oldest_due_age_seconds"] == "90"
    assert samples["evergreen_last_tick_age_seconds"] == "5"
    assert samples['evergreen_drafts{state="queued"}'] == "0"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_health_takes_no_writes(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
