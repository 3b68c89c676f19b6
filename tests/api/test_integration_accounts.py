"""Another system by API: made and given tokens by ops, then reading and writing as itself, and approving nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from customers.enums import Role, Scope
from customers.models import Activity, ApiToken, Customer, Stakeholder, Todo, User
from customers.services.tokens import create_token
from emails.models import Draft
from emails.services.sending import NotAllowed, check_may_approve
from tests import factories
from tests.api.conftest import Caller, error_of
from tests.rights.world import key_with

EVERY_SCOPE = ("read", "write", "approve", "admin")


@pytest.fixture
def running(call_as: Callable[..., Caller], ops: User) -> Caller:
    return call_as(ops, EVERY_SCOPE)


@pytest.fixture
def syncing(integration: User, ops: User) -> Caller:
    now = timezone.now()
    expires_at = now + timedelta(days=1)
    return Caller(
        create_token(integration, name="Sync", scopes=["read", "write"], expires_at=expires_at, now=now, by=ops)[1]
    )


@pytest.fixture
def person(customer: Customer) -> Stakeholder:
    return factories.StakeholderFactory.create(customer=customer, email="jennifer@acme.example")


def test_is_made_with_a_token_that_is_shown_once(running: Caller, customer: Customer) -> None:
    made = running.post("/api/people", {"name": "CRM sync"}).json()
    path = f"/api/people/{made['id']}/tokens"

    token = running.post(path, {"name": "Nightly", "scopes": ["read"], "days": 30}).json()
    listed = running.get(path).json()["results"]
    works = Caller(token["key"]).get("/api/customers").json()["count"]
    revoked = [running.delete(f"{path}/{token['id']}").status_code for _ in range(2)]
    dead = Caller(token["key"]).get("/api/customers").status_code

    assert (made["role"], made["state"], made["email"]) == ("integration", "active", "")
    assert [(row["name"], row["scopes"], "key" in row) for row in listed] == [("Nightly", ["read"], False)]
    assert (works, revoked, dead) == (1, [204, 409], 401)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"name": "Sync", "scopes": ["read", "approve"]}, "scopes"),
        ({"name": "Sync", "scopes": ["admin"]}, "scopes"),
        ({"name": "Sync", "scopes": []}, "scopes"),
        ({"name": "Sync", "scopes": ["read"], "days": 367}, "days"),
        ({"scopes": ["read"]}, "name"),
    ],
)
def test_token_that_may_not_be_is_400_beside_its_field(
    running: Caller, integration: User, asked: dict[str, Any], field: str
) -> None:
    refused = running.post(f"/api/people/{integration.pk}/tokens", asked)

    assert (refused.status_code, list(error_of(refused)["fields"])) == (400, [field])
    assert not ApiToken.objects.filter(user=integration).exists()


def test_disabled_one_gets_no_token_and_its_tokens_end(running: Caller, integration: User, syncing: Caller) -> None:
    off = running.post(f"/api/people/{integration.pk}/disable")
    refused = running.post(f"/api/people/{integration.pk}/tokens", {"name": "Sync", "scopes": ["read"]})

    assert (off.json()["state"], refused.status_code) == ("disabled", 409)
    assert syncing.get("/api/customers").status_code == 401


def test_tokens_of_people_are_not_reached(running: Caller, csm: User) -> None:
    path = f"/api/people/{csm.pk}/tokens"

    assert running.get(path).status_code == 404
    assert running.post(path, {"name": "Sync", "scopes": ["read"]}).status_code == 404


def test_what_it_does_is_on_record_by_its_name(syncing: Caller, integration: User, customer: Customer) -> None:
    changed = syncing.patch(f"/api/customers/{customer.pk}", {"churnRisk": 40})

    line = Activity.objects.filter(customer_id=customer.pk).latest("at")
    assert (changed.status_code, line.actor, line.actor_name) == (200, integration, "CRM sync")


def test_letter_that_it_writes_is_the_owners_to_approve(
    syncing: Caller, integration: User, customer: Customer, person: Stakeholder, csm: User
) -> None:
    body = {"customerId": str(customer.pk), "stakeholderId": str(person.pk), "subject": "Hello", "body": "Hello"}
    made = syncing.post("/api/emails/drafts", body)
    Customer.objects.update(owner=None)
    nobodys = syncing.post("/api/emails/drafts", body)

    draft = Draft.objects.get(pk=made.json()["id"])
    assert (draft.sender, draft.written_by) == (csm, integration)
    assert (nobodys.status_code, list(error_of(nobodys)["fields"])) == (400, ["sender"])
    with pytest.raises(NotAllowed):
        check_may_approve(draft, by=integration)


def test_token_with_every_scope_written_by_hand_approves_nothing(
    syncing: Caller, integration: User, customer: Customer, person: Stakeholder
) -> None:
    body = {"customerId": str(customer.pk), "stakeholderId": str(person.pk), "subject": "Hello", "body": "Hello"}
    draft = syncing.post("/api/emails/drafts", body).json()
    forged = Caller(key_with(integration, Scope.values))
    version = {"draftId": draft["id"], "version": draft["version"]}
    text = {"customerId": str(customer.pk), "to": person.email, "subject": "Hi", "body": "Hi"}

    answers = [
        forged.post(f"/api/emails/drafts/{draft['id']}/approve", {"version": draft["version"]}),
        forged.post("/api/emails/send", version),
        forged.post("/api/emails/send", text),
        forged.post("/api/command", {"text": "send"}),
        forged.post(f"/api/clients/{customer.pk}/journey/start", {"startDate": "2030-01-01"}),
        forged.patch("/api/settings", {"version": 1}),
    ]

    assert [answer.status_code for answer in answers] == [403] * 6
    assert set(Draft.objects.values_list("state", flat=True)) == {"draft"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/api/today"),
        ("get", "/api/notices"),
        ("post", "/api/notices/read-all"),
        ("get", "/api/notices/settings"),
        ("patch", "/api/profile"),
        ("get", "/api/views"),
        ("post", "/api/absences"),
    ],
)
def test_has_nothing_of_a_persons_own(syncing: Caller, method: str, path: str) -> None:
    refused = syncing(method, path)

    assert (refused.status_code, error_of(refused)["code"]) == (403, "people_only")


def test_task_of_its_own_is_the_owners(syncing: Caller, customer: Customer, csm: User) -> None:
    made = syncing.post(f"/api/customers/{customer.pk}/todos", {"title": "Call back"})

    assert made.status_code == 201
    assert Todo.objects.get(pk=made.json()["id"]).owner == csm


def test_is_not_invited(running: Caller) -> None:
    refused = running.post("/api/invitations", {"email": "crm@evergreen.example", "role": "integration"})

    assert (refused.status_code, list(error_of(refused)["fields"])) == (400, ["role"])


def test_person_becomes_one_by_role(running: Caller, csm: User) -> None:
    asked = {"role": Role.INTEGRATION.value, "firstName": "CRM"}

    done = running.patch(f"/api/people/{csm.pk}", asked)
    given = running.patch(f"/api/people/{csm.pk}", {"email": "crm@evergreen.example"})

    assert (done.status_code, done.json()["role"], done.json()["email"]) == (200, "integration", "")
    assert (given.status_code, list(error_of(given)["fields"])) == (400, ["email"])


def test_reader_changes_what_is_their_own(call_as: Callable[..., Caller], reader: User, customer: Customer) -> None:
    reading = call_as(reader, ("read", "write"))

    assert reading.patch("/api/profile", {"title": "Analyst"}).status_code == 200
    assert reading.patch("/api/notices/settings", {"digestEvery": "day"}).status_code == 200
    assert reading.post("/api/notices/read-all").status_code == 200
    assert reading.post("/api/views", {"of": "book", "name": "Mine"}).status_code == 201
    assert reading.patch(f"/api/customers/{customer.pk}", {"notes": "x"}).status_code in (403, 404)
    reader.refresh_from_db()
    assert reader.title == "Analyst"


def test_reader_with_a_token_that_may_not_write_changes_nothing(call_as: Callable[..., Caller], reader: User) -> None:
    refused = call_as(reader, ("read",)).patch("/api/profile", {"title": "Analyst"})

    assert (refused.status_code, error_of(refused)["code"]) == (403, "missing_scope")
