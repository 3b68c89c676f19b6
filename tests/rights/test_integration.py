"""Another system's account: which accounts it sees, and that a session of whoever became one is nobody's."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from customers.enums import Role, Scope
from customers.models import User
from tests.rights.world import RELATIONS, World, key_with

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("relation", RELATIONS)
def test_without_a_team_it_sees_every_account(world: World, relation: str) -> None:
    person = world.person(relation)
    User.objects.filter(pk=person.pk).update(team=None)
    path = f"/api/customers/{world.examples.customer.pk}"

    seen = world.ask(path, method="get", role=Role.INTEGRATION, relation=relation)

    assert seen.status == 200


@pytest.mark.parametrize(("relation", "status"), [("own", 200), ("team", 200), ("foreign", 404)])
def test_in_a_team_it_sees_the_teams(world: World, relation: str, status: int) -> None:
    path = f"/api/customers/{world.examples.customer.pk}"

    assert world.ask(path, method="get", role=Role.INTEGRATION, relation=relation).status == status


@pytest.mark.parametrize("role", [Role.CSM, Role.LEAD, Role.OPS, Role.READ_ONLY, Role.INTEGRATION])
def test_session_of_whoever_became_one_is_nobodys(world: World, unpainted: None, role: Role) -> None:
    seen = world.open("/settings/profile", method="get", role=role, relation="own")

    assert (seen.page_kind == "sign-in") is (role == Role.INTEGRATION)


@pytest.mark.parametrize("scopes", [Scope.values, [Scope.APPROVE], [Scope.ADMIN], [Scope.WRITE, Scope.ADMIN]])
def test_scopes_that_are_a_persons_count_for_nothing_in_its_token(world: World, scopes: list[str]) -> None:
    key, draft = key_with(world.owner, scopes), world.api_ids["/api/emails/drafts/{id}"]
    asked: dict[str, Any] = {"method": "post", "role": Role.INTEGRATION, "relation": "own", "key": key}

    approved = world.ask(f"/api/emails/drafts/{draft}/approve", **asked, body={"version": 1})
    made = world.ask("/api/teams", **asked, body={"name": "Its own"})

    assert (approved.status, approved.wrote, made.status, made.wrote) == (403, "", 403, "")


def test_the_session_begun_for_one_is_nobodys(integration: User) -> None:
    client = Client()
    client.force_login(integration, backend="django.contrib.auth.backends.ModelBackend")

    assert client.get("/settings/profile").status_code == 302
    assert client.get("/api/customers").status_code == 401
