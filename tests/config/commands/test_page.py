"""The command bar as a page: without JavaScript, from start to end; what names hold is never markup."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from customers.models import Customer, User, WorkspaceSettings
from emails.models import Draft
from tests import factories
from tests.outreach.expanding import grow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]
XSS = "<img src=x onerror=alert(1)>"


@pytest.fixture
def desk(client: Client, csm: User) -> Client:
    client.force_login(csm)
    WorkspaceSettings.objects.update_or_create(pk=1, defaults={"undo_seconds": 10})
    return client


@pytest.fixture
def acme(csm: User, now: datetime) -> Customer:
    customer: Customer = factories.CustomerFactory.create(owner=csm, name="Acme Corp")
    factories.StakeholderFactory.create(customer=customer, name="Jennifer Park", primary=True)
    return grow(customer, now=now)


def post(desk: Client, **data: Any) -> str:
    response = desk.post("/command", data)
    assert response.status_code == 200
    return response.content.decode()


def confirm_of(html: str, button: str) -> str:
    """Give the token in the form of the button."""
    forms = re.findall(r"<form.*?</form>", html, re.DOTALL)
    form = next(one for one in forms if re.search(rf">\s*{re.escape(button)}\s*<", one))
    found = re.search(r'name="confirm" value="([^"]+)"', form)
    assert found is not None
    return found[1]


def test_every_page_leads_to_the_bar(desk: Client, acme: Customer) -> None:
    html = desk.get(f"/customers/{acme.pk}").content.decode()

    assert 'href="/command"' in html
    assert "js/command" in html


def test_bar_offers_what_fits_the_account_at_hand(desk: Client, acme: Customer) -> None:
    html = desk.get("/command", {"from": f"/customers/{acme.pk}/engage"}).content.decode()

    assert "Introduce upsell to Acme Corp" in html
    assert f'name="here" value="{acme.pk}"' in html


def test_part_for_the_dialog_is_the_bar_alone(desk: Client) -> None:
    html = desk.get("/command", headers={"x-command": "1"}).content.decode()

    assert "data-command-bar" in html
    assert "<html" not in html


def test_upsell_from_sentence_to_leaving_without_a_script(desk: Client, acme: Customer) -> None:
    written = post(desk, text="Introduce upsell to Acme Corp")
    draft = Draft.objects.get()
    editing = post(desk, text="Edit", confirm=confirm_of(written, "Edit"))
    assert f'name="draft" value="{draft.pk}"' in editing
    saved = post(desk, draft=draft.pk, version=draft.version, subject="A word about your plan", body=draft.body)
    asked = post(desk, text="Send", confirm=confirm_of(saved, "Send"))
    assert "Jennifer Park" in asked and "Price shown" in asked

    leaving = post(desk, confirm=confirm_of(asked, "Send Email"))

    assert "until then it can be taken back" in leaving
    draft.refresh_from_db()
    assert (draft.state, draft.subject) == ("queued", "A word about your plan")
    post(desk, draft=draft.pk, do="undo")
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_stale_text_is_not_lost(desk: Client, acme: Customer) -> None:
    post(desk, text="Introduce upsell to Acme Corp")
    draft = Draft.objects.get()

    html = post(desk, draft=draft.pk, version=draft.version + 5, subject="Mine", body="What I typed")

    assert "What I typed" in html
    assert Draft.objects.get().subject == draft.subject


def test_name_with_markup_is_shown_as_text(desk: Client, csm: User) -> None:
    customer = factories.CustomerFactory.create(owner=csm, name=f"Evil {XSS}")
    factories.StakeholderFactory.create(customer=customer, name=f"Mallory {XSS}")
    factories.CustomerFactory.create(owner=csm, name=f"Evil Two {XSS}")

    for text in ("Show Evil", "Hold Evil until Friday", f"Hold {XSS} until {XSS}", "Write to Mallory", XSS):
        assert "<img src=x" not in post(desk, text=text)
    assert "<img src=x" not in desk.get("/command", {"from": f"/customers/{customer.pk}"}).content.decode()


def test_draft_of_another_is_not_there(desk: Client, stranger: User, acme: Customer) -> None:
    foreign = factories.CustomerFactory.create(owner=stranger, name="Foreign Freight")
    person = factories.StakeholderFactory.create(customer=foreign)
    draft = Draft.objects.create(
        customer=foreign, stakeholder=person, to_name="X", to_email="x@y.example", body="Secret"
    )

    html = post(desk, draft=draft.pk, version=1, subject="Mine", body="Mine")

    assert "There is no such draft" in html
    assert "Secret" not in html
    draft.refresh_from_db()
    assert draft.body == "Secret"


def test_lately_said_is_offered_again(desk: Client, acme: Customer) -> None:
    post(desk, text="Show Acme Corp")

    assert "Lately" in desk.get("/command").content.decode()
