"""Sources of usage, the record, merging and imports taken back, by API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from customers.enums import ImportState, Role
from customers.models import Customer, ImportRun, RecordCheck, UsageSource
from tests import factories
from tests.api.conftest import Caller, error_of

EVERY_SCOPE = ("read", "write", "approve", "admin")
SOURCE = {
    "name": "Meter",
    "url": "https://meter.example/usage",
    "secret": "sixteen signs or more",
    "itemsPath": "data.items",
    "mapping": {"account": "id", "metric": "name", "value": "used"},
}


@pytest.fixture
def running(call_as: Callable[..., Caller], db: None) -> Caller:
    return call_as(factories.UserFactory.create(role=Role.OPS), EVERY_SCOPE)


def test_source_is_entered_changed_asked_and_removed(api: Caller, running: Caller) -> None:
    made = running.post("/api/usage-sources", SOURCE)
    body = made.json()
    path = f"/api/usage-sources/{body['id']}"
    changed = running.patch(path, {"enabled": False, "version": body["version"]}).json()
    stale = running.patch(path, {"name": "Other", "version": body["version"]})
    off = running.post(f"{path}/pull")
    running.patch(path, {"enabled": True})
    asked = running.post(f"{path}/pull")

    assert (made.status_code, b"sixteen" in made.content) == (201, False)
    assert (body["mapping"], body["enabled"]) == (SOURCE["mapping"], True)
    assert (changed["enabled"], changed["url"]) == (False, SOURCE["url"])
    assert (stale.status_code, error_of(stale)["code"]) == (409, "stale_version")
    assert (off.status_code, asked.status_code) == (409, 202)
    assert running.get(f"{path}/pulls").json()["count"] == 0
    assert api.get("/api/usage-sources").status_code == 403
    assert (running.delete(path).status_code, UsageSource.objects.exists()) == (204, False)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://meter.example"}, "url"),
        ({"url": "https://10.0.0.1/x"}, "url"),
        ({"secret": "short"}, "secret"),
        ({"mapping": {"metric": "name", "value": "used"}}, "mapping"),
        ({"mapping": {"account": "id", "metric": "a\nvalue = b"}}, "mapping"),
        ({"kind": "salesforce"}, "sobject"),
        ({"name": ""}, "name"),
    ],
)
def test_source_that_is_none_is_400(running: Caller, change: dict[str, Any], field: str) -> None:
    response = running.post("/api/usage-sources", {**SOURCE, **change})

    assert (response.status_code, list(error_of(response)["fields"])) == (400, [field])
    assert not UsageSource.objects.exists()


def test_record_is_verified_once_at_a_time(api: Caller, running: Caller) -> None:
    asked, again = running.post("/api/record/verify"), running.post("/api/record/verify")

    assert (asked.status_code, again.status_code, RecordCheck.objects.count()) == (202, 409, 1)
    assert running.get("/api/record").json()["checks"][0]["state"] == "queued"
    assert (api.get("/api/record").status_code, api.post("/api/record/verify").status_code) == (403, 403)


def test_accounts_are_merged_after_a_look(api: Caller, customer: Customer, csm: Any) -> None:
    gone = factories.CustomerFactory.create(owner=csm, name="Acme Railways", external_id="002RAIL")
    factories.StakeholderFactory.create(customer=gone, name="Ada Braun")
    path = f"/api/customers/{customer.pk}/merge"

    seen = api.get(path, customerId="ext:002RAIL").json()
    same = api.post(path, {"customerId": str(customer.pk)})
    done = api.post(path, {"customerId": "ext:002RAIL"})

    assert seen["obstacles"] == []
    assert {"kind": "stakeholder", "count": 1} in seen["moves"]
    assert (same.status_code, error_of(same)["code"]) == (409, "cannot_merge")
    assert (done.status_code, done.json()["id"]) == (200, str(customer.pk))
    assert customer.stakeholders.get().name == "Ada Braun"
    assert not Customer.objects.filter(pk=gone.pk).exists()
    assert api.post(path, {"customerId": str(gone.pk)}).status_code == 404


def test_nothing_of_another_team_is_merged(api: Caller, customer: Customer, foreign: Customer) -> None:
    path = f"/api/customers/{customer.pk}/merge"

    assert api.get(path, customerId=str(foreign.pk)).status_code == 404
    assert api.post(path, {"customerId": str(foreign.pk)}).status_code == 404
    assert api.post(f"/api/customers/{foreign.pk}/merge", {"customerId": str(customer.pk)}).status_code == 404
    assert api.get(path).status_code == 400
    assert Customer.objects.filter(pk__in=[foreign.pk, customer.pk]).count() == 2


def test_import_is_taken_back_once_by_its_person(api: Caller, call_as: Callable[..., Caller], other_csm: Any) -> None:
    file = SimpleUploadedFile("book.csv", b"Account Name,Account ID\nAcme,001A\n", content_type="text/csv")
    api.client.post("/api/imports", {"file": file}, headers=api.headers)
    run = api.get("/api/imports").json()["results"][0]
    path = f"/api/imports/{run['id']}/undo"

    foreign = call_as(other_csm).post(path)
    there = Customer.objects.count()
    done, again = api.post(path), api.post(path)

    assert (run["filename"], run["state"], there) == ("book.csv", "done", 1)
    assert (foreign.status_code, done.json()["removed"]) == (404, 1)
    assert (again.status_code, error_of(again)["code"]) == (409, "cannot_undo")
    assert not Customer.objects.exists()
    assert ImportRun.objects.get().state == ImportState.UNDONE
