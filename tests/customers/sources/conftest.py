"""A source of usage that answers on this machine, and an account that it knows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_httpserver import HTTPServer

from customers.clients.tokens import forget_tokens
from customers.models import Customer, UsagePull, UsageSource, User
from customers.rules.source_mapping import read_mapping
from customers.services.digests import seal
from tests import factories

SECRET = "a secret of the meter"
MAPPING = "account = accountId\nmetric = metric\nvalue = used\nlimit = limit\nat = at\ncontract.current_price = price"
PAGE = "/settings/usage-sources"


@pytest.fixture(autouse=True)
def _still(now: datetime, settings: Any) -> Iterator[None]:
    forget_tokens()
    settings.OUTBOUND = "on"
    with time_machine.travel(now, tick=False):
        yield
    forget_tokens()


@pytest.fixture
def source(httpserver: HTTPServer, now: datetime) -> UsageSource:
    made: UsageSource = UsageSource.objects.create(
        name="Meter",
        url=httpserver.url_for("/usage?days=1"),
        sealed_secret=seal(SECRET.encode()),
        items_path="data",
        mapping=read_mapping(MAPPING),
        next_due_at=now,
    )
    return made


@pytest.fixture
def account(csm: User) -> Customer:
    customer: Customer = factories.CustomerFactory.create(external_id="12345", owner=csm)
    return customer


def item(**changes: Any) -> dict[str, Any]:
    return {"accountId": "12345", "metric": "seats", "used": 98, "limit": 100, "at": "2026-03-03T00:00:00Z", **changes}


def answer(httpserver: HTTPServer, *items: Any) -> None:
    httpserver.expect_request("/usage").respond_with_json({"data": list(items)})


def last() -> UsagePull:
    found: UsagePull = UsagePull.objects.order_by("-started_at", "-created_at")[0]
    return found


def in_as(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def typed(source: UsageSource | None = None, **changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "version": source.version if source else "",
        "name": "Meter",
        "kind": "http",
        "url": source.url if source else "http://127.0.0.1:9/usage",
        "secret": "",
        "items_path": "data",
        "sobject": "",
        "mapping": MAPPING,
        "is_enabled": "on",
    }
    return fields | changes
