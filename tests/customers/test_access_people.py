"""Our own people: changed by ops alone, disabled at once and everywhere, never without somebody of ops."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from customers.enums import Role, Scope
from customers.models import Activity, ApiToken, Team, User
from customers.services.teams import remove_team, save_team
from customers.services.tokens import create_token, find_token
from customers.services.users import LastOps, NotOps, change_person, change_profile, disable_user, enable_user
from tests import factories
from tests.conftest import NOW

OTHERS = ["csm", "lead", "reader"]


def form_of(person: User, **changes: Any) -> dict[str, Any]:
    """What the page of a person posts."""
    fields = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "role": person.role,
        "team": str(person.team_id or ""),
        "title": person.title,
        "phone": person.phone,
        "timezone": person.timezone,
    }
    return fields | changes


@pytest.fixture
def second_ops(team: Team) -> User:
    return factories.UserFactory.create(username="otto", role="ops", is_staff=True, team=team)


def test_ops_change_a_colleague_on_record(client: Client, ops: User, csm: User) -> None:
    client.force_login(ops)

    response = client.post(f"/settings/people/{csm.pk}", form_of(csm, role="lead", title="Head of EMEA"))

    csm.refresh_from_db()
    assert response.status_code == 302
    assert (csm.role, csm.title) == ("lead", "Head of EMEA")
    line = Activity.objects.get(verb="user.changed")
    assert (line.actor, line.subject_id) == (ops, csm.pk)
    assert line.data["changes"] == {"role": ["csm", "lead"], "title": ["Customer Success Manager", "Head of EMEA"]}


def test_saving_without_a_change_writes_nothing(client: Client, ops: User, csm: User) -> None:
    client.force_login(ops)

    client.post(f"/settings/people/{csm.pk}", form_of(csm))

    assert not Activity.objects.filter(verb="user.changed").exists()


def test_the_admin_follows_the_role(ops: User, csm: User) -> None:
    change_person(csm, {"role": Role.OPS}, now=NOW, by=ops)
    assert User.objects.get(pk=csm.pk).is_staff

    change_person(csm, {"role": Role.CSM}, now=NOW, by=ops)
    assert not User.objects.get(pk=csm.pk).is_staff


def test_a_page_cannot_make_a_superuser(client: Client, ops: User, csm: User) -> None:
    client.force_login(ops)

    client.post(
        f"/settings/people/{csm.pk}",
        form_of(csm, phone="1", is_superuser="on", is_staff="on", password="x", session_version="7"),
    )

    csm.refresh_from_db()
    assert (csm.phone, csm.is_superuser, csm.is_staff, csm.session_version) == ("1", False, False, 0)
    with pytest.raises(ValidationError):
        change_person(csm, {"is_superuser": True}, now=NOW, by=ops)
    with pytest.raises(ValidationError):
        change_profile(csm, {"role": Role.OPS}, now=NOW)


def test_a_new_address_ends_the_sessions(client: Client, ops: User, csm: User) -> None:
    client.force_login(csm)

    change_person(csm, {"email": "new@evergreen.example"}, now=NOW, by=ops)

    assert client.get("/settings").status_code == 302


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"email": ""}, "email"),
        ({"first_name": ""}, "first_name"),
        ({"role": "king"}, "role"),
        ({"team": "00000000-0000-0000-0000-000000000000"}, "team"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"title": "x" * 121}, "title"),
    ],
)
def test_bad_input_is_named_beside_the_field_and_kept(
    client: Client, ops: User, csm: User, changes: dict[str, str], field: str
) -> None:
    client.force_login(ops)

    response = client.post(f"/settings/people/{csm.pk}", form_of(csm, phone="+49 30 1", **changes))

    words = response.content.decode()
    assert response.status_code == 200
    assert f'id="id_{field}_error"' in words
    assert 'value="+49 30 1"' in words
    assert User.objects.get(pk=csm.pk).phone == ""


def test_an_address_is_one_persons_whatever_its_capitals(client: Client, ops: User, csm: User, lead: User) -> None:
    client.force_login(ops)

    response = client.post(f"/settings/people/{csm.pk}", form_of(csm, email=lead.email.upper()))

    assert response.status_code == 200
    assert "Another person has this address." in response.content.decode()


def test_disabling_ends_sessions_and_tokens_at_once_and_for_good(client: Client, ops: User, csm: User) -> None:
    token, key = create_token(csm, name="CRM", scopes=[Scope.READ], expires_at=NOW + timedelta(days=9), now=NOW, by=csm)
    bearer = {"Authorization": f"Bearer {key}"}
    assert find_token(key, now=NOW) is not None
    client.force_login(csm)
    assert client.get("/settings").status_code == 200

    assert disable_user(csm, now=NOW, by=ops)

    assert client.get("/settings").status_code == 302
    assert find_token(key, now=NOW) is None
    assert Client().get("/api/customers", headers=bearer).status_code == 401
    enable_user(csm, now=NOW, by=ops)
    assert find_token(key, now=NOW) is None, "a token does not come back with the access"
    assert ApiToken.objects.get(pk=token.pk).revoked_at == NOW
    assert [line.verb for line in Activity.objects.filter(subject_id=csm.pk).order_by("created_at")][-2:] == [
        "user.disabled",
        "user.enabled",
    ]


def test_disabling_twice_writes_one_line(ops: User, csm: User) -> None:
    assert disable_user(csm, now=NOW, by=ops)
    assert not disable_user(csm, now=NOW, by=ops)

    assert Activity.objects.filter(verb="user.disabled").count() == 1


def test_nobody_disables_themselves(ops: User, second_ops: User) -> None:
    with pytest.raises(ValidationError, match="yourself"):
        disable_user(ops, now=NOW, by=ops)


def test_the_last_of_ops_cannot_go(ops: User, second_ops: User, client: Client) -> None:
    disable_user(second_ops, now=NOW, by=ops)

    with pytest.raises(LastOps):
        change_person(User.objects.get(pk=ops.pk), {"role": Role.CSM}, now=NOW, by=ops)
    client.force_login(ops)
    response = client.post(f"/settings/people/{ops.pk}", form_of(ops, role="csm"))

    assert 'id="id_role_error"' in response.content.decode()
    assert User.objects.get(pk=ops.pk).role == "ops"


def test_a_person_who_never_joined_is_invited_not_enabled(ops: User) -> None:
    named = User(username="named", is_active=False)
    named.set_unusable_password()
    named.save()

    with pytest.raises(ValidationError, match="invite"):
        enable_user(named, now=NOW, by=ops)

    assert not User.objects.get(pk=named.pk).is_active


@pytest.mark.parametrize("who", OTHERS)
def test_others_change_nobody(who: str, request: pytest.FixtureRequest, other_csm: User, team: Team) -> None:
    by: User = request.getfixturevalue(who)

    for forbidden in (
        lambda: change_person(other_csm, {"role": Role.READ_ONLY}, now=NOW, by=by),
        lambda: change_person(by, {"role": Role.OPS}, now=NOW, by=by),
        lambda: disable_user(other_csm, now=NOW, by=by),
        lambda: enable_user(other_csm, now=NOW, by=by),
        lambda: save_team(team, name="Mine", now=NOW, by=by),
        lambda: remove_team(team, now=NOW, by=by),
    ):
        with pytest.raises(NotOps):
            forbidden()


def test_ops_mail_a_reset_link_to_a_colleague(client: Client, ops: User, csm: User) -> None:
    client.force_login(ops)

    client.post(f"/settings/people/{csm.pk}/reset")

    assert [message.to for message in mail.outbox] == [[csm.email]]
    assert mail.outbox[0].body not in client.get(f"/settings/people/{csm.pk}").content.decode()


def test_no_reset_link_goes_to_a_disabled_colleague(client: Client, ops: User, csm: User) -> None:
    disable_user(csm, now=NOW, by=ops)
    client.force_login(ops)

    assert client.post(f"/settings/people/{csm.pk}/reset").status_code == 404
    assert mail.outbox == []


def test_teams_are_made_renamed_and_removed_on_record(client: Client, ops: User) -> None:
    client.force_login(ops)

    client.post("/settings/teams/new", {"name": " Enterprise "})
    row = Team.objects.get(name="Enterprise")
    client.post(f"/settings/teams/{row.pk}", {"name": "Enterprise EMEA"})
    client.post(f"/settings/teams/{row.pk}/remove")

    assert not Team.objects.filter(pk=row.pk).exists()
    lines = Activity.objects.filter(subject_id=row.pk).order_by("created_at")
    assert [line.verb for line in lines] == ["team.made", "team.renamed", "team.removed"]


def test_a_team_with_people_stays(client: Client, ops: User, team: Team, csm: User) -> None:
    client.force_login(ops)

    client.post(f"/settings/teams/{team.pk}/remove")

    csm.refresh_from_db()
    assert csm.team == team


def test_two_teams_of_one_name_are_refused_beside_the_field(client: Client, ops: User, team: Team) -> None:
    client.force_login(ops)

    response = client.post("/settings/teams/new", {"name": team.name})

    assert 'id="id_name_error"' in response.content.decode()
    assert Team.objects.filter(name=team.name).count() == 1


def test_people_are_found_by_every_word(client: Client, ops: User, csm: User, lead: User) -> None:
    client.force_login(ops)

    words = client.get("/settings/people", {"q": "whit dana"}).content.decode()

    assert csm.email in words
    assert lead.email not in words


@pytest.mark.parametrize("query", ["?q=%00", "?page=99999", "?page=x", "?state=king", "?q=" + "x" * 3000])
def test_the_list_of_people_takes_any_query(client: Client, ops: User, query: str) -> None:
    client.force_login(ops)

    assert client.get(f"/settings/people{query}").status_code == 200


def test_the_list_of_people_costs_the_same_for_one_and_for_many(
    client: Client, ops: User, django_assert_num_queries: Any
) -> None:
    client.force_login(ops)
    client.get("/settings/people")
    with django_assert_num_queries(6):
        client.get("/settings/people")
    factories.UserFactory.create_batch(60, team=ops.team)

    with django_assert_num_queries(6):
        client.get("/settings/people")
