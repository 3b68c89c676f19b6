"""Every main page in a real browser, wide and on a phone, light and dark, with the longest names: nothing sticks out,
nothing is too pale to read, nothing moves while it loads, every control has a name, the console stays empty."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from customers.models import Customer, User
from customers.services.todos import add_todo
from emails.models import Draft
from journeys.enums import JourneyKind
from journeys.models import AutomationLog, AutomationSchedule, Deliverable, JourneyChange
from journeys.services.pausing import pause_journey
from outreach.models import OutreachSequence
from outreach.services.outreach_stand_in import connect_stand_in
from renewals.services.engage import open_engage
from renewals.services.letters import write_letters
from renewals.services.renewals import lock_price, open_renewal
from tests import factories
from tests.journeys.clockwork import make_automation
from tests.journeys.deliverable_ground import fill_papers
from tests.journeys.ground import begin, deliver

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS = (Path(__file__).parent / "looks.js").read_text()
COUNT_SHIFTS = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
# A long page that arrives in pieces on a busy machine may move by less than can be seen.
A_HAIR = 0.02
WORD = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft"
LONGEST = f"{WORD} & Söhne 株式会社 شركة الخليج"


@pytest.fixture
def account(ops: User, live_server: Any) -> Customer:
    """An account with names as long as they come, in Engage, one of its letters with a claim that no record backs."""
    now = timezone.now()
    customer: Customer = factories.CustomerFactory.create(
        owner=ops,
        name=LONGEST,
        segment="Enterprise and the public sector",
        timezone="UTC",
        currency="AED",
    )
    for role in ("champion", "decision_maker", "economic_buyer"):
        factories.StakeholderFactory.create(
            customer=customer, name=f"{WORD} {role}", title=LONGEST, roles=[role], email=f"{role}.{'a' * 40}@x.example"
        )
    factories.UsageSampleFactory.create(customer=customer, at=now - timedelta(days=40), value=60)
    factories.UsageSampleFactory.create(customer=customer, at=now)
    factories.WinFactory.create(customer=customer, text=LONGEST)
    add_todo(LONGEST, customer=customer, now=now, by=ops)
    journey = begin(customer, now=now - timedelta(days=40), by=ops, start=now.date() - timedelta(days=40))
    deliver(journey, 1, now=now - timedelta(days=30), by=ops)
    fill_papers(journey, LONGEST, now=now, by=ops)
    pause_journey(journey, days=9, reason=LONGEST[:200], now=now, by=ops)
    row = make_automation(customer, now, kind=JourneyKind.UPCOMING, occurrence="month-3")
    AutomationLog.objects.create(
        customer=customer, automation=row, at=now, type=row.type, kind=row.kind, action="Skipped", status="SKIPPED",
        attempt=2, metadata={"reason": LONGEST}, error_message=f"{WORD}Error: {LONGEST}",
    )  # fmt: skip
    ends = datetime.now(UTC).date() + timedelta(days=110)
    contract = factories.ContractFactory.create(
        customer=customer, start_date=ends - timedelta(days=365), renewal_date=ends, currency="AED",
        current_price=1_234_567_890, target_price=1_296_296_284, plan=LONGEST,
    )  # fmt: skip
    lock_price(open_renewal(contract, now=now, by=ops), now=now, by=ops)
    write_letters(open_engage(customer, now=now, by=ops), now=now, by=ops)
    connect_stand_in(now=now, by=ops)
    OutreachSequence.objects.filter(is_locked=False).update(name=LONGEST, description=LONGEST)
    letter = Draft.objects.filter(customer=customer).order_by("position")[0]
    Draft.objects.filter(pk=letter.pk).update(body=f"{letter.body}\n\nYou saved 41 % of 12,345 hours.")
    return customer


@pytest.fixture
def addresses(account: Customer) -> list[str]:
    here = f"/customers/{account.pk}"
    letter = Draft.objects.filter(customer=account).order_by("position")[0]
    automation = AutomationSchedule.objects.filter(customer=account, kind=JourneyKind.UPCOMING)[0]
    deliverables = list(Deliverable.objects.filter(customer=account).order_by("month__number"))
    change = JourneyChange.objects.filter(customer=account)[0]
    return [
        *("/", "/?stage=engage&sort=-risk", "/?q=nobody", "/approvals", "/mailbox", "/needs-review", "/import"),
        *("/forecast", "/what-works", "/overrules", "/?ends=behind&currency=AED&settled=kept&confidence=given"),
        *(
            "/journeys",
            "/journeys?month=1",
            "/journeys?state=none",
            "/journeys/selection/adjust",
            "/journeys/selection/resume",
        ),
        *("/journeys/log", "/journeys/log?q=nothing", "/journeys/health", "/journeys/health/savings"),
        *("/settings", "/settings/people", "/settings/tokens", "/settings/profile", "/settings/suppressed", "/replies"),
        *(
            f"/settings/{page}"
            for page in ("expansion", "crm", "outreach", "stand-ins", "usage-sources", "usage-sources/new")
        ),
        *("/clock/confirm", "/journeys/simulate?days=40&opens=all&approve_after_days=0"),
        *(
            here,
            f"{here}/edit",
            f"{here}/activity",
            f"{here}/merge?q=d",
            f"{here}/mails",
            f"{here}/write",
            f"{here}/renewal/outcome",
            f"{here}/journey",
            *(f"{here}/journey/actions/{code}" for code in ("start", "pause", "resume", "adjust", "skip", "cancel")),
            f"{here}/journey/automations/{automation.pk}/trigger",
            f"{here}/journey/changes/{change.pk}/undo",
            *(f"{here}/{paper}" for paper in ("onboarding", "onboarding/versions", "business-plan", "months/3/write")),
            f"{here}/business-plan/versions",
        ),
        *(f"{here}/engage/{step}" for step in ("sequence", "pricing", "emails", "plan", "rehearsal", "actions")),
        *(f"/drafts/{letter.pk}{part}" for part in ("", "/preview", "/send", "/versions")),
        *(f"/deliverables/{one.pk}" for one in deliverables),
        *(f"/deliverables/{deliverables[1].pk}/{part}" for part in ("versions", "rewrite")),
    ]


@pytest.fixture(params=[1280, 390])
def page(request: pytest.FixtureRequest, browser: Browser, live_server: Any, ops: User) -> Iterator[Page]:
    client = Client()
    client.force_login(ops)
    context = browser.new_context(viewport={"width": request.param, "height": 900}, reduced_motion="reduce")
    context.add_init_script(COUNT_SHIFTS)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    context.add_cookies([cookie])  # type: ignore[list-item]
    yield context.new_page()
    context.close()


def test_pages_look_right(page: Page, live_server: Any, addresses: list[str]) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))

    wrong = {address: found for address in addresses if (found := look(page, live_server.url + address))}

    assert wrong == {}
    assert [words for words in said if "frame is sandboxed" not in words] == []


def test_pages_before_the_door_look_right(page: Page, live_server: Any) -> None:
    page.context.clear_cookies()

    wrong = {at: found for at in ("/sign-in", "/password/forgotten") if (found := look(page, live_server.url + at))}

    assert wrong == {}


def look(page: Page, address: str) -> dict[str, Any]:
    """What is wrong with a page, in the light and in the dark; empty where nothing is."""
    response = page.goto(address)
    found: dict[str, Any] = {} if response and response.ok else {"answer": response and response.status}
    return found | look_here(page)


def look_here(page: Page) -> dict[str, Any]:
    """The same for the page that is open."""
    found: dict[str, Any] = {}
    expect(page.locator('[hx-trigger="load"]')).to_have_count(0, timeout=15_000)  # what is fetched is there
    for theme in ("light", "dark"):
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        seen = page.evaluate(LOOKS)
        seen["shift"] = seen["shift"] if seen["shift"] > A_HAIR else 0
        found |= {f"{theme} {what}": value for what, value in seen.items() if value}
    return found
