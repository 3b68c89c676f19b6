"""What stays on its page does not reload it: filters, orders, dialogs, tasks done. In a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from customers.models import Customer, Todo, User
from customers.services.todos import add_todo
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OPEN_AT_ONCE = 8


@pytest.fixture
def account(csm: User) -> Customer:
    customer: Customer = factories.CustomerFactory.create(owner=csm, name="Brightwater")
    ends = timezone.now().date() + timedelta(days=200)
    factories.ContractFactory.create(customer=customer, renewal_date=ends, start_date=ends - timedelta(days=365))
    return customer


@pytest.fixture
def page(browser: Browser, live_server: Any, csm: User) -> Iterator[Page]:
    client = Client()
    client.force_login(csm)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(10_000)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    context.add_cookies([cookie])  # type: ignore[list-item]
    opened = context.new_page()
    opened.on("pageerror", lambda error: pytest.fail(str(error)))
    yield opened
    context.close()


def open_page(page: Page, address: str) -> None:
    """The page is marked; the mark is gone as soon as it is loaded anew."""
    page.goto(address)
    page.evaluate("window.isTheSame = true")


def is_the_same(page: Page) -> bool:
    return bool(page.evaluate("window.isTheSame === true"))


def test_book_filters_sorts_and_goes_back_without_a_reload(page: Page, live_server: Any, account: Customer) -> None:
    factories.CustomerFactory.create(owner=account.owner, name="Ashgrove")
    open_page(page, live_server.url)

    page.get_by_label("Stage", exact=True).focus()
    page.get_by_label("Stage", exact=True).select_option("monitor")

    expect(page.locator(".book-table tbody tr")).to_have_count(1)
    expect(page.get_by_label("Stage", exact=True)).to_be_focused()
    page.get_by_role("link", name="Clear").click()
    expect(page.locator(".book-table tbody tr")).to_have_count(2)
    page.get_by_role("link", name="Account", exact=True).click()
    expect(page.locator(".book-table tbody th").first).to_contain_text("Ashgrove")
    page.go_back()
    page.go_back()
    expect(page.locator(".book-table tbody tr")).to_have_count(1)
    assert page.url.endswith("/?stage=monitor&sort=days")
    assert is_the_same(page)


def test_dialog_shows_what_is_wrong_then_saves_on_the_page(page: Page, live_server: Any, account: Customer) -> None:
    open_page(page, f"{live_server.url}/customers/{account.pk}")
    page.get_by_role("link", name="Task", exact=True).click()
    dialog = page.get_by_role("dialog")

    dialog.get_by_role("button", name="Add").click()

    expect(dialog.locator(".field-error")).to_have_text("This field is required.")
    expect(dialog.get_by_label("What is to be done")).to_be_focused()
    dialog.get_by_label("What is to be done").fill("Ask about the audit")
    dialog.get_by_role("button", name="Add").click()
    expect(page.locator("#planned")).to_contain_text("Ask about the audit")
    expect(dialog).to_be_hidden()
    expect(page.locator(".toast")).to_have_count(1)
    assert is_the_same(page)


def test_task_done_leaves_open_what_was_open(page: Page, live_server: Any, account: Customer) -> None:
    for number in range(OPEN_AT_ONCE + 3):
        add_todo(f"Call number {number:02}", customer=account, now=timezone.now(), by=account.owner)
    open_page(page, f"{live_server.url}/customers/{account.pk}")
    page.get_by_text("and 3 more").click()

    page.locator("#planned details .planned-row").first.get_by_role("button", name="Done").click()

    expect(page.get_by_text("and 2 more")).to_be_visible()
    expect(page.locator("#planned details .planned-row").first).to_be_visible()
    assert Todo.objects.filter(state="open").count() == OPEN_AT_ONCE + 2
    assert is_the_same(page)


def test_desk_out_of_reach_loses_nothing_that_was_typed(page: Page, live_server: Any, account: Customer) -> None:
    open_page(page, f"{live_server.url}/customers/{account.pk}/edit")
    page.get_by_label("Notes").fill("They plan a merger.")
    page.context.set_offline(True)

    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("alert")).to_contain_text("could not be reached")
    expect(page.get_by_label("Notes")).to_have_value("They plan a merger.")
    page.context.set_offline(False)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("They plan a merger.")
