"""Joining by invitation: who may invite whom, and every way to misuse the link."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from customers.enums import Role
from customers.models import Activity, Customer, Invitation, Team, User
from customers.services.invitations import (
    InvitationGone,
    MayNotInvite,
    Newcomer,
    accept_invitation,
    invite,
    revoke_invitation,
)
from tests import factories
from tests.conftest import NOW

NINA = "nina@evergreen.example"
ANSWERS = {
    "first_name": "Nina",
    "last_name": "Okonkwo",
    "password": "a fine long password",
    "password_again": "a fine long password",
    "timezone": "Europe/Berlin",
}
NEWCOMER = Newcomer("Nina", "Okonkwo", "a fine long password", "Europe/Berlin")


@pytest.fixture
def link(ops: User, team: Team) -> str:
    """The path of an open invitation of Nina as a CSM."""
    with time_machine.travel(NOW, tick=False):
        invited = invite(email=NINA, role=Role.CSM, team=team, now=NOW, by=ops)
    return f"/join/{invited.secret}"


@pytest.fixture(autouse=True)
def _soon_after() -> object:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        yield


def named_person(**fields: object) -> User:
    """Somebody that an import named."""
    person = User(username="n.okonkwo", email=NINA, first_name="N.", is_active=False, **fields)
    person.set_unusable_password()
    person.save()
    return person


def test_joining_makes_the_person_and_signs_them_in(client: Client, link: str, team: Team) -> None:
    assert NINA in client.get(link).content.decode()

    response = client.post(link, ANSWERS)

    nina = User.objects.get(email=NINA)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert (nina.username, nina.first_name, nina.role, nina.team, nina.timezone) == (
        "nina",
        "Nina",
        Role.CSM,
        team,
        "Europe/Berlin",
    )
    assert nina.check_password("a fine long password")
    assert not nina.is_staff
    assert client.session["_auth_user_id"] == str(nina.pk)
    invitation = Invitation.objects.get()
    assert (invitation.accepted_at is not None, invitation.user) == (True, nina)
    verbs = set(Activity.objects.values_list("verb", flat=True))
    assert {"invitation.made", "user.joined", "user.signed_in"} <= verbs


def test_only_the_digest_of_the_link_is_kept(link: str) -> None:
    secret = link.rsplit("/", 1)[1]

    kept = [str(value) for row in Invitation.objects.values() for value in row.values()]
    on_record = [f"{line.summary}{line.data}" for line in Activity.objects.all()]

    assert not any(secret in text for text in [*kept, *on_record])


def test_a_used_link_does_nothing_more(client: Client, link: str) -> None:
    client.post(link, ANSWERS)
    other = Client()

    for response in (other.get(link), other.post(link, {**ANSWERS, "password": "their own password!"})):
        assert response.status_code == 410
        assert "It was used already" in response.content.decode()
    assert User.objects.filter(email=NINA).count() == 1
    assert User.objects.get(email=NINA).check_password("a fine long password")


@pytest.mark.parametrize(("days", "status"), [(timedelta(days=7, seconds=-1), 200), (timedelta(days=7), 410)])
def test_a_link_lives_seven_days(client: Client, link: str, days: timedelta, status: int) -> None:
    with time_machine.travel(NOW + days, tick=False):
        assert client.get(link).status_code == status
        client.post(link, ANSWERS)

    assert User.objects.filter(email=NINA).exists() is (status == 200)


def test_a_revoked_link_does_nothing(client: Client, link: str, ops: User) -> None:
    assert revoke_invitation(Invitation.objects.get(), now=NOW, by=ops)

    response = client.post(link, ANSWERS)

    assert response.status_code == 410
    assert not User.objects.filter(email=NINA).exists()
    assert not revoke_invitation(Invitation.objects.get(), now=NOW, by=ops), "a second time changes nothing"


@pytest.mark.parametrize(
    "change",
    [
        lambda link: link[:-1],
        lambda link: link + "A",
        lambda link: link.swapcase().replace("/JOIN/", "/join/"),
        lambda link: "/join/" + "x" * 5000,
        lambda link: "/join/%00",
        lambda link: "/join/%F0%9F%8C%B2",
    ],
)
def test_a_tampered_link_is_not_there(client: Client, link: str, change: Callable[[str], str]) -> None:
    assert client.get(change(link)).status_code == 404
    assert client.post(change(link), ANSWERS).status_code == 404
    assert not User.objects.filter(email=NINA).exists()


def test_address_role_and_team_come_from_the_invitation_alone(client: Client, link: str, team: Team) -> None:
    other = factories.TeamFactory.create()
    forged = {"email": "evil@evil.example", "role": "ops", "team": str(other.pk), "is_staff": "1", "is_superuser": "1"}

    client.post(link, {**ANSWERS, **forged, "username": "root"})

    nina = User.objects.get(username="nina")
    assert (nina.email, nina.role, nina.team, nina.is_staff, nina.is_superuser) == (NINA, "csm", team, False, False)


def test_a_link_opened_by_somebody_signed_in_changes_neither(client: Client, link: str, csm: User) -> None:
    client.force_login(csm)

    for response in (client.get(link), client.post(link, ANSWERS)):
        assert response.status_code == 409
    assert not User.objects.filter(email=NINA).exists()
    assert client.session["_auth_user_id"] == str(csm.pk)


def test_joining_needs_the_csrf_token(link: str) -> None:
    assert Client(enforce_csrf_checks=True).post(link, ANSWERS).status_code == 403


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"first_name": ""}, "first_name"),
        ({"password": "short", "password_again": "short"}, "password"),
        ({"password": "1234567890123", "password_again": "1234567890123"}, "password"),
        ({"password_again": "something else"}, "password_again"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
    ],
)
def test_bad_answers_are_named_beside_the_field_and_use_up_nothing(
    client: Client, link: str, answers: dict[str, str], field: str
) -> None:
    response = client.post(link, {**ANSWERS, **answers})

    words = response.content.decode()
    assert response.status_code == 200
    assert f'id="id_{field}_error"' in words
    assert 'value="Okonkwo"' in words
    assert "a fine long password" not in words
    assert Invitation.objects.get().accepted_at is None
    assert client.post(link, ANSWERS).status_code == 302


def test_an_address_taken_meanwhile_is_said_and_uses_up_nothing(client: Client, link: str) -> None:
    factories.UserFactory.create(username="quick", email="NINA@evergreen.example")

    response = client.post(link, ANSWERS)

    assert response.status_code == 200
    assert "Another person has this address." in response.content.decode()
    assert Invitation.objects.get().accepted_at is None


def test_a_person_named_by_an_import_becomes_the_same_row(client: Client, ops: User, team: Team) -> None:
    named = named_person()
    account = factories.CustomerFactory.create(owner=named)
    invited = invite(email=NINA.upper(), role=Role.LEAD, team=team, now=NOW, by=ops)

    client.post(f"/join/{invited.secret}", ANSWERS)

    named.refresh_from_db()
    assert (named.is_active, named.first_name, named.role, named.username) == (True, "Nina", "lead", "n.okonkwo")
    assert Customer.objects.get().owner == named == account.owner
    assert User.objects.filter(email__iexact=NINA).count() == 1


def test_a_named_person_without_address_is_invited_by_row(client: Client, ops: User, team: Team) -> None:
    named = named_person()
    User.objects.filter(pk=named.pk).update(email="")
    client.force_login(ops)

    client.post(f"/settings/people/invite?person={named.pk}", {"email": NINA, "role": "csm", "team": str(team.pk)})
    client.logout()

    assert Invitation.objects.get().user == named


def test_a_new_link_replaces_the_old_one(client: Client, link: str, ops: User, team: Team) -> None:
    again = invite(email=NINA.title(), role=Role.READ_ONLY, team=team, now=NOW, by=ops)

    assert client.get(link).status_code == 410
    assert client.get(f"/join/{again.secret}").status_code == 200


def test_who_is_here_or_disabled_cannot_be_invited(ops: User, csm: User, team: Team) -> None:
    with pytest.raises(ValidationError, match="is here already"):
        invite(email=csm.email, role=Role.CSM, team=team, now=NOW, by=ops)
    User.objects.filter(pk=csm.pk).update(is_active=False)
    with pytest.raises(ValidationError, match="is disabled"):
        invite(email=csm.email, role=Role.CSM, team=team, now=NOW, by=ops)

    assert not Invitation.objects.exists()


def test_a_disabled_person_is_not_woken_by_an_old_link(ops: User, team: Team) -> None:
    named = named_person()
    first = invite(email=NINA, role=Role.CSM, team=team, now=NOW, by=ops)
    named.is_active, named.password = False, "set meanwhile"
    named.save()

    with pytest.raises(InvitationGone):
        accept_invitation(first.invitation, NEWCOMER, now=NOW)

    named.refresh_from_db()
    assert not named.is_active
    assert Invitation.objects.get().accepted_at is None


def test_an_invited_ops_person_may_use_the_admin(client: Client, ops: User) -> None:
    invited = invite(email=NINA, role=Role.OPS, team=None, now=NOW, by=ops)

    client.post(f"/join/{invited.secret}", ANSWERS)

    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("role", [Role.CSM, Role.READ_ONLY])
def test_a_lead_invites_into_the_own_team(lead: User, team: Team, role: Role) -> None:
    invited = invite(email=NINA, role=role, team=team, now=NOW, by=lead)

    assert (invited.invitation.role, invited.invitation.team) == (role, team)


@pytest.mark.parametrize("role", [Role.LEAD, Role.OPS])
def test_a_lead_cannot_invite_above_the_own_place(lead: User, team: Team, role: Role) -> None:
    with pytest.raises(MayNotInvite):
        invite(email=NINA, role=role, team=team, now=NOW, by=lead)


def test_a_lead_cannot_invite_into_another_team_or_none(lead: User) -> None:
    other = factories.TeamFactory.create()

    for team in (other, None):
        with pytest.raises(MayNotInvite):
            invite(email=NINA, role=Role.CSM, team=team, now=NOW, by=lead)


def test_a_lead_without_a_team_invites_nobody(db: None) -> None:
    lead = factories.UserFactory.create(role="lead", team=None)

    with pytest.raises(MayNotInvite):
        invite(email=NINA, role=Role.CSM, team=None, now=NOW, by=lead)


def test_a_lead_cannot_take_a_named_person_of_another_team(lead: User, team: Team) -> None:
    named_person(team=factories.TeamFactory.create())

    with pytest.raises(ValidationError, match="another team"):
        invite(email=NINA, role=Role.CSM, team=team, now=NOW, by=lead)


def test_a_lead_cannot_replace_or_revoke_what_ops_sent_to_another_team(client: Client, lead: User, ops: User) -> None:
    other = factories.TeamFactory.create()
    theirs = invite(email=NINA, role=Role.CSM, team=other, now=NOW, by=ops).invitation
    client.force_login(lead)

    response = client.post(f"/settings/invitations/{theirs.pk}/revoke")

    assert response.status_code == 404
    with pytest.raises(ValidationError, match="Somebody else has invited"):
        invite(email=NINA, role=Role.CSM, team=lead.team, now=NOW, by=lead)
    theirs.refresh_from_db()
    assert theirs.is_open(NOW)


def test_a_lead_cannot_revoke_a_leads_invitation_by_ops(client: Client, lead: User, ops: User, team: Team) -> None:
    row = invite(email=NINA, role=Role.LEAD, team=team, now=NOW, by=ops).invitation
    client.force_login(lead)

    client.post(f"/settings/invitations/{row.pk}/revoke")

    row.refresh_from_db()
    assert row.is_open(NOW)


@pytest.mark.parametrize("who", ["csm", "reader"])
def test_others_invite_nobody(who: str, request: pytest.FixtureRequest, team: Team) -> None:
    person: User = request.getfixturevalue(who)

    with pytest.raises(MayNotInvite):
        invite(email=NINA, role=Role.READ_ONLY, team=team, now=NOW, by=person)


def test_the_page_shows_the_link_once_and_mails_it(client: Client, lead: User, team: Team) -> None:
    client.force_login(lead)

    response = client.post("/settings/people/invite", {"email": NINA, "role": "csm", "team": str(team.pk)})

    words = response.content.decode()
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    link = words.split('value="http://testserver')[1].split('"')[0]
    assert Client().get(link).status_code == 200
    assert link in str(mail.outbox[0].body)
    assert link not in client.get("/settings/people").content.decode()


@pytest.mark.parametrize("forged", [{"role": "ops"}, {"role": "lead"}, {"team": "other"}, {"team": ""}])
def test_the_page_takes_no_role_or_team_it_did_not_offer(
    client: Client, lead: User, team: Team, forged: dict[str, str]
) -> None:
    other = factories.TeamFactory.create()
    data = {"email": NINA, "role": "csm", "team": str(team.pk), **forged}
    client.force_login(lead)

    response = client.post("/settings/people/invite", {**data, "team": data["team"].replace("other", str(other.pk))})

    assert response.status_code == 200
    assert not Invitation.objects.exists()
    assert f'value="{NINA}"' in response.content.decode()


def test_a_mail_server_that_is_away_loses_nothing(client: Client, ops: User, settings: object) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # type: ignore[attr-defined]
    client.force_login(ops)

    response = client.post("/settings/people/invite", {"email": NINA, "role": "csm"})

    assert "The mail server did not take the mail" in response.content.decode()
    assert Invitation.objects.get().email == NINA


def test_the_service_itself_refuses_an_expired_or_revoked_invitation(ops: User, team: Team) -> None:
    late = invite(email=NINA, role=Role.CSM, team=team, now=NOW, by=ops).invitation
    revoked = invite(email="other@evergreen.example", role=Role.CSM, team=team, now=NOW, by=ops).invitation
    revoke_invitation(revoked, now=NOW, by=ops)

    with pytest.raises(InvitationGone):
        accept_invitation(late, NEWCOMER, now=late.expires_at)
    with pytest.raises(InvitationGone):
        accept_invitation(revoked, NEWCOMER, now=NOW)

    assert not User.objects.filter(first_name="Nina").exists()
