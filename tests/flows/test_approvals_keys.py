"""The approvals queue by keyboard alone, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from customers.models import User
from emails.enums import DraftState
from emails.models import Draft
from emails.services.drafts import compose_draft
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("office_hours")]


@pytest.fixture
def letters(csm: User) -> list[Draft]:
    customer = factories.CustomerFactory.create(owner=csm)
    people = factories.StakeholderFactory.create_batch(3, customer=customer)
    return [
        compose_draft(
            customer=customer,
            stakeholder=person,
            sender=csm,
            subject="A word about the coming year",
            body="Hello,\n\nshall we talk next week?",
            now=timezone.now(),
            by=csm,
        )
        for person in people
    ]


@pytest.fixture
def page(browser: Browser, live_server: Any, csm: User, letters: list[Draft]) -> Iterator[Page]:
    client = Client()
    client.force_login(csm)
    context = browser.new_context()
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    context.add_cookies([cookie])  # type: ignore[list-item]
    opened = context.new_page()
    opened.goto(f"{live_server.url}/approvals")
    yield opened
    context.close()


def test_queue_is_worked_by_keys(page: Page, letters: list[Draft]) -> None:
    first, second, third = letters
    title = page.locator("#approval-title")
    expect(title).to_have_text(first.to_name)

    page.keyboard.press("j")
    expect(title).to_have_text(second.to_name)
    page.keyboard.press("k")
    expect(title).to_have_text(first.to_name)
    page.keyboard.press("?")
    expect(page.locator("#approval-keys")).to_be_visible()
    page.keyboard.press("a")
    expect(title).to_have_text(second.to_name)
    page.keyboard.press("x")
    page.keyboard.type("Not now")
    page.keyboard.press("Enter")
    expect(title).to_have_text(third.to_name)
    page.keyboard.press("e")
    page.wait_for_url(f"**/drafts/{third.pk}**")

    states = [Draft.objects.get(pk=draft.pk).state for draft in letters]
    assert states == [DraftState.QUEUED, DraftState.CANCELLED, DraftState.DRAFT]
