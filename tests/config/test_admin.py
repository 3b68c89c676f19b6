"""The admin: for ops alone, every table in it, nothing in it that a service ought to have written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.mail import EmailMessage
from django.db.models import Model
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import strip_tags

from config.staff_mail import CaptureBackend
from customers.admin_base import DayFilter
from customers.enums import Role
from customers.models import Activity, ApiToken, Contract, Invitation, Team, Todo, User, WorkspaceSettings
from customers.models.workspace import WorkspaceKey
from customers.services.activity import record
from customers.services.invitations import invite
from customers.services.todos import add_todo
from customers.services.tokens import create_token
from emails.models import CapturedMail
from journeys.models import BoardChange, BoardLine, BoardSum, PendingAutomation
from renewals.models import BookChange, BookLine, BookSum, StepChange, StepLine
from tests import factories
from tests.conftest import NOW

OUR_APPS = ("customers", "emails", "journeys", "outreach", "renewals")
KEPT_BY_TRIGGERS = {
    *(BookLine, BookSum, BookChange, BoardLine, BoardSum, BoardChange, StepLine, StepChange),
    PendingAutomation,
}
"""Told by other tables, which are in the admin; nobody else writes them."""

OUR_MODELS = [
    model
    for app in OUR_APPS
    for model in apps.get_app_config(app).get_models()
    if model not in {WorkspaceKey, *KEPT_BY_TRIGGERS}
]
"""Nor the sealed key, which nobody reads (promise 13)."""

CHANGED_THROUGH_SERVICES = {"user", "team", "workspacesettings", "programme"}
"""All others are looked at only."""


@pytest.fixture
def desk(ops: User) -> Client:
    client = Client()
    client.force_login(ops)
    return client


def page(model: type[Model], action: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{action}", args=args)


@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model._meta.label)
def test_every_table_is_in_the_admin(model: type[Model]) -> None:
    assert admin.site.is_registered(model)


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)
def test_every_list_opens_and_can_be_searched(desk: Client, model: type[Model]) -> None:
    if model is WorkspaceSettings:
        assert desk.get(page(model, "changelist"), follow=True).status_code == 200
        return

    assert desk.get(page(model, "changelist")).status_code == 200
    assert desk.get(page(model, "changelist"), {"q": "x y"}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["csm", "lead", "reader"])
@pytest.mark.parametrize("flags", [{}, {"is_staff": True}])
def test_nobody_else_gets_in(who: str, flags: dict[str, bool], request: pytest.FixtureRequest) -> None:
    person: User = request.getfixturevalue(who)
    User.objects.filter(pk=person.pk).update(**flags)
    client = Client()
    client.force_login(person)

    assert client.get("/admin/", follow=True).status_code == 403
    assert client.get("/admin/customers/user/", follow=True).status_code == 403
    assert client.post(page(Team, "add"), {"name": "Mine"}, follow=True).status_code == 403
    assert not Team.objects.filter(name="Mine").exists()


def test_strangers_are_sent_to_the_one_sign_in(client: Client, db: None) -> None:
    response = client.get("/admin/customers/user/", follow=True)

    assert response.redirect_chain[-1][0] == "/sign-in?next=/admin/customers/user/"
    assert client.post("/admin/login/", {"username": "x", "password": "y"}).status_code == 302


def test_a_demoted_person_of_ops_is_out_at_once(desk: Client, ops: User) -> None:
    User.objects.filter(pk=ops.pk).update(role="csm")

    assert desk.get("/admin/", follow=True).status_code == 403


def test_groups_are_not_offered() -> None:
    assert not admin.site.is_registered(Group)


def test_nothing_is_deleted_in_bulk() -> None:
    assert "delete_selected" not in dict(admin.site.actions)


@pytest.mark.parametrize(
    "model",
    [model for model in OUR_MODELS if model._meta.model_name not in CHANGED_THROUGH_SERVICES],
    ids=lambda model: model._meta.label,
)
def test_what_services_write_is_looked_at_only(model: type[Model], ops: User, rf: RequestFactory) -> None:
    request = rf.get("/admin/")
    request.user = ops
    pages = admin.site._registry[model]

    assert pages.has_view_permission(request)
    assert not pages.has_add_permission(request)
    assert not pages.has_change_permission(request)
    assert not pages.has_delete_permission(request)


def test_a_post_to_a_row_that_is_looked_at_changes_nothing(desk: Client) -> None:
    customer = factories.CustomerFactory.create(name="Acme")

    assert desk.get(page(type(customer), "change", customer.pk)).status_code == 200
    assert desk.post(page(type(customer), "change", customer.pk), {"name": "Stolen"}).status_code == 403
    assert desk.post(page(type(customer), "delete", customer.pk), {"post": "yes"}).status_code == 403
    customer.refresh_from_db()
    assert customer.name == "Acme"


def test_names_and_moments_are_said_as_on_the_desk(desk: Client, csm: User) -> None:
    asked_at = datetime(2026, 11, 30, 13, 20, tzinfo=UTC)
    add_todo("Call", customer=factories.CustomerFactory.create(), now=asked_at, by=csm, due_date=date(2026, 12, 4))

    index = desk.get("/admin/").content.decode()
    listed = strip_tags(desk.get(page(Todo, "changelist")).content.decode())

    for name in ("To-dos", "API tokens", "CRM stage moves", "Slack questions"):
        assert name in index, name
    assert "4 Dec 2026" in listed
    assert date_format(asked_at, "DATETIME_FORMAT") == "30 Nov 2026, 13:20"


def test_the_record_stands_there_and_stays(desk: Client, csm: User) -> None:
    line = record("price.locked", "Price locked", customer=None, by=csm, now=NOW)

    assert "Price locked" in desk.get(page(Activity, "changelist")).content.decode()
    assert desk.get(page(Activity, "change", line.pk)).status_code == 200
    assert desk.post(page(Activity, "change", line.pk), {"summary": "Never"}).status_code == 403
    assert desk.post(page(Activity, "delete", line.pk), {"post": "yes"}).status_code == 403
    assert Activity.objects.get(pk=line.pk).summary == "Price locked"


def test_a_line_about_an_account_that_is_gone_still_opens(desk: Client, csm: User) -> None:
    customer = factories.CustomerFactory.create()
    line = record("customer.changed", "Changed", customer=customer, by=csm, now=NOW)
    customer.delete()

    assert desk.get(page(Activity, "change", line.pk)).status_code == 200
    assert desk.get(page(Activity, "changelist")).status_code == 200


def test_no_page_shows_a_secret(desk: Client, ops: User, csm: User, team: Team) -> None:
    token, key = create_token(csm, name="CRM", scopes=["read"], expires_at=None, now=NOW, by=csm)
    invited = invite(email="nina@evergreen.example", role=Role.CSM, team=team, now=NOW, by=ops)
    pages = [
        page(ApiToken, "changelist"),
        page(ApiToken, "change", token.pk),
        page(Invitation, "changelist"),
        page(Invitation, "change", invited.invitation.pk),
        page(User, "change", csm.pk),
    ]

    shown = "".join(desk.get(path).content.decode() for path in pages)

    secrets = (key, token.digest, invited.secret, invited.invitation.digest, csm.password)
    assert not [secret for secret in secrets if secret in shown]
    assert "CRM" in shown


def test_ops_revoke_anybodys_token_and_invitation(desk: Client, ops: User, csm: User, team: Team) -> None:
    token, _ = create_token(csm, name="CRM", scopes=["read"], expires_at=None, now=NOW, by=csm)
    row = invite(email="nina@evergreen.example", role=Role.CSM, team=team, now=NOW, by=ops).invitation

    for model, pk in ((ApiToken, token.pk), (Invitation, row.pk)):
        desk.post(page(model, "changelist"), {"action": "revoke", "_selected_action": [str(pk)]})

    token.refresh_from_db()
    row.refresh_from_db()
    assert token.revoked_at is not None
    assert row.revoked_at is not None
    assert {"token.revoked", "invitation.revoked"} <= set(Activity.objects.values_list("verb", flat=True))


def person_form(person: User, **changes: Any) -> dict[str, Any]:
    fields = ("first_name", "last_name", "email", "role", "title", "phone", "timezone")
    return {name: getattr(person, name) for name in fields} | {"team": str(person.team_id)} | changes


def test_a_person_is_changed_through_the_service(desk: Client, ops: User, csm: User) -> None:
    response = desk.post(page(User, "change", csm.pk), person_form(csm, role="ops"))

    csm.refresh_from_db()
    assert response.status_code == 302
    assert (csm.role, csm.is_staff) == ("ops", True)
    assert Activity.objects.get(verb="user.changed").data["changes"] == {"role": ["csm", "ops"]}


def test_the_last_of_ops_cannot_demote_themselves(desk: Client, ops: User) -> None:
    response = desk.post(page(User, "change", ops.pk), person_form(ops, role="csm"))

    assert response.status_code == 200
    assert "Somebody of ops must remain" in response.content.decode()
    assert User.objects.get(pk=ops.pk).role == "ops"


def test_flags_and_passwords_cannot_be_posted(desk: Client, csm: User) -> None:
    forged = {"is_superuser": "on", "is_staff": "on", "is_active": "", "password": "x", "username": "root"}

    desk.post(page(User, "change", csm.pk), person_form(csm, phone="1", **forged))

    csm.refresh_from_db()
    assert (csm.phone, csm.username, csm.is_superuser, csm.is_staff, csm.is_active) == ("1", "dana", False, False, True)
    assert csm.check_password("correct horse battery")


def test_people_are_neither_added_nor_deleted(desk: Client, csm: User) -> None:
    assert desk.get("/admin/customers/user/add/").status_code == 403
    assert desk.post(page(User, "delete", csm.pk), {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=csm.pk).exists()


def test_only_an_empty_team_goes(desk: Client, team: Team, csm: User) -> None:
    empty = factories.TeamFactory.create()

    assert desk.post(page(Team, "delete", team.pk), {"post": "yes"}).status_code == 403
    assert desk.post(page(Team, "delete", empty.pk), {"post": "yes"}).status_code == 302
    assert set(Team.objects.all()) == {team}
    assert Activity.objects.filter(verb="team.removed", subject_id=empty.pk).exists()


@pytest.fixture
def settings_form() -> Iterator[dict[str, Any]]:
    yield {
        "version": 1,
        "company_name": "Acme Cloud",
        "programme_name": "Evergreen",
        "window_start": "09:00",
        "window_end": "17:00",
        "working_days": ["0", "1"],
        "contact_cap": 2,
        "account_cap": 4,
        "collision_days": 2,
        "undo_seconds": 10,
        "approval_days": 7,
        "archive_months": 18,
    }


def test_the_workspace_is_changed_through_the_service(desk: Client, settings_form: dict[str, Any]) -> None:
    response = desk.post(page(WorkspaceSettings, "change", 1), settings_form)

    settings = WorkspaceSettings.objects.get()
    assert response.status_code == 302
    assert (settings.company_name, settings.version) == ("Acme Cloud", 2)
    assert Activity.objects.filter(verb="settings.changed").count() == 1


def test_stale_settings_are_refused(desk: Client, settings_form: dict[str, Any]) -> None:
    WorkspaceSettings.objects.update(version=5)

    response = desk.post(page(WorkspaceSettings, "change", 1), settings_form)

    assert "Somebody changed the settings meanwhile" in response.content.decode()
    assert WorkspaceSettings.objects.get().company_name == "Evergreen"


def test_the_one_row_of_settings_stays_one(desk: Client) -> None:
    assert desk.get("/admin/customers/workspacesettings/add/").status_code == 403
    assert desk.post(page(WorkspaceSettings, "delete", 1), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("path", ["/admin/", "/admin/customers/user/", "/admin/django_celery_beat/periodictask/add/"])
def test_pages_keep_to_the_content_security_policy(desk: Client, path: str) -> None:
    """Nothing inline: no script with a body that would run, no style attribute, no style element."""
    words = desk.get(path).content.decode()

    scripts = [part.split("</script>")[0] for part in words.split("<script")[1:]]
    assert [text for text in scripts if "src=" not in text.split(">")[0] and "application/json" not in text] == []
    assert "<style" not in words
    assert ' style="' not in words


@pytest.mark.parametrize(("model", "rows"), [("customer", 30), ("todo", 30), ("stakeholder", 30)])
def test_lists_cost_the_same_for_one_and_for_many(
    desk: Client, model: str, rows: int, django_assert_max_num_queries: Any
) -> None:
    customers = factories.CustomerFactory.create_batch(rows)
    for customer in customers:
        factories.StakeholderFactory.create(customer=customer)
        customer.todos.create(title="Call", waits_since=NOW, owner=customer.owner)

    with django_assert_max_num_queries(10):
        desk.get(f"/admin/customers/{model}/")


@pytest.mark.postgres
def test_long_list_that_is_only_looked_at_says_no_more_than_that_it_is_long(
    desk: Client, csm: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a search found is counted, and so is all on a page behind what is counted."""
    for module in ("queries.paging", "admin_base"):
        monkeypatch.setattr(f"customers.{module}.MOST_COUNTED", 3)
    monkeypatch.setattr("customers.admin_base.DeskAdmin.list_per_page", 2)
    customer = factories.CustomerFactory.create(owner=csm)
    for n in range(5):
        add_todo(f"Call {n}", customer=customer, now=NOW, by=csm)

    answers = [desk.get(page(Todo, "changelist"), asked) for asked in ({}, {"p": 2}, {"q": "call"})]

    pagers = [answer.content.decode().partition('class="paginator">')[2].partition("</p>")[0] for answer in answers]
    assert [strip_tags(pager).partition("Show all")[0].split() for pager in pagers] == [
        ["1", "2", "more", "than", "3", "to-dos"],
        ["1", "2", "3", "5", "to-dos"],
        ["1", "2", "3", "5", "to-dos"],
    ]


def test_mail_to_our_own_people_is_kept_for_ops_alone(
    ops: User, csm: User, lead: User, reader: User, stranger: User
) -> None:
    message = EmailMessage("Choose a password", "https://desk.example/secret", "desk@evergreen.example", [csm.email])

    assert CaptureBackend().send_messages([message]) == 1

    kept = CapturedMail.objects.get()
    assert (kept.mail_to, kept.subject, kept.customer) == (csm.email, "Choose a password", None)
    assert b"https://desk.example/secret" in bytes(kept.raw)
    assert list(CapturedMail.objects.visible_to(ops)) == [kept]
    for other in (csm, lead, reader, stranger):
        assert not CapturedMail.objects.visible_to(other).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["csm", "lead", "reader", "ops"])
def test_the_mailbox_shows_staff_mail_to_ops_alone(who: str, request: pytest.FixtureRequest) -> None:
    person: User = request.getfixturevalue(who)
    CaptureBackend().send_messages([EmailMessage("Choose a password", "secret", None, ["olga@evergreen.example"])])
    kept = CapturedMail.objects.get()
    client = Client()
    client.force_login(person)

    listed = client.get("/mailbox").content.decode()

    is_ops = who == "ops"
    assert ("Choose a password" in listed) is is_ops
    assert (client.get(f"/mailbox/{kept.pk}").status_code == 200) is is_ops
    assert (client.get(f"/mailbox/{kept.pk}/source").status_code == 200) is is_ops


def test_days_are_filtered_by_spans_past_and_coming(desk: Client) -> None:
    today = timezone.localdate()
    contracts = {
        days: factories.ContractFactory.create(renewal_date=today + timedelta(days=days)) for days in (-3, 0, 30, 31)
    }
    listing = admin.site._registry[Contract].get_changelist_instance(_as_ops(desk))
    days = next(spec for spec in listing.filter_specs if isinstance(spec, DayFilter))

    shown = {}
    for label, params in days.links:
        found = desk.get(page(Contract, "changelist"), {name: str(value) for name, value in params.items()})
        shown[str(label)] = {span for span, row in contracts.items() if str(row.pk) in found.content.decode()}

    assert shown["Any date"] == {-3, 0, 30, 31}
    assert shown["Next 30 days"] == {0, 30}
    assert shown["Past 7 days"] == {-3, 0}


def _as_ops(desk: Client) -> HttpRequest:
    request = RequestFactory().get(page(Contract, "changelist"))
    request.user = User.objects.get(pk=desk.session["_auth_user_id"])
    return request
