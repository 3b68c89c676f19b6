"""The draft editor in a real browser: saved as it is typed, nothing lost, sent in place, and without script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from customers.models import User, WorkspaceSettings
from customers.models.workspace import ONLY_ID
from emails.enums import DraftState
from emails.models import CapturedMail, Draft
from emails.services.editing import reload, save_draft

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("office_hours"),
]


def signed_in(browser: Browser, address: str, user: User, **options: Any) -> BrowserContext:
    client = Client()
    client.force_login(user)
    context = browser.new_context(**options)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}])
    return context


@pytest.fixture
def context(browser: Browser, live_server: Any, csm: User) -> Iterator[BrowserContext]:
    made = signed_in(browser, live_server.url, csm)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, live_server: Any, draft: Draft) -> Page:
    opened = context.new_page()
    opened.on("pageerror", lambda error: pytest.fail(str(error)))
    opened.goto(f"{live_server.url}/drafts/{draft.pk}")
    return opened


def set_undo(seconds: int) -> None:
    """A test that commits is cleaned by a flush, which takes the row of settings along."""
    WorkspaceSettings.objects.update_or_create(pk=ONLY_ID, defaults={"undo_seconds": seconds})


def write_at_end(page: Page, words: str) -> None:
    page.locator("textarea.editor-text").focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def state(page: Page) -> Any:
    return expect(page.locator("[data-save-state]"))


def test_typing_is_saved_and_claims_are_marked(page: Page, draft: Draft) -> None:
    write_at_end(page, " You saved 41% more.")

    state(page).to_have_text("Saved")
    expect(page.locator(".editor-marks mark.fact-unsupported")).to_have_text("41%")
    expect(page.locator(".draft-facts .fact-alert")).to_contain_text("41%")
    assert reload(draft).body.endswith("You saved 41% more.")


def test_claims_of_the_subject_are_marked_in_place_and_lead_to_their_record(page: Page, draft: Draft) -> None:
    subject = page.locator("textarea[name=subject]")
    subject.fill("Acme renewal: $268,000\nand 41% more")

    state(page).to_have_text("Saved")
    marks = page.locator("[data-marks=subject] mark")
    expect(marks).to_have_text(["Acme", "$268,000", "41%"])
    expect(page.locator("[data-marks=subject] mark.fact-unsupported")).to_have_text("41%")
    assert reload(draft).subject == "Acme renewal: $268,000 and 41% more"

    at = subject.input_value().index("$268,000") + 2
    subject.evaluate("(field, at) => { field.setSelectionRange(at, at); field.click(); }", at)
    expect(page.locator("[data-editor-pop] a")).to_have_attribute("href", re.compile("/customers/.+#contract"))

    subject.press("Enter")
    expect(page.locator("textarea[name=body]")).to_be_focused()


def test_claim_under_the_caret_leads_to_its_record(page: Page) -> None:
    body = page.locator("textarea.editor-text")
    at = body.input_value().index("$268,000") + 3
    body.evaluate("(field, at) => { field.focus(); field.setSelectionRange(at, at); field.click(); }", at)

    expect(page.locator("[data-editor-pop] a")).to_have_attribute("href", re.compile("/customers/.+#contract"))


def test_lost_connection_keeps_the_text_and_saves_it_later(page: Page, context: BrowserContext, draft: Draft) -> None:
    context.set_offline(True)
    write_at_end(page, " Typed offline.")
    state(page).to_contain_text("Offline")
    assert not reload(draft).body.endswith("Typed offline.")

    context.set_offline(False)

    state(page).to_have_text("Saved", timeout=10_000)
    assert reload(draft).body.endswith("Typed offline.")


def test_text_of_a_tab_that_died_is_offered_again(page: Page, context: BrowserContext, draft: Draft) -> None:
    context.set_offline(True)
    write_at_end(page, " Nearly lost.")
    state(page).to_contain_text("Offline")
    page.close(run_before_unload=False)
    context.set_offline(False)

    again = context.new_page()
    again.goto(page.url)
    again.get_by_role("button", name="Use it").click()

    state(again).to_have_text("Saved")
    assert reload(draft).body.endswith("Nearly lost.")


def test_second_tab_overwrites_nothing_and_both_texts_are_shown(
    page: Page, draft: Draft, csm: User, now: datetime
) -> None:
    save_draft(draft, version=1, now=now, by=csm, body="Written in the other tab.")

    write_at_end(page, " Mine.")

    conflict = page.locator(".draft-conflict")
    expect(conflict).to_contain_text("Written in the other tab.")
    assert reload(draft).body == "Written in the other tab."
    conflict.get_by_role("button", name="Save mine over it").click()
    state(page).to_have_text("Saved")
    assert reload(draft).body.endswith(" Mine.")


def test_confirm_send_undo_delay_and_sent_without_leaving_the_page(page: Page, draft: Draft) -> None:
    set_undo(2)
    write_at_end(page, " You saved 41% more.")
    page.locator(".draft-facts").get_by_role("button", name="Confirm").click()
    expect(page.locator(".draft-facts .fact-alert")).to_have_count(0)

    page.get_by_role("link", name="Send Email").click()
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("sarah@acme.example")
    expect(dialog).to_contain_text("$268,000 in the text")
    dialog.get_by_role("button", name="Send Email").click()

    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    expect(page.locator(".draft-badges")).to_contain_text("Sent", timeout=10_000)
    assert CapturedMail.objects.count() == 1


def test_everything_works_without_script(browser: Browser, live_server: Any, csm: User, draft: Draft) -> None:
    set_undo(0)
    context = signed_in(browser, live_server.url, csm, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/drafts/{draft.pk}")

    page.get_by_label("Subject").fill("Your renewal, Sarah")
    page.get_by_role("button", name="Save to Drafts").click()
    page.get_by_role("link", name="Preview").click()
    expect(page.locator(".mail-headers")).to_contain_text("Your renewal, Sarah")
    page.get_by_role("link", name="Send Email").click()
    page.get_by_role("button", name="Send Email").click()

    expect(page.locator(".draft-badges")).to_contain_text("Sent")
    assert reload(draft).state == DraftState.SENT
    context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_is_wider_than_the_screen(
    browser: Browser, live_server: Any, csm: User, draft: Draft, width: int
) -> None:
    context = signed_in(browser, live_server.url, csm, viewport={"width": width, "height": 900})
    page = context.new_page()
    too_wide = []
    for path in ("", "/preview", "/send", "/schedule", "/regenerate", "/versions", "/delete"):
        page.goto(f"{live_server.url}/drafts/{draft.pk}{path}")
        if page.evaluate("document.documentElement.scrollWidth") > width:
            too_wide.append(path)
    context.close()

    assert too_wide == []
