"""The command bar and the pages of outgoing webhooks, wide and on a phone, light and dark; the way in by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from customers.enums import ClaimState
from customers.models import Customer, User, WebhookDelivery, WebhookEndpoint
from customers.services.digests import seal
from customers.services.webhook_news import make_message
from tests import factories
from tests.flows.test_looks import LONGEST, WORD, look, look_here, page
from tests.outreach.expanding import grow

__all__ = ["page"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def account(ops: User, live_server: Any) -> Customer:
    customer: Customer = factories.CustomerFactory.create(owner=ops, name=LONGEST)
    factories.StakeholderFactory.create(customer=customer, name=f"{WORD} Park", primary=True)
    return grow(customer, now=timezone.now())


@pytest.fixture
def delivery(ops: User, live_server: Any) -> WebhookDelivery:
    """A message that failed often, to an address as long as they come."""
    endpoint = WebhookEndpoint.objects.create(
        url=f"https://hooks.example/{'a' * 300}", description=LONGEST[:120], sealed_secret=seal(b"whsec_b2YgdGhl")
    )
    now = timezone.now()
    message = make_message(endpoint, "mail.sent", {"url": f"https://desk.example/{'b' * 300}"}, at=now)
    line = {"at": now.isoformat(), "status": 503, "outcome": f"It answered 503: {WORD}", "tookMs": 80}
    message.state, message.status, message.answer, message.called_at = ClaimState.FAILED, 503, WORD, now
    message.receipt, message.outcome = [line] * 4, LONGEST
    message.save()
    return message


def test_webhook_pages_look_right(page: Page, live_server: Any, delivery: WebhookDelivery) -> None:
    here = f"/settings/webhooks/{delivery.endpoint_id}"
    said = reverse("customers:settings_webhook_delivery", args=[delivery.pk])
    addresses = ("/settings/webhooks", "/settings/webhooks/new", here, said)

    assert {at: wrong for at in addresses if (wrong := look(page, live_server.url + at))} == {}


def test_bar_looks_right_empty_and_answered(page: Page, live_server: Any, account: Customer) -> None:
    wrong = {"page": look(page, f"{live_server.url}/command")}
    page.goto(f"{live_server.url}/customers/{account.pk}")
    page.wait_for_load_state()
    page.keyboard.press("Control+k")
    bar = page.get_by_role("dialog", name="Command bar")
    expect(bar.get_by_label("What do you want to do?")).to_be_focused()
    wrong["empty"] = look_here(page)
    bar.get_by_label("What do you want to do?").fill("Introduce upsell")
    page.keyboard.press("Enter")
    expect(bar.get_by_text("98 of 100 (98 %)")).to_be_visible()
    wrong["answered"] = look_here(page)

    assert {where: found for where, found in wrong.items() if found} == {}


def test_keyboard_skips_to_the_content_and_news_is_read_out(page: Page, live_server: Any, account: Customer) -> None:
    page.goto(f"{live_server.url}/customers/{account.pk}/todos/new")
    page.locator("body").press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()

    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name === 'title'"):
            break
    page.keyboard.type("Ask about the audit")
    page.keyboard.press("Enter")

    expect(page.locator("#toasts .toast")).to_have_count(1)
    assert page.locator("#toasts").get_attribute("role") == "status"
