"""The command bar in a browser: Ctrl-K on an account, an upsell introduced, edited, copied and sent by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from customers.models import Customer, User, WorkspaceSettings
from emails.models import Draft
from tests import factories
from tests.conftest import NOW
from tests.outreach.expanding import grow

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("office_hours"),
]


@pytest.fixture
def account(csm: User) -> Customer:
    WorkspaceSettings.objects.update_or_create(pk=1, defaults={"undo_seconds": 1})
    executive = factories.UserFactory.create(username="alex", first_name="Alex")
    customer: Customer = factories.CustomerFactory.create(owner=csm, name="Acme Corp", account_executive=executive)
    factories.StakeholderFactory.create(customer=customer, name="Jennifer Park", primary=True)
    factories.CustomerFactory.create(owner=csm, name="Acme Rail")
    return grow(customer, now=NOW)


@pytest.fixture
def page(browser: Browser, live_server: Any, csm: User) -> Iterator[Page]:
    client = Client()
    client.force_login(csm)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(20_000)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    context.add_cookies([cookie])  # type: ignore[list-item]
    opened = context.new_page()
    opened.on("pageerror", lambda error: pytest.fail(str(error)))
    opened.on("console", lambda said: pytest.fail(said.text) if said.type == "error" else None)
    yield opened
    context.close()


def test_upsell_is_introduced_edited_copied_and_sent_in_the_bar(
    page: Page, live_server: Any, account: Customer
) -> None:
    page.goto(f"{live_server.url}/customers/{account.pk}")
    page.keyboard.press("Control+k")
    bar = page.get_by_role("dialog", name="Command bar")
    words = bar.get_by_label("What do you want to do?")
    expect(words).to_be_focused()

    words.fill("Introduce upsell to Acme")
    page.keyboard.press("Enter")
    expect(bar.get_by_text("2 accounts fit “Acme”. Which one?").last).to_be_visible()
    expect(bar.get_by_role("button", name="Acme Corp")).to_be_focused()
    page.keyboard.press("Enter")
    expect(bar.get_by_text("98 of 100 (98 %)")).to_be_visible()

    bar.get_by_role("button", name="Edit").click()
    expect(bar.get_by_label("Subject")).to_be_focused()
    bar.get_by_label("Subject").fill("A word about your plan")
    bar.get_by_role("button", name="Save to Drafts").click()
    expect(bar.get_by_text("An approval given before is void.").last).to_be_visible()

    bar.get_by_role("button", name="CC Account Executive").click()
    expect(bar.get_by_text("copy to alex@evergreen.example")).to_be_visible()
    bar.get_by_role("button", name="Send", exact=True).click()
    expect(bar.get_by_text("Price shown")).to_be_visible()
    expect(bar.get_by_role("button", name="Send Email")).to_be_focused()
    assert Draft.objects.get().state == "draft"
    page.keyboard.press("Enter")

    expect(bar.get_by_text("Upsell introduction sent to Acme Corp!").last).to_be_visible(timeout=30_000)
    sent = Draft.objects.get()
    assert (sent.subject, sent.cc, sent.is_sent) == ("A word about your plan", ["alex@evergreen.example"], True)
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
