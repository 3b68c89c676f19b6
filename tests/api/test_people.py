"""Our own people by API: roles, access, invitations and teams, each by who may."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from customers.enums import Role
from customers.models import ApiToken, Invitation, SecondFactor, Team, User
from customers.services.digests import seal
from customers.services.second_factors import find_factor
from tests import factories
from tests.api.conftest import Caller, error_of, key_of

EVERY_SCOPE = ("read", "write", "approve", "admin")


@pytest.fixture
def ops(db: None) -> User:
    made: User = factories.UserFactory.create(username="olga", role=Role.OPS, is_staff=True)
    return made


@pytest.fixture
def running(call_as: Callable[..., Caller], ops: User) -> Caller:
    return call_as(ops, EVERY_SCOPE)


@pytest.fixture
def leading(call_as: Callable[..., Caller], lead: User) -> Caller:
    return call_as(lead)


def test_people_are_read_by_all_and_filtered(api: Caller, csm: User, lead: User, reader: User) -> None:
    User.objects.filter(pk=reader.pk).update(is_active=False)

    def names(**query: str) -> set[str]:
        return {row["username"] for row in api.get("/api/people", **query).json()["results"]}

    assert {csm.username, lead.username, reader.username} <= names()
    assert names(role="lead") == {lead.username}
    assert reader.username in names(state="disabled") | names(state="named")
    assert csm.username in names(state="active", search=csm.username)
    assert names(search="nobody-of-this-name") == set()
    assert api.get("/api/people", role="king").status_code == 400


def test_role_and_team_are_changed_by_ops_alone(api: Caller, running: Caller, csm: User) -> None:
    team = factories.TeamFactory.create(name="North")
    asked = {"role": "lead", "teamId": str(team.pk), "title": "Head"}

    refused = api.patch(f"/api/people/{csm.pk}", asked)
    done = running.patch(f"/api/people/{csm.pk}", asked)

    csm.refresh_from_db()
    assert refused.status_code == 403
    assert done.status_code == 200
    assert (csm.role, csm.team, csm.title) == ("lead", team, "Head")


@pytest.mark.parametrize(
    "asked",
    [
        {"email": "nobody"},
        {"role": "king"},
        {"teamId": "6b78d772-75ec-4708-b31f-059284ec04f4"},
        {"timezone": "Mars/Olympus"},
        {"slackId": "me"},
        {"firstName": ""},
    ],
)
def test_change_that_is_none_is_400_beside_its_name(running: Caller, csm: User, asked: dict[str, str]) -> None:
    response = running.patch(f"/api/people/{csm.pk}", asked)

    assert (response.status_code, list(error_of(response)["fields"])) == (400, list(asked))


def test_somebody_of_ops_must_remain(running: Caller, ops: User) -> None:
    response = running.patch(f"/api/people/{ops.pk}", {"role": "csm"})

    ops.refresh_from_db()
    assert (response.status_code, error_of(response)["code"], ops.role) == (409, "last_ops", Role.OPS)


def test_disabled_person_loses_tokens_and_is_enabled_again(running: Caller, csm: User) -> None:
    csm.set_password("long enough to be one")
    csm.save()
    key = key_of(csm)

    off, twice = running.post(f"/api/people/{csm.pk}/disable"), running.post(f"/api/people/{csm.pk}/disable")
    dead = Caller(key).get("/api/customers").status_code
    on = running.post(f"/api/people/{csm.pk}/enable")

    assert (off.status_code, off.json()["state"], twice.status_code) == (200, "disabled", 409)
    assert (dead, on.json()["state"]) == (401, "active")
    assert ApiToken.objects.get(user=csm).revoked_at is not None


def test_nobody_disables_themselves(running: Caller, ops: User) -> None:
    factories.UserFactory.create(role=Role.OPS)

    assert running.post(f"/api/people/{ops.pk}/disable").status_code == 400


def test_reset_link_is_mailed_to_who_may_sign_in(running: Caller, csm: User, mailoutbox: list[Any]) -> None:
    sent = running.post(f"/api/people/{csm.pk}/reset-link")
    User.objects.filter(pk=csm.pk).update(is_active=False)
    refused = running.post(f"/api/people/{csm.pk}/reset-link")

    assert (sent.status_code, refused.status_code) == (204, 409)
    assert [mail.to for mail in mailoutbox] == [[csm.email]]


def test_second_step_is_taken_away_once(running: Caller, csm: User) -> None:
    SecondFactor.objects.create(user=csm, sealed_secret=seal(b"x"), confirmed_at=timezone.now())
    shown = running.get(f"/api/people/{csm.pk}").json()["hasTwoSteps"]

    gone, again = running.delete(f"/api/people/{csm.pk}/two-steps"), running.delete(f"/api/people/{csm.pk}/two-steps")

    assert (shown, gone.status_code, again.status_code) == (True, 204, 409)
    assert find_factor(csm) is None


def test_lead_invites_into_the_own_team_alone(api: Caller, leading: Caller, lead: User, mailoutbox: list[Any]) -> None:
    other = factories.TeamFactory.create(name="Elsewhere")
    asked = {"email": "nina@example.com", "role": "csm", "teamId": str(lead.team_id)}

    assert api.post("/api/invitations", asked).status_code == 403
    assert leading.post("/api/invitations", {**asked, "role": "ops"}).status_code == 403
    assert leading.post("/api/invitations", {**asked, "teamId": str(other.pk)}).status_code == 403
    made = leading.post("/api/invitations", asked)

    body = made.json()
    assert (made.status_code, body["mailed"], body["teamId"]) == (201, True, str(lead.team_id))
    assert body["link"] in mailoutbox[0].body
    path = re.sub(r"^https?://[^/]+", "", body["link"])
    assert Client().get(path).status_code == 200
    assert "link" not in leading.get("/api/invitations").json()["results"][0]


def test_invitation_is_revoked_once(leading: Caller, lead: User) -> None:
    made = leading.post(
        "/api/invitations", {"email": "nina@example.com", "role": "csm", "teamId": str(lead.team_id)}
    ).json()

    gone, again = leading.delete(f"/api/invitations/{made['id']}"), leading.delete(f"/api/invitations/{made['id']}")

    assert (gone.status_code, again.status_code) == (204, 409)
    assert leading.get("/api/invitations").json()["count"] == 0


def test_other_teams_invitation_is_not_there(leading: Caller, ops: User) -> None:
    row = Invitation.objects.create(
        email="x@example.com",
        team=factories.TeamFactory.create(name="Elsewhere"),
        invited_by=ops,
        digest="x",
        expires_at=timezone.now() + timedelta(days=1),
    )

    assert leading.delete(f"/api/invitations/{row.pk}").status_code == 404


def test_team_is_made_renamed_and_removed_while_empty(api: Caller, running: Caller, csm: User) -> None:
    made = running.post("/api/teams", {"name": "North"}).json()
    path = f"/api/teams/{made['id']}"
    renamed = running.patch(path, {"name": "South"}).json()
    twice = running.post("/api/teams", {"name": "South"})
    User.objects.filter(pk=csm.pk).update(team=made["id"])
    full = running.delete(path)
    User.objects.filter(pk=csm.pk).update(team=None)
    gone = running.delete(path)

    assert (made["members"], renamed["name"]) == (0, "South")
    assert (twice.status_code, full.status_code, gone.status_code) == (400, 400, 204)
    assert api.post("/api/teams", {"name": "West"}).status_code == 403
    assert not Team.objects.filter(name__in=["North", "South", "West"]).exists()
