"""Every call of the description with values that no caller should send: refused in the shape, never a 5xx."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection, transaction

from tests import factories
from tests.api.conftest import Caller, error_of, key_of
from tests.api.description import describe, list_operations
from tests.conftest import NIGHTLY

pytestmark = pytest.mark.django_db
FOR_A_DATABASE = [
    -1,
    10**30,
    1.5e308,
    "x" * 30_000,
    "a\x00b",
    "a\ud800b",
    "🌲\u202e\u0007",
    "9999-12-31T23:59:59-14:00",
]
"""Right in kind: they come as far as a column or a search, where one database takes what another does not."""
OF_THE_WRONG_KIND = [None, "", "2026-02-30", [], {}, [None], [{}]]
"""Refused, or taken for nothing, before any database is asked: by day SQLite's run is enough."""
QUERIES = ["page=-1", "page=9" * 20, "pageSize=x", "ordering=,,", "ordering=-", "externalId=%F0%9F%8C%B2"]
NASTY_IDS = ["a%00b", "%FF", "x" * 3000, "ext:%F0%9F%8C%B2"]
REFUSED = range(400, 500)
ON_DAY_115 = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)


DESCRIPTION = describe()
CALLS = list_operations()


@dataclass(frozen=True)
class Desk:
    """Who calls, and ids of an account with everything: a path gets the one that fits it."""

    api: Caller
    ids: dict[str, str]


@pytest.fixture(scope="module")
def desk(django_db_setup: None, django_db_blocker: Any) -> Iterator[Desk]:
    """Fill the book once for all calls; what a test does of it is undone by itself."""
    with time_machine.travel(ON_DAY_115), django_db_blocker.unblock(), transaction.atomic():
        csm = factories.UserFactory.create(username="dana", team=factories.TeamFactory.create())
        api = Caller(key_of(csm))
        customer = factories.CustomerFactory.create(owner=csm)
        factories.ContractFactory.create(customer=customer)
        person = factories.StakeholderFactory.create(customer=customer)
        plan = api.post(f"/api/customers/{customer.pk}/engage").json()
        draft = plan["drafts"][0]["id"]
        ids = {"customers": str(customer.pk), "stakeholderId": str(person.pk), "emails": draft, "engage": plan["id"]}
        yield Desk(api, ids)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _on_day_115() -> Iterator[None]:
    cache.clear()  # the limit on calls an hour counts across tests
    with time_machine.travel(ON_DAY_115):
        yield


def fill(address: str, ids: dict[str, str]) -> str:
    part = address.split("/")[2]
    return address.replace("{stakeholderId}", ids["stakeholderId"]).replace("{id}", ids.get(part, "nobody"))


def resolve(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = DESCRIPTION["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def body_schemas(method: str, address: str) -> list[dict[str, Any]]:
    content = DESCRIPTION["paths"][address][method].get("requestBody", {}).get("content", {})
    schema = resolve(content.get("application/json", {}).get("schema", {}))
    return [resolve(one) for one in schema.get("oneOf", [schema])]


def good_body(method: str, address: str, ids: dict[str, str]) -> dict[str, Any]:
    """Give what makes the call get past its first check, so that the nasty value is looked at."""
    person = {"customerId": ids["customers"], "stakeholderId": ids["stakeholderId"]}
    what_if = {"priceIncreasePercent": 7, "churnRisk": 1, "relationshipStrength": 7, "daysToRenewal": 110}
    bodies: dict[tuple[str, str], dict[str, Any]] = {
        ("post", "/api/customers"): {"name": "Fresh"},
        ("post", "/api/customers/{id}/stakeholders"): {"name": "Fresh"},
        ("post", "/api/customers/{id}/renewal/outcome"): {"result": "renewed", "price": "1.00", "termMonths": 12},
        ("patch", "/api/engage/{id}"): {"approach": "parallel", "reason": "Asked for"},
        ("patch", "/api/emails/drafts/{id}"): {"version": 1},
        ("post", "/api/emails/drafts"): {**person, "subject": "Hello", "body": "Hello"},
        ("post", "/api/emails/send"): {**person, "to": "nobody@acme.example", "subject": "Hello", "body": "Hello"},
    }
    return bodies.get((method, address), {**what_if, "competitivePressure": "low"} if "/engage/" in address else {})


def nasty_values() -> list[Any]:
    is_all = NIGHTLY or connection.vendor == "sqlite"
    return [*FOR_A_DATABASE, *(OF_THE_WRONG_KIND if is_all else [])]


def nasty_bodies(method: str, address: str, ids: dict[str, str]) -> Iterator[Any]:
    nasty = nasty_values()
    yield from nasty
    good = good_body(method, address, ids)
    for schema in body_schemas(method, address):
        for name in schema.get("properties", {}):
            yield from ({**good, name: value} for value in nasty)
        for name in resolve(schema.get("items", {})).get("properties", {}):
            yield from ([{name: value}] for value in nasty)


@pytest.mark.parametrize(("method", "address"), CALLS)
def test_nasty_body_is_never_a_crash(desk: Desk, method: str, address: str) -> None:
    api, path = desk.api, fill(address, desk.ids)
    if method == "get":
        answers = [api.get(f"{path}?{query}") for query in QUERIES]
    else:
        answers = [
            api.client.generic(method.upper(), path, json.dumps(body), "application/json", headers=api.headers)
            for body in nasty_bodies(method, address, desk.ids)
        ]

    assert {answer.status_code for answer in answers if answer.status_code >= 500} == set()
    for answer in answers:
        if answer.status_code in REFUSED:
            error_of(answer)


@pytest.mark.parametrize(("method", "address"), [call for call in CALLS if "{" in call[1]])
def test_nasty_path_is_never_a_crash(desk: Desk, method: str, address: str) -> None:
    paths = [address.replace("{stakeholderId}", nasty).replace("{id}", nasty) for nasty in NASTY_IDS]

    answers = {path[:200]: desk.api(method, path) for path in paths}

    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code not in REFUSED} == {}
    for answer in answers.values():
        error_of(answer)
