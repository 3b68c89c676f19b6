"""The pages of expansion in a real browser: with the longest names, with nothing there yet, and the letter in place."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from customers.models import Customer, User
from outreach.enums import Framing, OpportunityStage
from outreach.models import FeatureRequest, Offer, Opportunity, UpsellIntroduction
from outreach.services.introductions import write_introduction
from outreach.services.opportunities import look_for_expansion
from tests import factories
from tests.flows.test_looks import LONGEST, WORD, look, page

__all__ = ["page"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def account(ops: User, live_server: Any) -> Customer:
    """An account with names as long as they come, near a limit, introduced before and now again."""
    now = timezone.now()
    avery = factories.UserFactory.create(username="avery", first_name=WORD[:40], last_name="Berg")
    customer: Customer = factories.CustomerFactory.create(
        owner=ops, account_executive=avery, name=LONGEST, segment=WORD[:80], timezone="UTC", health_score=40
    )
    factories.StakeholderFactory.create(customer=customer, name=f"{WORD} Müller", title=LONGEST, primary=True)
    factories.ContractFactory.create(customer=customer, plan=WORD, current_price=Decimal(1_234_567_890))
    for metric in ("users", f"{WORD[:70]}_calls"):
        factories.UsageSampleFactory.create(customer=customer, metric=metric, at=now - timedelta(days=40), value=60)
        factories.UsageSampleFactory.create(customer=customer, metric=metric, at=now - timedelta(days=1))
    factories.UsageSampleFactory.create(customer=customer, metric="exports", at=now - timedelta(days=1), value=3)
    factories.WinFactory.create(customer=customer, text=LONGEST)
    FeatureRequest.objects.create(customer=customer, text=LONGEST, source=WORD[:80], asked_on=now.date())
    Offer.objects.create(
        name=f"{WORD} Plus", annual_price=Decimal(9_876_543_210), features=[WORD, LONGEST[:120], "Single sign-on"],
        resources_url=f"https://evergreen.example/{'a' * 120}",
    )  # fmt: skip
    for place in range(24):
        sent_at = now - timedelta(days=20 + place * 9)
        framing = tuple(Framing)[place % 3]
        UpsellIntroduction.objects.create(
            customer=customer, framing=framing, proposed=Framing.PROACTIVE, written_at=sent_at, sent_at=sent_at,
            response="yes" if place % 4 else "", responded_at=sent_at if place % 4 else None,
        )  # fmt: skip
    Opportunity.objects.create(
        customer=customer, name=LONGEST, stage=OpportunityStage.LOST, closed_at=now, found_at=now, end_reason=LONGEST,
        estimated_value=Decimal(123_456_789), currency="AED",
    )  # fmt: skip
    look_for_expansion(customer, now=now, by=ops)
    write_introduction(customer.pk, by=ops, now=now, copies_account_executive=True)
    return customer


def test_pages_look_right(page: Page, live_server: Any, account: Customer) -> None:
    found = Opportunity.objects.filter(customer=account, stage=OpportunityStage.IDENTIFIED)[0]
    closed = Opportunity.objects.filter(customer=account, stage=OpportunityStage.LOST)[0]
    offer = Offer.objects.get()
    addresses = (
        f"/customers/{account.pk}/expansion",
        f"/customers/{account.pk}/panels/expansion",
        *("/opportunities", "/opportunities?stage=lost", f"/opportunities/{found.pk}", f"/opportunities/{closed.pk}"),
        *("/expansion/offers", "/expansion/offers/new", f"/expansion/offers/{offer.pk}", "/expansion/learning"),
    )

    assert {at: wrong for at in addresses if (wrong := look(page, live_server.url + at))} == {}


def test_empty_pages_look_right(page: Page, live_server: Any, ops: User) -> None:
    quiet = factories.CustomerFactory.create(owner=ops, health_score=None)
    addresses = (f"/customers/{quiet.pk}/expansion", "/opportunities", "/expansion/offers", "/expansion/learning")

    assert {at: wrong for at in addresses if (wrong := look(page, live_server.url + at))} == {}


def test_introduction_is_written_and_edited_in_place(page: Page, live_server: Any, account: Customer) -> None:
    page.goto(f"{live_server.url}/customers/{account.pk}/expansion")
    page.get_by_role("radio", name="Educational").check(force=True)
    page.get_by_role("button", name="Write the introduction").click()
    subject = page.locator(".draft-card [name=subject]")
    expect(subject).to_have_value(re.compile("^A few ideas"))

    body = page.locator(".draft-card textarea[name=body]")
    assert "Make the most of what you have" in body.input_value()
    page.get_by_role("button", name="Drop").click()
    page.get_by_role("button", name="CC Account Executive").wait_for()
    assert not page.get_by_role("button", name="Drop").count()
