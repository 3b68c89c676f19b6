"""The pages of upsell runs in a real browser: in every state, with the longest names, and with nothing there yet."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from customers.models import Customer, User
from outreach.enums import AutomationLevel, StepState, UpsellReply, UpsellStepName
from outreach.models import Offer, UpsellRun, UpsellStep
from outreach.services.upsell import stepping
from outreach.services.upsell.answering import take_reply
from outreach.services.upsell.deciding import approve_step, cancel_run, skip_step
from outreach.services.upsell.moving import advance, lock_run
from outreach.services.upsell.starting import start_run
from tests import factories
from tests.flows.test_looks import LONGEST, WORD, look, page

__all__ = ["page"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def account(ops: User, live_server: Any) -> Customer:
    now = timezone.now()
    customer: Customer = factories.CustomerFactory.create(owner=ops, name=LONGEST, timezone="UTC", health_score=90)
    factories.StakeholderFactory.create(customer=customer, name=f"{WORD} Müller", title=LONGEST, primary=True)
    factories.ContractFactory.create(customer=customer, plan=WORD, current_price=Decimal(1_234_567_890))
    for days, value in ((40, 60), (1, 98)):
        factories.UsageSampleFactory.create(
            customer=customer, metric=WORD[:80], at=now - timedelta(days=days), value=value
        )
    Offer.objects.create(
        name=f"{WORD} Plus", annual_price=Decimal(9_876_543_210), features=[WORD, LONGEST[:120], "Single sign-on"]
    )
    return customer


@pytest.fixture
def runs(account: Customer, ops: User) -> dict[str, UpsellRun]:
    """One run in each state that has a look of its own."""
    made = {name: _start(account, ops, name) for name in ("mail", "reply", "meeting", "doubt", "done", "cancelled")}
    stepping.sweep(timezone.now())
    for name in ("reply", "meeting", "doubt", "done"):
        skip_step(
            made[name], UpsellStepName.SEND_EMAIL_DRAFT, now=timezone.now(), by=ops, reason=f"It was said to {WORD}"
        )
    stepping.sweep(timezone.now())
    take_reply(made["meeting"].pk, UpsellReply.YES, now=timezone.now(), by=ops)
    take_reply(made["done"].pk, UpsellReply.MAYBE, now=timezone.now(), by=ops)
    approve_step(made["done"], UpsellStepName.LOG_OPPORTUNITY, now=timezone.now(), by=ops)
    stepping.sweep(timezone.now())
    cancel_run(made["cancelled"], now=timezone.now(), by=ops, reason=LONGEST)
    _bring_into_doubt(made["doubt"])
    made["human"] = _start(account, ops, "human", AutomationLevel.HUMAN)
    return made


def _start(account: Customer, by: User, name: str, level: AutomationLevel = AutomationLevel.FULL) -> UpsellRun:
    return start_run(account, event_id=f"{name}-{WORD}", metric=WORD[:80], asked=level, now=timezone.now(), by=by).run


def _bring_into_doubt(run: UpsellRun) -> None:
    from django.db import transaction

    with transaction.atomic():
        UpsellStep.objects.filter(run=run, name=UpsellStepName.WAIT_FOR_REPLY).update(
            state=StepState.WAITING, output={}
        )
        UpsellStep.objects.filter(run=run, name=UpsellStepName.POST_SLACK_SUMMARY).update(
            state=StepState.UNKNOWN, outcome=f"Slack did not answer: {LONGEST}", done_at=None
        )
        advance(lock_run(run.pk), now=timezone.now())


def test_pages_look_right(page: Page, live_server: Any, runs: dict[str, UpsellRun]) -> None:
    states = ("running", "waiting_person", "completed", "cancelled")
    addresses = (
        "/upsell-runs", "/upsell-runs/new", *(f"/upsell-runs?state={state}" for state in states),
        *(f"/upsell-runs/{run.pk}" for run in runs.values()),
    )  # fmt: skip

    assert {at: wrong for at in addresses if (wrong := look(page, live_server.url + at))} == {}


def test_empty_pages_look_right(page: Page, live_server: Any, ops: User) -> None:
    addresses = ("/upsell-runs", "/upsell-runs/new", "/upsell-runs?state=completed")

    assert {at: wrong for at in addresses if (wrong := look(page, live_server.url + at))} == {}


def test_run_is_started_by_hand_and_decided_on(page: Page, live_server: Any, account: Customer) -> None:
    page.goto(f"{live_server.url}/upsell-runs/new?account={account.pk}&metric=users")
    page.get_by_label("Event").fill("")
    page.get_by_role("button", name="Start it").click()
    expect(page.locator(".field-error")).to_have_count(1)
    expect(page.get_by_label("Metric")).to_have_value("users")
    page.get_by_label("Event").fill("by-hand")
    page.get_by_role("button", name="Start it").click()
    page.get_by_role("heading", name="users at").wait_for()

    stepping.sweep(timezone.now())
    page.reload()
    page.get_by_text("Somebody's approval of the mail.").first.wait_for()
    page.get_by_text("Leave it out").first.click()
    page.locator("#send_email_draft [name=reason]").fill("We have met")
    page.get_by_role("button", name="Leave it out").click()
    page.get_by_text("We have met").first.wait_for()
