"""The main job from end to end, in a real browser: a book is imported, an account opened, its price locked, Engage
opened, a strategy chosen, an email edited, its claim settled, previewed, sent, and seen as the recipient gets it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from customers.models import Customer, Todo, User, WorkspaceSettings
from customers.models.workspace import ONLY_ID
from customers.queries.calendars import local_date
from emails.models import CapturedMail, Draft
from outreach.models import OutreachPlan, Touch
from renewals.models import EngageRun
from renewals.services.engage import open_engage
from renewals.services.letters import write_letters
from renewals.services.renewals import lock_price, open_renewal
from tests import factories
from tests.browsing import wait_for_editor

DATA = Path(__file__).resolve().parent.parent / "data"
ACCOUNT = "Brightwater Logistics, Inc."
ZONE = "America/Chicago"
CHAMPION = "rebecca.okafor@brightwater-logistics.example"
PASSWORD = "a quiet morning in May"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("office_hours"),
]


@pytest.fixture
def dana(live_server: Any) -> User:
    """The owner of the imported accounts. Undo is off: a walk does not wait ten seconds."""
    WorkspaceSettings.objects.update_or_create(pk=ONLY_ID, defaults={"undo_seconds": 0})
    team = factories.TeamFactory.create()
    user: User = factories.UserFactory.create(
        username="dana", first_name="Dana", last_name="Whitfield", team=team, password=PASSWORD
    )
    return user


@pytest.fixture
def book(tmp_path: Path) -> list[Path]:
    """The two exports of tests/data, the account's term moved so that it enters Engage today."""
    ends = local_date(datetime.now(UTC), ZONE) + timedelta(days=119)
    accounts = tmp_path / "accounts.csv"
    with (DATA / "salesforce_accounts.csv").open(newline="") as source, accounts.open("w", newline="") as target:
        rows = csv.DictReader(source)
        writer = csv.DictWriter(target, rows.fieldnames or ())
        writer.writeheader()
        for row in rows:
            if row["Account Name"] == ACCOUNT:
                row["Contract Start Date"] = f"{ends - timedelta(days=364):%m/%d/%Y}"
                row["Contract End Date"] = f"{ends:%m/%d/%Y}"
            writer.writerow(row)
    return [accounts, DATA / "salesforce_contacts.csv"]


@pytest.fixture(params=["with script", "without script"])
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(
        java_script_enabled=request.param == "with script", viewport={"width": 1280, "height": 900}
    )
    made.set_default_timeout(15_000)
    yield made
    made.close()


def test_from_csv_to_a_sent_email(context: BrowserContext, live_server: Any, dana: User, book: list[Path]) -> None:
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))

    sign_in(page, live_server.url)
    import_the_book(page, live_server.url, book)
    lock_the_price(page, live_server.url)
    open_engage_of_it(page)
    choose_parallel(page)
    edit_and_settle_the_claim(page)
    preview_it(page)
    send_it(page)
    read_it_in_the_mailbox(page, live_server.url)
    see_what_follows(page, live_server.url)


def sign_in(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("[name=username]").fill("dana")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Sign in")


def import_the_book(page: Page, address: str, book: list[Path]) -> None:
    page.goto(f"{address}/import")
    page.locator("input[type=file]").set_input_files(book)
    page.get_by_role("button", name="Check the files").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check before importing")
    assert not Customer.objects.exists()

    page.get_by_role("button", name=re.compile(r"^Import \d+ rows?$")).click()

    expect(page.get_by_role("heading", level=1)).not_to_have_text("Check before importing")
    assert Customer.objects.get(name=ACCOUNT).stakeholders.count() == 3


def lock_the_price(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name=ACCOUNT).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(ACCOUNT)
    page.get_by_role("link", name="Lock it").click()

    page.get_by_role("button", name="Lock the price").click()

    expect(page.locator("main")).to_contain_text("Locked")


def open_engage_of_it(page: Page) -> None:
    page.get_by_role("link", name="Engage", exact=True).click()
    expect(page.locator("main")).to_contain_text("It is time")

    page.get_by_role("button", name="Open Engage").click()

    expect(step_title(page)).to_have_text("Sequence")
    expect(page.locator("#engage-rail")).to_contain_text("0 of 3 sent")


def choose_parallel(page: Page) -> None:
    strategy = page.get_by_role("article", name="Parallel")
    strategy.get_by_text("Use this instead").click()
    strategy.get_by_label("Why").fill("They decide in one meeting.")
    strategy.get_by_role("button", name="Use parallel").click()

    expect(page.get_by_role("article", name="Parallel")).to_contain_text("In use")
    expect(page.locator(".engage-history")).to_contain_text("They decide in one meeting.")
    assert OutreachPlan.objects.get().approach == "parallel"


def edit_and_settle_the_claim(page: Page) -> None:
    """A figure that is not on record goes amber and must be confirmed, another removed."""
    go_to_step(page, "Emails")
    card = champion_card(page)
    wait_for_editor(card)
    body = card.get_by_label("Text")
    first = body.input_value()
    body.fill(f"{first}\n\nP.S. Your depots saved 41% of their paperwork.")
    save(card)

    claims = card.locator(".fact-alert")
    expect(claims).to_contain_text("41%")
    card.get_by_role("button", name="Confirm").click()

    expect(champion_card(page).locator(".fact-alert")).to_have_count(0)

    card = champion_card(page)
    wait_for_editor(card)
    body = card.get_by_label("Text")
    body.fill(body.input_value().replace("paperwork.", "paperwork in 13 weeks."))
    save(card)
    expect(claims).to_contain_text("13")
    card.get_by_role("button", name="Remove").click()

    expect(champion_card(page).locator(".fact-alert")).to_have_count(0)
    draft = Draft.objects.get(stakeholder__email=CHAMPION)
    assert "41% of their paperwork" in draft.body
    assert "13" not in draft.body.rpartition("P.S.")[2]


def preview_it(page: Page) -> None:
    champion_card(page).get_by_role("link", name="Preview").click()

    expect(page.locator(".mail-headers")).to_contain_text(CHAMPION)
    expect(page.frame_locator("iframe").locator("body")).to_contain_text("41% of their paperwork")
    page.get_by_role("link", name="Edit", exact=True).click()
    expect(step_title(page)).to_have_text("Emails")


def send_it(page: Page) -> None:
    champion_card(page).get_by_role("link", name="Send Email").click()
    question = page.locator("form", has=page.get_by_role("button", name="Send Email"))
    expect(question).to_contain_text(CHAMPION)
    expect(question).to_contain_text("Dana Whitfield")
    expect(question).to_contain_text(".pdf")
    assert not CapturedMail.objects.exists()

    question.get_by_role("button", name="Send Email").click()

    expect(champion_card(page).locator(".draft-badges")).to_contain_text("Sent")
    expect(page.locator("#engage-rail")).to_contain_text("1 of 3 sent")


def read_it_in_the_mailbox(page: Page, address: str) -> None:
    page.goto(f"{address}/mailbox")
    page.get_by_role("link", name=re.compile(CHAMPION)).click()

    expect(page.frame_locator("iframe").locator("body")).to_contain_text("41% of their paperwork")
    expect(page.locator(".mail-text")).to_contain_text("41% of their paperwork")
    proposal = page.get_by_role("link", name=re.compile(r"\.pdf"))
    answer = page.request.get(f"{address}{proposal.get_attribute('href')}")
    assert answer.body().startswith(b"%PDF-")
    assert CapturedMail.objects.count() == 1


def see_what_follows(page: Page, address: str) -> None:
    customer = Customer.objects.get(name=ACCOUNT)
    page.goto(f"{address}/customers/{customer.pk}/engage")
    go_to_step(page, "Execution plan")
    sent = Touch.objects.get(kind="email", stakeholder__email=CHAMPION)
    expect(page.locator(f"#touch-{sent.pk}")).to_contain_text("Done")

    go_to_step(page, "Action plan")
    tracking = Todo.objects.get(metadata__processor="email-engagement-tracker")
    task = page.locator(f"#task-{tracking.pk}")
    expect(task).to_contain_text("Track email engagement")
    task.get_by_role("button", name=re.compile("^Done: ")).click()
    expect(page.locator(f"#task-{tracking.pk}")).to_contain_text("by Dana Whitfield")


def go_to_step(page: Page, title: str) -> None:
    page.locator("#engage-rail").get_by_role("link", name=title).click()
    expect(step_title(page)).to_have_text(title)


def step_title(page: Page) -> Locator:
    return page.locator("#step-title")


def champion_card(page: Page) -> Locator:
    return page.locator(".draft-card", has_text=CHAMPION)


def save(card: Locator) -> None:
    card.get_by_role("button", name="Save to Drafts").click()


def test_keys_lead_through_the_steps(browser: Browser, live_server: Any, dana: User) -> None:
    customer = factories.CustomerFactory.create(owner=dana, timezone="UTC")
    factories.StakeholderFactory.create(customer=customer)
    today = local_date(datetime.now(UTC), "UTC")
    ends = today + timedelta(days=118)
    factories.ContractFactory.create(customer=customer, start_date=today, renewal_date=ends)
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/customers/{customer.pk}/engage")
    page.get_by_role("button", name="Open Engage").click()
    expect(step_title(page)).to_have_text("Sequence")
    page.wait_for_load_state()  # the keys are heard once the page's scripts have run

    page.keyboard.press("]")
    expect(step_title(page)).to_have_text("Price communication")
    expect(page).to_have_url(re.compile("/engage/pricing$"))
    page.keyboard.press("]")
    expect(page).to_have_title(re.compile("^Emails"))  # said when the step has settled
    expect(step_title(page)).to_be_focused()
    page.get_by_label("Text").first.press("[")
    expect(step_title(page)).to_have_text("Emails")
    step_title(page).press("[")
    expect(step_title(page)).to_have_text("Price communication")
    page.go_back()
    expect(step_title(page)).to_have_text("Emails")
    expect(page.get_by_label("Text").first).to_have_value(re.compile(r"\["))  # what was typed went along
    context.close()


def test_key_that_is_pressed_before_a_step_has_settled_waits(browser: Browser, live_server: Any, dana: User) -> None:
    customer = opened_account(dana)
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/customers/{customer.pk}/engage/sequence")
    page.evaluate(
        """() => document.addEventListener(
            "htmx:afterSwap",
            () => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "]", bubbles: true })),
            { once: true },
        )"""
    )

    page.keyboard.press("]")

    expect(step_title(page)).to_have_text("Emails")
    expect(step_title(page)).to_be_focused()
    assert page.evaluate("performance.getEntriesByType('navigation')[0].name").endswith("/sequence")  # all in place
    context.close()


def test_step_is_gone_to_though_the_rail_was_drawn_anew_while_the_text_was_saved(
    browser: Browser, live_server: Any, dana: User
) -> None:
    customer = opened_account(dana)
    write_letters(EngageRun.objects.get(), now=datetime.now(UTC), by=dana)
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/customers/{customer.pk}/engage/emails")
    held: list[Route] = []
    page.route(lambda url: "/drafts/" in url, lambda route: held.append(route))

    page.get_by_label("Text").first.press("!")
    with page.expect_request(lambda request: request.method == "POST"):
        page.locator("#engage-rail").get_by_role("link", name="Rehearsal").click()
    page.evaluate(
        """() => {
            const rail = document.getElementById("engage-rail");
            const anew = rail.cloneNode(true);
            rail.replaceWith(anew);
            window.htmx.process(anew);
        }"""
    )
    for route in held:
        route.continue_()

    expect(step_title(page)).to_have_text("Rehearsal")
    context.close()


def test_signed_out_meanwhile_is_asked_in_again(browser: Browser, live_server: Any, dana: User) -> None:
    customer = opened_account(dana)
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/customers/{customer.pk}/engage/sequence")
    expect(step_title(page)).to_have_text("Sequence")

    context.clear_cookies()
    page.locator("#engage-rail").get_by_role("link", name="Rehearsal").click()

    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    context.close()


def test_rail_counts_an_email_that_leaves_after_its_delay(browser: Browser, live_server: Any, dana: User) -> None:
    WorkspaceSettings.objects.update(undo_seconds=1)
    customer = opened_account(dana)
    write_letters(EngageRun.objects.get(), now=datetime.now(UTC), by=dana)
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/customers/{customer.pk}/engage/emails")
    expect(page.locator("#engage-rail")).to_contain_text("0 of 1 sent")

    page.get_by_role("link", name="Send Email").click()
    page.locator("dialog[open]").get_by_role("button", name="Send Email").click()

    expect(page.locator("#engage-rail")).to_contain_text("1 of 1 sent", timeout=10_000)
    context.close()


def test_lost_connection_is_said(browser: Browser, live_server: Any, dana: User) -> None:
    customer = opened_account(dana)
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/customers/{customer.pk}/engage/sequence")

    context.set_offline(True)
    page.locator("#engage-rail").get_by_role("link", name="Rehearsal").click()

    expect(page.get_by_role("alert")).to_contain_text("That did not work.")
    expect(step_title(page)).to_have_text("Sequence")
    context.close()


def opened_account(owner: User) -> Customer:
    customer = factories.CustomerFactory.create(owner=owner, name="Acme Robotics", timezone="UTC")
    factories.StakeholderFactory.create(customer=customer, name="Jennifer Park")
    today = local_date(datetime.now(UTC), "UTC")
    ends = today + timedelta(days=118)
    contract = factories.ContractFactory.create(customer=customer, start_date=today, renewal_date=ends)
    now = datetime.now(UTC)
    lock_price(open_renewal(contract, now=now, by=owner), now=now, by=owner)
    open_engage(customer, now=now, by=owner)
    return customer


@pytest.mark.parametrize("width", [1280, 390])
def test_no_step_is_wider_than_the_screen(browser: Browser, live_server: Any, dana: User, width: int) -> None:
    name = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh of Great Tew Manor"
    customer = factories.CustomerFactory.create(owner=dana, name=name, timezone="UTC")
    for role in ("champion", "decision_maker", "economic_buyer"):
        factories.StakeholderFactory.create(customer=customer, name=f"{name} {role}", roles=[role])
    today = local_date(datetime.now(UTC), "UTC")
    factories.ContractFactory.create(customer=customer, start_date=today, renewal_date=today + timedelta(days=117))
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    sign_in(page, live_server.url)
    start = f"{live_server.url}/customers/{customer.pk}/engage"
    page.goto(start)
    too_wide = [start] if is_too_wide(page, width) else []
    page.get_by_role("button", name="Open Engage").click()
    expect(step_title(page)).to_have_text("Sequence")

    for step in ("sequence", "pricing", "emails", "plan", "rehearsal", "actions"):
        page.goto(f"{start}/{step}")
        if is_too_wide(page, width):
            too_wide.append(step)
    context.close()

    assert too_wide == []


def is_too_wide(page: Page, width: int) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth") > width)
