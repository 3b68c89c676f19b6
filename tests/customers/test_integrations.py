"""Other systems' accounts: made by ops, signed in nowhere, owning nothing; a person becomes one with nothing left."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from customers.clients.oidc import Identity
from customers.enums import NoticeKind, Role, Scope
from customers.forms.settings import TokenForm
from customers.models import Activity, ApiToken, Customer, Notice, SecondFactor, Team, User
from customers.queries.people import state_of
from customers.services.absences import MayNotSetAbsence, set_absence
from customers.services.accounts import create_customer, update_customer
from customers.services.digests import seal
from customers.services.handovers import Handover, hand_over
from customers.services.importing.reading import Options, Upload
from customers.services.importing.runs import import_now
from customers.services.integrations import make_integration
from customers.services.invitations import MayNotInvite, invite
from customers.services.notices import NewNotice, notify
from customers.services.password_resets import request_reset_link, reset_tokens
from customers.services.single_sign_on import SignInRefused, _find_person
from customers.services.todos import add_todo
from customers.services.tokens import NotYours, create_token, find_token
from customers.services.users import NotOps, change_person, disable_user, enable_user
from tests import factories
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(csm: User) -> Customer:
    return factories.CustomerFactory.create(owner=csm, name="Acme Rail")


def become(person: User, *, by: User, **values: Any) -> None:
    change_person(person, {"role": Role.INTEGRATION, **values}, now=NOW, by=by)


def scopes_offered(person: User) -> list[str]:
    choices: Any = TokenForm(by=person, today=NOW.date()).fields["scopes"]
    return [code for code, _ in choices.choices]


def test_is_made_by_ops_alone_and_on_record(ops: User, lead: User, team: Team) -> None:
    made = make_integration(name=" CRM sync ", team=team, now=NOW, by=ops)

    assert (made.display_name, made.role, made.team, made.is_active) == ("CRM sync", Role.INTEGRATION, team, True)
    assert (made.email, made.has_usable_password(), made.is_staff) == ("", False, False)
    line = Activity.objects.get(verb="integration.made")
    assert (line.actor, line.subject_id) == (ops, made.pk)
    with pytest.raises(NotOps):
        make_integration(name="Another", team=None, now=NOW, by=lead)


@pytest.mark.parametrize("name", ["", "  ", "crm SYNC"])
def test_name_is_needed_and_taken_once(ops: User, integration: User, name: str) -> None:
    with pytest.raises(ValidationError) as error:
        make_integration(name=name, team=None, now=NOW, by=ops)

    assert list(error.value.message_dict) == ["name"]


@pytest.mark.parametrize(
    "fields",
    [
        {"password": "pbkdf2_sha256$1$a$b"},
        {"password": ""},
        {"email": "crm@evergreen.example"},
        {"sso_subject": "emp-7"},
        {"slack_id": "U0123ABCD"},
        {"is_staff": True},
        {"is_superuser": True},
    ],
)
def test_database_gives_it_nothing_to_sign_in_with(integration: User, fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=integration.pk).update(**fields)


def test_session_ends_when_its_person_becomes_one(client: Client, ops: User, csm: User) -> None:
    client.force_login(csm)
    before = client.get("/settings/profile").status_code

    become(csm, by=ops)

    assert (before, client.get("/settings/profile").status_code) == (200, 302)


def test_nothing_of_the_person_stays(ops: User, csm: User) -> None:
    User.objects.filter(pk=csm.pk).update(sso_subject="emp-7", slack_id="U0123ABCD")
    SecondFactor.objects.create(user=csm, sealed_secret=seal(b"secret"), confirmed_at=NOW)

    become(User.objects.get(pk=csm.pk), by=ops)

    csm.refresh_from_db()
    assert (csm.email, csm.sso_subject, csm.slack_id, csm.has_usable_password()) == ("", "", "", False)
    assert not SecondFactor.objects.filter(user=csm).exists()
    changes = Activity.objects.get(verb="user.changed").data["changes"]
    assert (changes["role"], changes["email"]) == (["csm", "integration"], ["dana@evergreen.example", ""])


def test_key_of_the_person_goes_on_without_approving(ops: User, csm: User) -> None:
    _, key = create_token(csm, name="Sync", scopes=Scope.values[:3], expires_at=None, now=NOW, by=csm)

    become(csm, by=ops)

    token = find_token(key, now=NOW)
    assert token is not None
    assert [scope for scope in Scope if token.has_scope(scope)] == [Scope.READ, Scope.WRITE]


def test_becomes_a_person_again_with_an_address_and_without_its_keys(ops: User, integration: User) -> None:
    _, key = create_token(integration, name="Sync", scopes=["read"], expires_at=None, now=NOW, by=ops)
    with pytest.raises(ValidationError) as error:
        change_person(User.objects.get(pk=integration.pk), {"role": Role.CSM}, now=NOW, by=ops)

    change_person(
        User.objects.get(pk=integration.pk), {"role": Role.OPS, "email": "n@evergreen.example"}, now=NOW, by=ops
    )

    assert list(error.value.message_dict) == ["email"]
    assert find_token(key, now=NOW) is None
    assert User.objects.get(pk=integration.pk).is_staff


def test_ops_who_become_one_lose_the_admin_and_somebody_must_remain(ops: User) -> None:
    second = factories.UserFactory.create(role="ops", is_staff=True)

    become(second, by=ops)

    second.refresh_from_db()
    assert (second.is_staff, second.is_ops) == (False, False)
    with pytest.raises(ValidationError, match="yourself"):
        become(ops, by=ops)


@pytest.mark.parametrize("seat", ["owner", "account_executive", "executive"])
def test_who_has_a_seat_hands_over_first(ops: User, account: Customer, other_csm: User, seat: str) -> None:
    Customer.objects.filter(pk=account.pk).update(**{seat: other_csm})

    with pytest.raises(ValidationError, match="hand them over first"):
        become(other_csm, by=ops)

    assert User.objects.get(pk=other_csm.pk).role == Role.CSM


@pytest.mark.parametrize("who", ["away", "delegate"])
def test_who_is_away_or_stands_in_does_not_become_one(ops: User, csm: User, other_csm: User, who: str) -> None:
    day = NOW.date() + timedelta(days=7)
    set_absence(csm, delegate=other_csm, first_date=day, last_date=day, now=NOW, by=ops)

    with pytest.raises(ValidationError, match="absence"):
        become(csm if who == "away" else other_csm, by=ops)


def test_superuser_stays_a_person(ops: User) -> None:
    admin = User.objects.create_superuser("root", "root@evergreen.example", "correct horse battery")

    with pytest.raises(ValidationError, match="createsuperuser"):
        become(admin, by=ops)


@pytest.mark.parametrize("field", ["email", "slack_id"])
def test_is_given_no_address(ops: User, integration: User, field: str) -> None:
    with pytest.raises(ValidationError) as error:
        change_person(integration, {field: "U0123ABCD"}, now=NOW, by=ops)

    assert list(error.value.message_dict) == [field]


def test_is_named_put_in_a_team_disabled_and_enabled(ops: User, integration: User, team: Team) -> None:
    change_person(integration, {"first_name": "ERP", "team": team}, now=NOW, by=ops)
    off = disable_user(integration, now=NOW, by=ops)
    state = state_of(User.objects.get(pk=integration.pk))
    on = enable_user(User.objects.get(pk=integration.pk), now=NOW, by=ops)

    integration.refresh_from_db()
    assert (off, state, on, integration.is_active) == (True, "disabled", True, True)
    assert (integration.display_name, integration.team) == ("ERP", team)


@pytest.mark.parametrize("scope", [Scope.APPROVE, Scope.ADMIN])
def test_token_that_approves_is_not_made(ops: User, integration: User, scope: Scope) -> None:
    with pytest.raises(ValidationError) as error:
        create_token(integration, name="Sync", scopes=["read", scope], expires_at=None, now=NOW, by=ops)

    assert list(error.value.message_dict) == ["scopes"]
    assert scopes_offered(integration) == ["read", "write"]


def test_token_is_made_by_ops_for_it_and_by_each_for_themselves(ops: User, lead: User, integration: User) -> None:
    for user, by in ((integration, lead), (integration, integration), (lead, ops)):
        with pytest.raises(NotYours):
            create_token(user, name="Sync", scopes=["read"], expires_at=None, now=NOW, by=by)

    token, key = create_token(integration, name="Sync", scopes=["read"], expires_at=None, now=NOW, by=ops)

    assert find_token(key, now=NOW) == token
    assert Activity.objects.get(verb="token.created").actor == ops


def test_no_reset_link_opens_it(client: Client, integration: User, mailoutbox: list[Any]) -> None:
    request_reset_link("")
    token = reset_tokens.make_token(integration)
    key = urlsafe_base64_encode(force_bytes(str(integration.pk)))
    page = client.get(f"/password/choose/{key}/{token}")

    assert mailoutbox == []
    assert not reset_tokens.check_token(integration, token)
    assert default_token_generator.check_token(integration, default_token_generator.make_token(integration))
    assert page.status_code == 200  # not led on to the form


@pytest.mark.parametrize("email", ["dana@evergreen.example", ""])
def test_the_companys_sign_in_does_not_know_it(ops: User, csm: User, email: str) -> None:
    User.objects.filter(pk=csm.pk).update(sso_subject="emp-7")
    become(User.objects.get(pk=csm.pk), by=ops)

    with pytest.raises(SignInRefused):
        _find_person(Identity(subject="emp-7", email=email), now=NOW)


def test_password_signs_nobody_in(client: Client, integration: User) -> None:
    for password in ("none", "!none", ""):
        client.post("/sign-in", {"username": integration.username, "password": password})

    assert client.get("/settings/profile").status_code == 302


def test_is_not_invited(ops: User, team: Team) -> None:
    with pytest.raises(MayNotInvite):
        invite(email="crm@evergreen.example", role=Role.INTEGRATION, team=team, now=NOW, by=ops)


def test_account_it_makes_is_nobodys_or_whose_it_says(integration: User, csm: User) -> None:
    alone = create_customer({"name": "Acme"}, now=NOW, by=integration)
    owned = create_customer({"name": "Bolt", "owner": csm}, now=NOW, by=integration)

    assert (alone.owner, owned.owner) == (None, csm)
    with pytest.raises(ValidationError, match="lead hands accounts over"):
        update_customer(owned, {"owner": None}, now=NOW, by=integration)


@pytest.mark.parametrize("seat", ["owner", "account_executive", "executive"])
def test_has_no_seat_at_an_account(ops: User, account: Customer, integration: User, seat: str) -> None:
    with pytest.raises(ValidationError) as changed:
        update_customer(account, {seat: integration}, now=NOW, by=ops)
    with pytest.raises(ValidationError) as made:
        create_customer({"name": "Bolt", seat: integration}, now=NOW, by=ops)

    assert list(changed.value.message_dict) == list(made.value.message_dict) == [seat]


def test_import_gives_it_no_account(ops: User, integration: User) -> None:
    text = "Account ID,Account Name,Owner\n1,Acme,CRM sync\n"

    run = import_now([Upload("book.csv", text.encode())], Options(), by=ops, now=NOW)

    assert "is an integration" in run.report["refused"][0]["reason"]
    assert not Customer.objects.filter(owner=integration).exists()


def test_import_of_its_own_names_owners_of_new_accounts_alone(integration: User, csm: User, other_csm: User) -> None:
    def bring(owner: User, *ids: str) -> Any:
        rows = "".join(f"{one},Acme {one},{owner.get_full_name()}\n" for one in ids)
        upload = Upload("book.csv", f"Account ID,Account Name,Owner\n{rows}".encode())
        return import_now([upload], Options(), by=integration, now=NOW).report

    bring(csm, "1")
    again = bring(other_csm, "1", "2")

    assert again["refused_rows"] == 1
    owners = dict(Customer.objects.values_list("external_id", "owner__username"))
    assert owners == {"1": csm.username, "2": other_csm.username}


def test_import_without_owners_leaves_accounts_to_nobody(integration: User) -> None:
    text = "Account ID,Account Name\n1,Acme\n"

    import_now([Upload("book.csv", text.encode())], Options(), by=integration, now=NOW)

    assert Customer.objects.get(external_id="1").owner is None


def test_gets_no_handover_and_stands_in_for_nobody(
    ops: User, csm: User, account: Customer, integration: User, team: Team
) -> None:
    User.objects.filter(pk=integration.pk).update(team=team)
    integration.refresh_from_db()

    with pytest.raises(ValidationError) as handed:
        hand_over(Handover(integration, csm, None, "Gone"), now=NOW, by=ops)
    with pytest.raises(ValidationError) as stood_in:
        set_absence(csm, delegate=integration, first_date=NOW.date(), last_date=date(2026, 3, 9), now=NOW, by=ops)
    with pytest.raises(MayNotSetAbsence):
        set_absence(integration, delegate=csm, first_date=NOW.date(), last_date=date(2026, 3, 9), now=NOW, by=ops)

    assert (list(handed.value.message_dict), list(stood_in.value.message_dict)) == (["new"], ["delegate"])


def test_is_told_of_nothing(account: Customer, integration: User, csm: User) -> None:
    notify(
        [
            NewNotice(
                user_id=one.pk, kind=NoticeKind.ESCALATION, event="reply.received", key="k", customer_id=account.pk
            )
            for one in (integration, csm)
        ],
        now=NOW,
    )

    assert [one.user for one in Notice.objects.all()] == [csm]


def test_task_that_it_notes_is_the_owners(account: Customer, integration: User, csm: User) -> None:
    todo = add_todo("Call back", customer=account, now=NOW, by=integration, owner=integration)

    assert todo.owner == csm


def test_is_offered_nowhere_as_a_person(client: Client, ops: User, account: Customer, integration: User) -> None:
    client.force_login(ops)

    for page in (f"/customers/{account.pk}/edit", "/settings/absences", "/handover", "/settings/people/invite"):
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert "CRM sync" not in answer.content.decode(), page
        assert 'value="integration"' not in answer.content.decode(), page


def test_ops_make_one_and_its_token_on_pages(client: Client, ops: User, team: Team) -> None:
    client.force_login(ops)
    made = client.post("/settings/people/integrations/new", {"name": "CRM sync", "team": ""})
    integration = User.objects.get(first_name="CRM sync")
    page = f"/settings/people/{integration.pk}/tokens"
    sent = {"name": "Nightly", "scopes": ["read", "write"], "expires_on": _in_a_month()}

    answer = client.post(page, sent)
    key = answer.context["key"]
    token = ApiToken.objects.get(user=integration)
    again = client.get(page).content.decode()
    client.post(f"{page}/{token.pk}/revoke")

    assert made["Location"] == page
    assert key in answer.content.decode()
    assert (token.name, token.scopes, key in again, token.prefix in again) == (
        "Nightly",
        ["read", "write"],
        False,
        True,
    )
    assert find_token(key, now=NOW) is None
    assert not ApiToken.objects.filter(user=integration, revoked_at=None).exists()
    changed = client.post(
        f"/settings/people/{integration.pk}",
        {"first_name": "ERP sync", "role": "integration", "team": str(team.pk), "email": ""},
    )
    integration.refresh_from_db()
    assert (changed.status_code, integration.display_name, integration.team) == (302, "ERP sync", team)


@pytest.mark.parametrize("page", ["tokens", "tokens/6b78d772-75ec-4708-b31f-059284ec04f4/revoke"])
def test_tokens_of_a_person_are_not_ops_to_see(client: Client, ops: User, csm: User, page: str) -> None:
    client.force_login(ops)

    assert client.get(f"/settings/people/{csm.pk}/{page}").status_code == 404


def _in_a_month() -> str:
    return str(date.today() + timedelta(days=30))
