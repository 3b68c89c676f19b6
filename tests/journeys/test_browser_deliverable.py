"""The editor of a deliverable in a real browser: saved as it is typed, claims marked, both texts shown when stale."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from customers.models import User
from journeys.enums import DeliverableState
from journeys.models import Deliverable
from journeys.services.texts import save_text
from tests import factories
from tests.journeys.deliverable_ground import start, write

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("office_hours"),
]


@pytest.fixture
def text(csm: User, now: datetime) -> Deliverable:
    customer = factories.CustomerFactory.create(owner=csm)
    return write(start(customer, now=now), 1, now=now)


@pytest.fixture
def page(browser: Browser, live_server: Any, csm: User, text: Deliverable) -> Any:
    client = Client()
    client.force_login(csm)
    context = browser.new_context()
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    context.add_cookies([cookie])  # type: ignore[list-item]
    opened = context.new_page()
    opened.on("pageerror", lambda error: pytest.fail(str(error)))
    opened.goto(f"{live_server.url}/deliverables/{text.pk}")
    yield opened
    context.close()


def type_at_end(page: Page, words: str) -> None:
    page.locator("textarea.editor-text").focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def test_typed_confirmed_and_approved(page: Page, text: Deliverable) -> None:
    type_at_end(page, " You earn €999,999.")
    expect(page.locator("[data-save-state]")).to_have_text("Saved")
    expect(page.locator(".editor-marks mark.fact-unsupported")).to_have_text("€999,999")

    page.locator(".draft-facts").get_by_role("button", name="Confirm").click()
    expect(page.locator(".fact-alert")).to_have_count(0)
    page.get_by_role("button", name="Approve and deliver").click()
    expect(page.locator(".draft-badges")).to_contain_text("Delivered")

    text.refresh_from_db()
    assert text.state == DeliverableState.DELIVERED
    assert text.body.endswith("You earn €999,999.")


def test_changed_elsewhere_both_texts_are_shown(page: Page, text: Deliverable, now: datetime, lead: User) -> None:
    save_text(text, version=text.version, now=now, by=lead, body="Theirs")

    type_at_end(page, " Mine.")

    expect(page.locator(".draft-conflict")).to_contain_text("Theirs")
    page.get_by_role("button", name="Save mine over it").click()
    expect(page.locator("[data-save-state]")).to_have_text("Saved")
    text.refresh_from_db()
    assert text.body.endswith(" Mine.")
