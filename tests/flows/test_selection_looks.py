"""What is done to many clients at once, in a real browser: asked, shown, played forward, taken back, answered for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from customers.models import Customer, User
from customers.services.holds import hold_customer
from emails.enums import Writer
from journeys.enums import DeliverableState, JourneyState, VersionAnswer
from journeys.models import AutomationSchedule, Feedback, Journey, JourneyChange, RolloutRun, SimulationRun
from journeys.queries.programmes import current_version, read_text
from journeys.rules.simulated.world import Assumptions
from journeys.services.bulk import adjust_journeys, skip_months, start_journeys
from journeys.services.programmes import publish_draft, save_draft
from journeys.services.simulation_runs import ask_simulation, play_due
from tests import factories
from tests.flows.test_journey_looks import link_of
from tests.flows.test_looks import LONGEST, WORD, look, look_here, page
from tests.journeys.ground import default_version
from tests.journeys.portal_ground import make_contact, make_deliverable

__all__ = ["page"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BODY = f"""# {LONGEST}

Where {WORD} stands today: 41 % more than last year, in 12 countries.

## What to do next
- First {WORD}
- Second: 12,345 EUR until the end of the year

{"A paragraph of some length, as a plan has them. " * 12}
"""


@pytest.fixture
def clients(ops: User, live_server: Any) -> list[Customer]:
    """Five accounts, four of them under way, one of these paused."""
    now = timezone.now()
    default_version()
    names = (LONGEST, "Acme", WORD, "Birch & Sons", "Cedar")
    made: list[Customer] = [factories.CustomerFactory.create(owner=ops, name=name, timezone="UTC") for name in names]
    for customer in made:
        make_contact(customer, name=LONGEST, title=LONGEST)
    begun = now - timedelta(days=20)
    start_journeys(made[:4], start_date=begun.date(), now=begun, by=ops)
    hold_customer(made[3], scope="journey", until=None, reason=LONGEST[:200], now=now, by=ops)
    return made


@pytest.fixture
def addresses(clients: list[Customer], ops: User) -> list[str]:
    now = timezone.now()
    moved = adjust_journeys(clients[:3], days=9, now=now, by=ops).done[0]
    skip_months(clients[:2], 3, reason=LONGEST[:200], now=now + timedelta(seconds=1), by=ops)
    played, asked, failed = (_play(clients, ops), _ask(clients, ops), _ask(clients, ops, problem=LONGEST[:200]))
    making, _ = _publish(ops)
    assert moved.batch is not None
    skipped = JourneyChange.objects.filter(action="skipped")[0]
    assert skipped.batch is not None
    return [
        "/journeys/batches",
        *(reverse("journeys:undo_batch", args=[batch]) for batch in (moved.batch, skipped.batch)),
        *(reverse("journeys:simulation_run", args=[run.pk]) for run in (played, asked, failed)),
        *(f"/journeys/selection/{code}" for code in ("start", "pause", "trigger", "force", "cancel", "skip")),
        "/journeys/health",
        f"/customers/{clients[1].pk}/journey/actions/trigger",
        reverse("admin:journeys_programme_rollout_page", args=[making.programme_id]),
    ]


def _play(clients: list[Customer], ops: User) -> SimulationRun:
    run = ask_simulation([one.pk for one in clients], Assumptions(), days=120, now=timezone.now(), by=ops)
    play_due(now=timezone.now())
    run.refresh_from_db()
    return run


def _ask(clients: list[Customer], ops: User, *, problem: str = "") -> SimulationRun:
    """One that waits for its turn, or one that came to nothing."""
    now = timezone.now()
    fields: dict[str, Any] = {"finished_at": now, "problem": problem} if problem else {"due_at": now, "played": 2}
    run: SimulationRun = SimulationRun.objects.create(user=ops, assume=Assumptions().as_json(), total=5, **fields)
    return run


def _publish(ops: User) -> tuple[Any, RolloutRun]:
    """A newer version, and the clock half through its answers for all."""
    now, programme = timezone.now(), default_version().programme
    current = current_version(programme)
    assert current is not None
    text = read_text(current)
    steps = tuple(replace(step, title=LONGEST[:100]) if step.number == 5 else step for step in text.steps)
    wanted = replace(text, steps=steps)
    draft = save_draft(programme, wanted, given=wanted.steps, note=LONGEST[:200], edit=None, now=now, by=ops)
    version = publish_draft(programme, edit=draft.edit, now=now, by=ops)
    run = RolloutRun.objects.create(
        version=version, answer=VersionAnswer.MOVE, asked_at=now, by=ops, total=900, answered=500,
        refused=[[LONGEST, "Nothing would be left to deliver."], ["Acme", "It stands on it already."]],
    )  # fmt: skip
    return version, run


def test_pages_of_many_clients_look_right(page: Page, live_server: Any, addresses: list[str]) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)

    wrong = {address: found for address in addresses if (found := look(page, live_server.url + address))}

    assert wrong == {}
    assert said == []


def test_cancellation_of_many_is_shown_before_it_is_confirmed(
    page: Page, live_server: Any, clients: list[Customer]
) -> None:
    page.goto(f"{live_server.url}/journeys/selection/cancel")
    page.fill("[name=reason]", LONGEST[:200])
    page.click("text=Show what changes")
    page.wait_for_selector("text=Old and new dates")

    assert look_here(page) == {}
    page.click("button[name=seen]:not([value=''])")
    page.wait_for_url("**/journeys")

    assert Journey.objects.filter(state=JourneyState.CANCELLED).count() == 4


def test_ticked_automations_in_the_admin_look_right(page: Page, live_server: Any, clients: list[Customer]) -> None:
    page.goto(f"{live_server.url}/admin/journeys/automationschedule/?kind=journey.upcoming")
    page.check("#action-toggle")
    page.select_option("select[name=action]", "trigger_now")
    page.click("button[name=index]")
    page.wait_for_selector("text=They are due now")

    assert look_here(page) == {}
    page.click("button:has-text('Trigger now')")

    page.wait_for_selector("text=triggered.")
    assert AutomationSchedule.objects.filter(kind="journey.upcoming", trigger_at__lte=timezone.now()).exists()


def test_deliverable_is_approved_as_headings_and_points(page: Page, live_server: Any, clients: list[Customer]) -> None:
    now, journey = timezone.now(), Journey.objects.get(customer=clients[0])
    waiting = make_deliverable(
        journey, 2, title=LONGEST[:200], body=BODY, state=DeliverableState.PENDING_REVIEW, delivered_at=None,
        review_since=now, writer=Writer.BUILT_IN,
    )  # fmt: skip

    found = look(page, f"{live_server.url}/approvals?open=deliverable:{waiting.pk}")

    assert found == {}
    assert page.locator(".document h3").all_inner_texts()[1:] == ["What to do next"]
    assert page.locator(".document li").count() == 2
    assert "## " not in page.inner_text(".document")


def test_questions_at_the_end_look_right(page: Page, live_server: Any, clients: list[Customer]) -> None:
    now, journey = timezone.now(), Journey.objects.get(customer=clients[0])
    Journey.objects.filter(pk=journey.pk).update(state=JourneyState.COMPLETED, completed_at=now)
    address = live_server.url + link_of(journey, clients[0].stakeholders.get(), now=now)
    page.context.clear_cookies()

    assert look(page, address) == {}
    page.click("text=Send")
    page.wait_for_selector(".wrong")
    assert look_here(page) == {}
    page.check("#id_is_supported_0")
    page.check("#id_likes_reminders_1")
    page.click("text=Send")

    page.wait_for_selector("text=Thank you for your answers.")
    assert look_here(page) == {}
    assert Feedback.objects.get().likes_reminders is False
