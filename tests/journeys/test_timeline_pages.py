"""A client's timeline and what is done there: shown first, done when it is confirmed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.enums import HoldScope
from customers.models import Customer, Hold, User
from customers.services.holds import hold_customer
from journeys.enums import AutomationStatus, JourneyKind, JourneyState
from journeys.models import AutomationSchedule, Journey, JourneyChange, JourneyMonth
from journeys.queries.journeys import get_open_journey
from journeys.services.pausing import pause_journey
from journeys.services.skipping import skip_month
from tests import factories
from tests.journeys.ground import approve_plan, begin, deliver, open_month, row

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
START = date(2026, 3, 9)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]


@pytest.fixture
def acme(csm: User) -> Customer:
    return factories.CustomerFactory.create(owner=csm, name="Acme Rail", timezone="America/New_York")


@pytest.fixture
def journey(acme: Customer, csm: User) -> Journey:
    return begin(acme, now=NOW - timedelta(hours=1), by=csm, start=START)


@pytest.fixture
def signed_in(client: Client, csm: User) -> Client:
    client.force_login(csm)
    return client


def here(customer: Customer, part: str = "") -> str:
    return f"/customers/{customer.pk}/journey{part}"


def show(client: Client, customer: Customer, code: str, **sent: Any) -> Any:
    """Send the form of an action, as its first button does."""
    response = client.post(here(customer, f"/actions/{code}"), {**sent, "seen": ""})
    assert response.status_code == 200
    return response


def confirm(client: Client, customer: Customer, code: str, **sent: Any) -> Any:
    """Look at what changes, and confirm what was shown."""
    shown = show(client, customer, code, **sent)
    assert "seen" in shown.context, shown.context["form"].errors
    return client.post(here(customer, f"/actions/{code}"), {**sent, "seen": shown.context["seen"]}, follow=True)


def test_timeline_says_how_each_month_stands(signed_in: Client, acme: Customer, csm: User) -> None:
    journey = begin(acme, now=NOW - timedelta(days=65), by=csm, start=date(2025, 12, 29))
    deliver(journey, 1, now=NOW - timedelta(days=60))
    open_month(journey, 1, now=NOW - timedelta(days=59))
    deliver(journey, 2, now=NOW - timedelta(days=5))
    skip_month(journey, 4, reason="Not needed", now=NOW, by=csm)

    response = signed_in.get(here(acme))

    months = response.context["timeline"].months
    assert [month.state for month in months[:5]] == ["OPENED", "DELIVERED", "SCHEDULED", "SKIPPED", "SCHEDULED"]
    assert [month.is_overdue for month in months[:4]] == [False, True, True, False]
    assert [badge.label for badge in months[0].badges] == ["Generated", "Delivered", "Opened"]
    page = response.content.decode()
    assert "Overdue" in page
    assert "Eight months v1" in page


def test_next_thirty_days_are_listed_and_who_changed_what(signed_in: Client, acme: Customer, journey: Journey) -> None:
    response = signed_in.get(here(acme))

    names = [item.name for item in response.context["timeline"].ahead]
    assert names == ["Coming soon, M1", "Write the deliverable, M1", "Not opened yet, M1", "Escalate to staff, M1"]
    assert "Journey started" in response.content.decode()
    assert "Dana Whitfield" in response.content.decode()


def test_client_without_a_journey_is_started_from_there(signed_in: Client, acme: Customer) -> None:
    assert "No journey yet" in signed_in.get(here(acme)).content.decode()

    shown = show(signed_in, acme, "start", start_date="2026-03-09")
    assert get_open_journey(acme) is None
    assert len(shown.context["plan"].months) == 8

    response = confirm(signed_in, acme, "start", start_date="2026-03-09")

    started = get_open_journey(acme)
    assert started is not None
    assert started.start_date == START
    assert response.redirect_chain == [(here(acme), 302)]


def test_what_was_not_shown_is_not_done(signed_in: Client, acme: Customer, journey: Journey) -> None:
    shown = show(signed_in, acme, "adjust", start_date="2026-03-16")

    response = signed_in.post(
        here(acme, "/actions/adjust"), {"start_date": "2026-03-23", "seen": shown.context["seen"]}
    )

    journey.refresh_from_db()
    assert (response.status_code, journey.start_date) == (200, START)
    assert response.context["plan"].months[0].new == date(2026, 3, 23)


def test_adjusting_shows_old_and_new_dates_then_moves(signed_in: Client, acme: Customer, journey: Journey) -> None:
    plan = show(signed_in, acme, "adjust", start_date="2026-03-16").context["plan"]
    assert (plan.months[0].old, plan.months[0].new) == (START, date(2026, 3, 16))
    assert JourneyMonth.objects.get(journey=journey, number=1).due_date == START

    confirm(signed_in, acme, "adjust", start_date="2026-03-16")

    assert JourneyMonth.objects.get(journey=journey, number=8).due_date == date(2026, 3, 16) + timedelta(days=210)


def test_pause_and_resume(signed_in: Client, acme: Customer, journey: Journey) -> None:
    assert show(signed_in, acme, "pause", days="14").context["plan"].months[0].new == date(2026, 3, 23)
    assert not Hold.objects.exists()

    confirm(signed_in, acme, "pause", days="14", reason="Holiday")

    hold = Hold.objects.get()
    assert (hold.scope, hold.reason) == (HoldScope.JOURNEY, "Holiday")
    page = signed_in.get(here(acme))
    assert [action.code for action in page.context["actions"]][:1] == ["resume"]

    asked = signed_in.get(here(acme, "/actions/resume"))
    signed_in.post(here(acme, "/actions/resume"), {"seen": asked.context["seen"]})

    hold.refresh_from_db()
    assert hold.ended_at is not None


@pytest.mark.parametrize(
    ("code", "sent", "field"),
    [
        ("start", {"start_date": "soon"}, "start_date"),
        ("pause", {"until": "2026-03-04"}, "until"),
        ("pause", {"until": "2026-04-01", "days": "3"}, "days"),
        ("pause", {"days": "0"}, "days"),
        ("adjust", {"start_date": ""}, "start_date"),
        ("skip", {"month": "9"}, "month"),
        ("cancel", {"reason": ""}, "reason"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    signed_in: Client, acme: Customer, journey: Journey, code: str, sent: dict[str, str], field: str
) -> None:
    response = show(signed_in, acme, code, **sent)

    assert list(response.context["form"].errors) == [field]


def test_what_the_journey_does_not_allow_is_said_and_keeps_what_was_typed(
    signed_in: Client, acme: Customer, journey: Journey
) -> None:
    response = show(signed_in, acme, "adjust", start_date=START.isoformat())

    assert response.context["refusal"] == "It starts on that day already."
    assert 'value="2026-03-09"' in response.content.decode()


def test_skipping_and_cancelling(signed_in: Client, acme: Customer, journey: Journey) -> None:
    confirm(signed_in, acme, "skip", month="3", reason="Done before")
    assert JourneyMonth.objects.get(journey=journey, number=3).skip_reason == "Done before"

    confirm(signed_in, acme, "cancel", reason="They left")

    journey.refresh_from_db()
    assert journey.state == JourneyState.CANCELLED
    assert [action.code for action in signed_in.get(here(acme)).context["actions"]] == ["start"]


def test_force_is_for_leads(signed_in: Client, client: Client, acme: Customer, journey: Journey, lead: User) -> None:
    assert signed_in.get(here(acme, "/actions/force")).status_code == 403

    client.force_login(lead)
    confirm(client, acme, "force", month="1")

    assert row(journey, JourneyKind.GENERATE, 1).payload["force"] is True


def test_automation_is_triggered_and_cancelled_after_a_question(
    signed_in: Client, acme: Customer, journey: Journey
) -> None:
    first, second = row(journey, JourneyKind.UPCOMING, 1), row(journey, JourneyKind.UPCOMING, 2)
    assert "Trigger now" in signed_in.get(here(acme, f"/automations/{first.pk}/trigger")).content.decode()

    signed_in.post(here(acme, f"/automations/{first.pk}/trigger"))
    signed_in.post(here(acme, f"/automations/{second.pk}/cancel"))

    first.refresh_from_db()
    second.refresh_from_db()
    assert abs(first.trigger_at - NOW) < timedelta(minutes=5)
    assert second.status == AutomationStatus.CANCELLED


def test_last_change_is_taken_back(signed_in: Client, acme: Customer, journey: Journey) -> None:
    confirm(signed_in, acme, "adjust", start_date="2026-03-16")
    change = JourneyChange.objects.get(action="adjusted")
    assert signed_in.get(here(acme)).context["undo"]["change"] == change

    signed_in.post(here(acme, f"/changes/{change.pk}/undo"))

    journey.refresh_from_db()
    assert journey.start_date == START


def test_journey_of_another_team_is_not_there(client: Client, acme: Customer, journey: Journey, stranger: User) -> None:
    client.force_login(stranger)
    automation = row(journey, JourneyKind.UPCOMING, 1)
    change = JourneyChange.objects.get()

    for part in (
        "",
        "/actions/pause",
        f"/automations/{automation.pk}/trigger",
        f"/automations/{automation.pk}/cancel",
        f"/changes/{change.pk}/undo",
    ):
        assert client.get(here(acme, part)).status_code == 404


def test_change_and_automation_are_those_of_the_client(
    signed_in: Client, csm: User, acme: Customer, journey: Journey
) -> None:
    other = factories.CustomerFactory.create(owner=csm)

    assert signed_in.get(here(other, f"/changes/{JourneyChange.objects.get().pk}/undo")).status_code == 404
    automation = row(journey, JourneyKind.UPCOMING, 1)
    assert signed_in.post(here(other, f"/automations/{automation.pk}/cancel")).status_code == 404


def test_reader_looks_and_changes_nothing(client: Client, acme: Customer, journey: Journey, reader: User) -> None:
    client.force_login(reader)

    page = client.get(here(acme))

    assert (page.status_code, page.context["actions"]) == (200, [])
    assert client.post(here(acme, "/actions/pause"), {"seen": ""}).status_code == 403


def test_timeline_asks_as_often_for_much_as_for_little(signed_in: Client, acme: Customer, journey: Journey) -> None:
    with CaptureQueriesContext(connection) as few:
        signed_in.get(here(acme))
    approve_plan(acme, now=NOW)
    for number in (1, 2, 3):
        deliver(journey, number, now=NOW)
    hold_customer(acme, scope=HoldScope.JOURNEY, until=None, reason="", now=NOW, by=None)
    with CaptureQueriesContext(connection) as many:
        signed_in.get(here(acme))

    assert len(many) <= len(few) <= 16


def test_account_shows_the_journey(signed_in: Client, acme: Customer, journey: Journey) -> None:
    panel = signed_in.get(f"/customers/{acme.pk}/panels/journey").content.decode()

    assert "Business plan" in panel
    assert here(acme) in panel


def test_paused_journey_says_until_when(signed_in: Client, acme: Customer, journey: Journey, csm: User) -> None:
    pause_journey(journey, days=14, reason="Holiday", now=NOW, by=csm)

    page = signed_in.get(here(acme)).content.decode()

    assert "goes on 18 Mar 2026" in page
    assert AutomationSchedule.objects.filter(kind=JourneyKind.PAUSED).count() == 1
