"""The settings: each door for each role, the workspace on record, tokens that are shown once, the own profile."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from customers.models import Activity, ApiToken, User, WorkspaceSettings
from customers.queries.workspace import get_settings
from customers.services.tokens import find_token
from tests.conftest import NOW

ROLES = ["csm", "lead", "reader", "ops"]
READ_BY_ALL = ["/settings", "/settings/people", "/settings/tokens", "/settings/profile", "/settings/profile/password"]
PERSON = "/settings/people/{csm}"


@pytest.fixture
def people(csm: User, lead: User, reader: User, ops: User) -> dict[str, User]:
    return {"csm": csm, "lead": lead, "reader": reader, "ops": ops}


def in_as(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", READ_BY_ALL)
@pytest.mark.any_database
def test_everybody_signed_in_reads(people: dict[str, User], role: str, path: str) -> None:
    assert in_as(people[role]).get(path).status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "path",
    [
        *READ_BY_ALL,
        PERSON,
        f"{PERSON}/access",
        f"{PERSON}/reset",
        "/settings/people/invite",
        "/settings/teams/new",
        "/settings/teams/{team}",
        "/settings/teams/{team}/remove",
        "/settings/tokens/{csm}/revoke",
        "/settings/invitations/{csm}/revoke",
    ],
)
@pytest.mark.any_database
def test_strangers_are_sent_to_the_sign_in(client: Client, csm: User, method: str, path: str) -> None:
    where = path.format(csm=csm.pk, team=csm.team_id)

    response = getattr(client, method)(where)

    assert response.status_code == 302
    assert response["Location"] == f"/sign-in?next={where}"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("post", "/settings", {"ops"}),
        ("get", PERSON, {"ops"}),
        ("post", PERSON, {"ops"}),
        ("get", f"{PERSON}/access", {"ops"}),
        ("post", f"{PERSON}/access", {"ops"}),
        ("post", f"{PERSON}/reset", {"ops"}),
        ("get", "/settings/people/invite", {"ops", "lead"}),
        ("post", "/settings/people/invite", {"ops", "lead"}),
        ("get", "/settings/teams/new", {"ops"}),
        ("post", "/settings/teams/new", {"ops"}),
        ("get", "/settings/teams/{team}", {"ops"}),
        ("post", "/settings/teams/{team}", {"ops"}),
        ("post", "/settings/teams/{team}/remove", {"ops"}),
    ],
)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.any_database
def test_doors_by_role(people: dict[str, User], role: str, method: str, path: str, allowed: set[str]) -> None:
    where = path.format(csm=people["csm"].pk, team=people["csm"].team_id)

    status = getattr(in_as(people[role]), method)(where).status_code

    assert (status in (200, 302)) is (role in allowed)
    assert role in allowed or status == 403


@pytest.mark.parametrize(("role", "offered"), [("csm", False), ("reader", False), ("lead", True), ("ops", True)])
def test_the_page_offers_what_the_role_may(people: dict[str, User], role: str, offered: bool) -> None:
    client = in_as(people[role])

    assert ("/settings/people/invite" in client.get("/settings/people").content.decode()) is offered
    assert ('name="company_name"' in client.get("/settings").content.decode()) is (role == "ops")


def workspace_form(**changes: Any) -> dict[str, Any]:
    """What the page of the workspace posts."""
    settings = get_settings()
    fields: dict[str, Any] = {
        "version": settings.version,
        "company_name": settings.company_name,
        "programme_name": settings.programme_name,
        "sender_domain": settings.sender_domain,
        "window_start": "09:00",
        "window_end": "17:00",
        "working_days": ["0", "1", "2", "3", "4"],
        "contact_cap": 2,
        "account_cap": 4,
        "collision_days": 2,
        "undo_seconds": 10,
        "approval_days": 7,
        "archive_months": 18,
    }
    return fields | changes


def test_ops_change_the_workspace_on_record(ops: User) -> None:
    response = in_as(ops).post("/settings", workspace_form(company_name="Acme Cloud", working_days=["0", "5"]))

    settings = WorkspaceSettings.objects.get()
    assert response.status_code == 302
    assert (settings.company_name, settings.working_days, settings.version) == ("Acme Cloud", [0, 5], 2)
    line = Activity.objects.get(verb="settings.changed")
    assert line.actor == ops
    assert line.data["changes"] == {
        "company_name": ["Evergreen", "Acme Cloud"],
        "working_days": [[0, 1, 2, 3, 4], [0, 5]],
    }


def test_two_ops_at_once_lose_nothing(ops: User) -> None:
    client = in_as(ops)
    stale = workspace_form(programme_name="Second")
    client.post("/settings", workspace_form(company_name="First"))

    response = client.post("/settings", stale)

    words = response.content.decode()
    assert response.status_code == 200
    assert "Somebody changed the settings meanwhile" in words
    assert 'value="Second"' in words
    settings = WorkspaceSettings.objects.get()
    assert (settings.company_name, settings.programme_name) == ("First", "Evergreen")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"company_name": ""}, "company_name"),
        ({"window_start": "18:00"}, "window_end"),
        ({"window_end": "noon"}, "window_end"),
        ({"working_days": []}, "working_days"),
        ({"working_days": ["9"]}, "working_days"),
        ({"undo_seconds": 601}, "undo_seconds"),
        ({"contact_cap": -1}, "contact_cap"),
        ({"contact_cap": 0}, "contact_cap"),
        ({"collision_days": 31}, "collision_days"),
        ({"approval_days": 0}, "approval_days"),
        ({"account_cap": "9" * 30}, "account_cap"),
    ],
)
def test_bad_settings_are_named_beside_the_field(ops: User, changes: dict[str, Any], field: str) -> None:
    response = in_as(ops).post("/settings", workspace_form(sender_domain="kept.example", **changes))

    words = response.content.decode()
    assert response.status_code == 200
    assert f'id="id_{field}_error"' in words
    assert 'value="kept.example"' in words
    assert WorkspaceSettings.objects.get().version == 1


def test_a_person_changes_the_own_profile_and_nothing_else(csm: User) -> None:
    data = {"first_name": "Dana", "last_name": "W.", "timezone": "America/New_York", "signature": "Best,\nDana"}

    in_as(csm).post("/settings/profile", {**data, "role": "ops", "email": "evil@evil.example", "is_staff": "on"})

    csm.refresh_from_db()
    assert (csm.last_name, csm.timezone, csm.signature.splitlines()) == ("W.", "America/New_York", ["Best,", "Dana"])
    assert (csm.role, csm.email, csm.is_staff) == ("csm", "dana@evergreen.example", False)


def test_times_are_shown_in_the_readers_zone(csm: User) -> None:
    User.objects.filter(pk=csm.pk).update(timezone="Asia/Tokyo")
    client = in_as(csm)
    User.objects.filter(pk=csm.pk).update(last_login=datetime(2026, 3, 4, 20, 30, tzinfo=UTC))

    assert "5 Mar 2026, 05:30" in client.get("/settings/people").content.decode()


def test_a_zone_that_is_none_breaks_no_page(csm: User) -> None:
    User.objects.filter(pk=csm.pk).update(timezone="../../etc/passwd")

    assert in_as(csm).get("/settings/people").status_code == 200


def make_token(person: User, **data: Any) -> Any:
    fields = {"name": "CRM sync", "scopes": ["read"], "expires_on": "2026-04-01"}
    return in_as(person).post("/settings/tokens", fields | data)


@pytest.fixture
def _then() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.usefixtures("_then")
def test_a_token_is_shown_once_and_works_until_the_end_of_its_day(csm: User) -> None:
    User.objects.filter(pk=csm.pk).update(timezone="America/New_York")

    response = make_token(csm)

    found = re.search(r'value="(evg_[^"]+)"', response.content.decode())
    assert found is not None
    key = found[1]
    assert "no-store" in response["Cache-Control"]
    assert find_token(key, now=datetime(2026, 4, 2, 3, 59, tzinfo=UTC)) is not None
    assert find_token(key, now=datetime(2026, 4, 2, 4, 0, tzinfo=UTC)) is None
    assert key not in in_as(csm).get("/settings/tokens").content.decode()
    kept = [str(value) for row in ApiToken.objects.values() for value in row.values()]
    assert not any(key in text for text in [*kept, *(str(line.data) for line in Activity.objects.all())])


@pytest.mark.usefixtures("_then")
@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": ""}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["king"]}, "scopes"),
        ({"scopes": ["read", "admin"]}, "scopes"),
        ({"expires_on": ""}, "expires_on"),
        ({"expires_on": "2026-03-03"}, "expires_on"),
        ({"expires_on": "2027-03-06"}, "expires_on"),
        ({"expires_on": "9999-12-31"}, "expires_on"),
    ],
)
def test_a_bad_token_is_named_beside_the_field(csm: User, data: dict[str, Any], field: str) -> None:
    response = make_token(csm, **data)

    assert response.status_code == 200
    assert f'id="id_{field}_error"' in response.content.decode()
    assert not ApiToken.objects.exists()


@pytest.mark.usefixtures("_then")
@pytest.mark.parametrize(
    ("role", "scopes", "made"),
    [
        ("ops", ["admin"], True),
        ("lead", ["admin"], False),
        ("csm", ["write", "approve"], True),
        ("reader", ["read"], True),
        ("reader", ["write"], True),
        ("reader", ["approve"], False),
    ],
)
def test_a_token_may_no_more_than_its_person(people: dict[str, User], role: str, scopes: list[str], made: bool) -> None:
    make_token(people[role], scopes=scopes)

    assert ApiToken.objects.exists() is made


@pytest.mark.usefixtures("_then")
def test_a_token_is_revoked_by_its_person_alone(csm: User, other_csm: User, ops: User) -> None:
    make_token(csm)
    token = ApiToken.objects.get()

    for stranger in (other_csm, ops):
        assert in_as(stranger).post(f"/settings/tokens/{token.pk}/revoke").status_code == 404
    assert in_as(csm).get(f"/settings/tokens/{token.pk}/revoke").status_code == 200
    token.refresh_from_db()
    assert token.revoked_at is None, "looking at the question revokes nothing"

    in_as(csm).post(f"/settings/tokens/{token.pk}/revoke")
    token.refresh_from_db()
    assert token.revoked_at == NOW


@pytest.mark.usefixtures("_then")
def test_the_list_shows_only_the_own_tokens(csm: User, other_csm: User) -> None:
    make_token(csm, name="Danas sync")

    assert "Danas sync" in in_as(csm).get("/settings/tokens").content.decode()
    assert "Danas sync" not in in_as(other_csm).get("/settings/tokens").content.decode()


@pytest.mark.usefixtures("_then")
def test_a_name_with_markup_is_shown_as_text(csm: User) -> None:
    make_token(csm, name="<script>alert(1)</script>")

    assert "<script>alert(1)" not in in_as(csm).get("/settings/tokens").content.decode()


def test_today_is_the_first_day_a_token_may_end(csm: User) -> None:
    with time_machine.travel(NOW, tick=False):
        make_token(csm, expires_on=date(2026, 3, 4).isoformat())

    assert ApiToken.objects.get().expires_at == datetime(2026, 3, 5, tzinfo=UTC)
