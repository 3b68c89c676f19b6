"""A CSM's day in one walk, in a real browser: the book comes in, a renewal is engaged and its letter sent, a reply
stops the account and is decided on, another client is held, a third introduced to more, and at a fourth somebody is
put into a sequence."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from customers.models import Brake, Customer, Hold, User, WorkspaceSettings
from customers.models.workspace import ONLY_ID
from emails.enums import DraftState
from emails.models import CapturedMail, Draft, Reply
from journeys.models import AutomationSchedule
from journeys.services.clock import tick
from outreach.models import Enrollment, Offer, OutreachPlan, Reaction, UpsellIntroduction
from outreach.services.outreach_stand_in import connect_stand_in
from renewals.models import Renewal
from tests import factories
from tests.browsing import wait_for_editor
from tests.conftest import NOW
from tests.emails.corpus import Sent
from tests.emails.event_calls import Signer, stamp
from tests.emails.inbound_calls import TYPE, raw_call

DATA = Path(__file__).resolve().parent.parent / "data"
PASSWORD = "a quiet morning in May"
SIGNER = Signer()
TODAY = NOW.date()
RENEWING, HELD, GROWING, WELCOMED = (
    "Brightwater Logistics, Inc.",
    "Castellan Insurance Group",
    "Pinecrest Outdoor Supply Co.",
    "Harlow & Finch LLP",
)
CHAMPION = "rebecca.okafor@brightwater-logistics.example"
DAYS_LEFT = {RENEWING: 115, HELD: 200, GROWING: 240, WELCOMED: 300}

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def clock() -> Iterator[Any]:
    """Let the day begin at nine in Chicago and go on from there."""
    with time_machine.travel(NOW, tick=True) as traveller:
        yield traveller


@pytest.fixture
def dana(live_server: Any, clock: Any, settings: Any) -> User:
    """The owner of the whole book. The workspace has a price list, and Outreach.io's stand-in is connected."""
    settings.INBOUND_DOMAIN = "in.evergreen.example"
    settings.SENDGRID_EVENT_PUBLIC_KEY = SIGNER.public_key
    WorkspaceSettings.objects.update_or_create(pk=ONLY_ID, defaults={"undo_seconds": 0})
    Offer.objects.create(name="Enterprise", annual_price=108_000, features=["Unlimited seats", "Priority support"])
    user: User = factories.UserFactory.create(
        username="dana",
        first_name="Dana",
        last_name="Whitfield",
        team=factories.TeamFactory.create(),
        password=PASSWORD,
    )
    connect_stand_in(now=timezone.now(), by=factories.UserFactory.create(username="olga", role="ops", is_staff=True))
    return user


@pytest.fixture
def book(tmp_path: Path) -> list[Path]:
    """The exports of tests/data, all accounts Dana's, with terms that end where the day needs it, and a file of use."""
    accounts, use = tmp_path / "accounts.csv", tmp_path / "usage.csv"
    with (DATA / "salesforce_accounts.csv").open(newline="") as source, accounts.open("w", newline="") as target:
        rows = csv.DictReader(source)
        writer = csv.DictWriter(target, rows.fieldnames or ())
        writer.writeheader()
        for row in rows:
            ends = TODAY + timedelta(days=DAYS_LEFT.get(row["Account Name"], 330))
            starts = ends - timedelta(days=364)
            writer.writerow(
                {
                    **row,
                    "Account Owner": "Dana Whitfield",
                    "Contract Start Date": f"{starts:%m/%d/%Y}",
                    "Contract End Date": f"{ends:%m/%d/%Y}",
                }
            )
    with use.open("w", newline="") as target:
        writer_of_use = csv.writer(target)
        writer_of_use.writerow(["Account Name", "Metric", "Usage", "Limit", "Usage Date"])
        for days, value in ((50, 60), (30, 80), (1, 98)):
            writer_of_use.writerow([GROWING, "seats", value, 100, (TODAY - timedelta(days=days)).isoformat()])
    return [accounts, DATA / "salesforce_contacts.csv", use]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    opened = context.new_page()
    opened.on("pageerror", lambda error: pytest.fail(str(error)))
    yield opened
    context.close()


def test_a_days_work(page: Page, live_server: Any, dana: User, book: list[Path], clock: Any) -> None:
    desk = live_server.url

    sign_in(page, desk)
    import_the_book(page, book)
    see_today(page)
    engage(page)
    edit_in_place(page)
    approve_by_keyboard(page)
    read_it_in_the_mailbox(page, desk)
    receive_an_objection(page, desk)
    confirm_negotiate(page)
    hold_a_client(page)
    introduce_more(page, desk, clock)
    enroll(page, desk)
    see_what_is_left(page, desk)


def sign_in(page: Page, desk: str) -> None:
    page.goto(f"{desk}/sign-in")
    page.get_by_label("Username").fill("dana")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    expect(page.locator("main")).to_contain_text("Start with your book")


def import_the_book(page: Page, book: list[Path]) -> None:
    page.locator("main").get_by_role("link", name="Import your book").click()
    page.locator("input[type=file]").set_input_files(book)
    page.get_by_role("button", name="Check the files").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check before importing")
    assert not Customer.objects.exists()

    page.get_by_role("button", name=re.compile(r"^Import \d+ rows?$")).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Imported")
    assert Customer.objects.filter(owner__username="dana").count() == Customer.objects.count() == 8
    assert account(RENEWING).stakeholders.count() == 3


def see_today(page: Page) -> None:
    """What needs her stands first, with its one next step in place."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Today").click()
    expect(page.locator("#today .today-item").first).to_contain_text(RENEWING)


def engage(page: Page) -> None:
    page.locator("#today").get_by_role("link", name="Lock the price").last.click()
    page.get_by_role("button", name="Lock the price").click()
    expect(page.locator("main")).to_contain_text("Locked")
    assert renewal().price_locked_at

    page.get_by_role("link", name="Engage", exact=True).click()
    page.get_by_role("button", name="Open Engage").click()
    expect(page.locator("#engage-rail")).to_contain_text("0 of 3 sent")
    assert OutreachPlan.objects.get().customer == account(RENEWING)


def edit_in_place(page: Page) -> None:
    page.locator("#engage-rail").get_by_role("link", name="Emails").click()
    card = page.locator(".draft-card", has_text=CHAMPION)
    wait_for_editor(card)
    body = card.get_by_label("Text")
    body.fill(body.input_value().replace("\n\n", "\n\nIt was good to hear how the depots get on.\n\n", 1))
    card.get_by_role("button", name="Save to Drafts").click()

    expect(card.locator("[data-save-state]")).to_contain_text("Saved")
    assert "how the depots get on" in letter().body


def approve_by_keyboard(page: Page) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name=re.compile("Approvals")).click()
    title = page.locator("#approval-title")
    expect(title).to_have_text("Tom Brandt")
    page.wait_for_load_state()  # the keys are heard once the page's scripts have run
    page.keyboard.press("j")
    expect(title).to_have_text("Lucinda Marsh")
    page.keyboard.press("j")
    expect(title).to_have_text("Rebecca Okafor")
    expect(page.locator(".approvals-one")).to_contain_text("how the depots get on")

    page.keyboard.press("a")

    expect(title).not_to_have_text("Rebecca Okafor")
    assert letter().approved_by == User.objects.get(username="dana")


def read_it_in_the_mailbox(page: Page, desk: str) -> None:
    page.goto(f"{desk}/mailbox")
    page.get_by_role("link", name=re.compile(CHAMPION)).click()

    expect(page.frame_locator("iframe").locator("body")).to_contain_text("how the depots get on")
    assert letter().state == DraftState.SENT
    assert CapturedMail.objects.get().draft == letter()


def receive_an_objection(page: Page, desk: str) -> None:
    """The reply comes in as SendGrid's call, signed. It stops the account, and Today asks how it goes on."""
    words = "Thank you, Dana. Honestly, the new price is too high for us. We cannot pay that much."
    assert call_in(page, desk, write_reply(words)) == (200, {"status": "kept"})
    tick(now=timezone.now())

    assert Reply.objects.get().classification == "objection_price"
    assert Brake.objects.get(cleared_at=None).customer == account(RENEWING)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Today").click()
    asked = page.locator("#today .today-item")
    expect(asked).to_have_count(1)
    expect(asked).to_contain_text("Rebecca Okafor answered. Every touch to the account waits for your choice.")


def confirm_negotiate(page: Page) -> None:
    page.get_by_role("link", name="A reply came: how does it go on?").click()
    expect(page.locator("blockquote")).to_contain_text("too high")
    expect(page.get_by_role("radio", name=re.compile("^Negotiate"))).to_be_checked()

    page.get_by_role("button", name="Confirm").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Negotiate")
    expect(page.locator("main")).to_contain_text("Prepared answer")
    assert Reaction.objects.get().choice == "negotiate"
    assert renewal().negotiate_started_at
    assert not Brake.objects.filter(cleared_at=None).exists()
    planned = AutomationSchedule.objects.filter(customer=account(RENEWING), kind__startswith="outreach.")
    assert set(planned.values_list("status", flat=True)) == {"CANCELLED"}


def hold_a_client(page: Page) -> None:
    page.get_by_role("searchbox").fill("Castellan")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=HELD).first.click()
    page.get_by_role("link", name="Hold", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("First day on which it goes on").fill((TODAY + timedelta(days=14)).isoformat())
    dialog.get_by_label("Why").fill("Their offices move.")
    dialog.get_by_role("button", name="Hold", exact=True).click()

    expect(page.locator("main")).to_contain_text("Their offices move.")
    assert Hold.objects.get(ended_at=None).customer == account(HELD)


def introduce_more(page: Page, desk: str, clock: Any) -> None:
    page.keyboard.press("Control+k")
    bar = page.get_by_role("dialog", name="Command bar")
    bar.get_by_label("What do you want to do?").fill("Introduce upsell to Pinecrest")
    page.keyboard.press("Enter")
    expect(bar.get_by_text("98 of 100 (98 %)")).to_be_visible()
    bar.get_by_role("button", name="Send", exact=True).click()
    expect(bar.get_by_role("button", name="Send Email")).to_be_focused()
    page.keyboard.press("Enter")
    expect(bar.get_by_text("Next try Wed 09:00 in Denver").last).to_be_visible()
    introduced = UpsellIntroduction.objects.get()
    assert (introduced.customer, introduced.draft.state) == (account(GROWING), DraftState.QUEUED)
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()

    clock.shift(timedelta(hours=1))
    tick(now=timezone.now())

    page.goto(f"{desk}/mailbox")
    expect(page.get_by_role("link", name=re.compile("cody.ramirez@pinecrest.example"))).to_be_visible()
    introduced.draft.refresh_from_db()
    assert introduced.draft.state == DraftState.SENT


def enroll(page: Page, desk: str) -> None:
    page.goto(f"{desk}/customers/{account(WELCOMED).pk}/sequences")
    page.get_by_label("Sequence", exact=True).select_option(label="Onboarding: first steps")
    page.get_by_role("checkbox", name=re.compile("Giles")).check()
    page.get_by_role("button", name="Put forward").click()
    expect(page.locator(".sequence-row")).to_contain_text("Giles Thornbury")
    assert Enrollment.objects.get().state == "pending_approval"
    page.get_by_role("button", name="Approve").click()
    expect(page.locator(".sequence-row")).to_contain_text("approved by Dana Whitfield")
    tick(now=timezone.now())
    page.reload()

    row = Enrollment.objects.get()
    assert (row.state, row.stakeholder.name) == ("enrolled", "Giles Thornbury")


def see_what_is_left(page: Page, desk: str) -> None:
    """The answer to the objection waits for her yes; the end of the hold stands in what comes."""
    page.goto(f"{desk}/today")

    answer = page.get_by_role("listitem", name="Approve the email to Rebecca Okafor")
    expect(answer).to_contain_text("Answer in the thread")
    expect(page.get_by_role("region", name="What comes next")).to_contain_text("The hold ends")


def account(name: str) -> Customer:
    found: Customer = Customer.objects.get(name=name)
    return found


def renewal() -> Renewal:
    found: Renewal = Renewal.objects.get(customer__name=RENEWING)
    return found


def letter() -> Draft:
    found: Draft = Draft.objects.get(stakeholder__email=CHAMPION)
    return found


def write_reply(words: str) -> bytes:
    sent = letter()
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"Rebecca Okafor <{CHAMPION}>"
    mail["To"] = to = f"reply+{sent.reply_token}@in.evergreen.example"
    mail["Subject"] = f"Re: {sent.subject}"
    mail["Message-ID"] = "<answer-1@brightwater-logistics.example>"
    mail["In-Reply-To"] = sent.message_id
    mail["Date"] = timezone.now()
    mail.set_content(words)
    return raw_call(Sent(mail.as_bytes(), CHAMPION, CHAMPION), to)


def call_in(page: Page, desk: str, body: bytes) -> tuple[int, Any]:
    at = timezone.now()
    headers = {
        "Content-Type": TYPE,
        "X-Twilio-Email-Event-Webhook-Signature": SIGNER.sign(body, stamp(at)),
        "X-Twilio-Email-Event-Webhook-Timestamp": stamp(at),
    }
    answer = page.request.post(f"{desk}/webhooks/sendgrid/inbound/signed", data=body, headers=headers)
    return answer.status, answer.json()
