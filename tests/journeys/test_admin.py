"""Journeys in the admin: changed through the services, refusals shown one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from customers.models import Activity, Hold, User
from journeys.enums import JourneyState
from journeys.models import Journey, JourneyChange
from tests import factories
from tests.journeys.ground import START, begin

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]


@pytest.fixture
def desk(client: Client, ops: User) -> Client:
    client.force_login(ops)
    return client


@pytest.fixture
def journey(csm: User) -> Journey:
    customer = factories.CustomerFactory.create(owner=csm, name="Acme Rail")
    return begin(customer, now=NOW - timedelta(hours=1), by=csm, start=START)


def act(desk: Client, model: str, action: str, *rows: object) -> str:
    sent = {"action": action, "_selected_action": [str(row) for row in rows]}
    response = desk.post(f"/admin/journeys/{model}/", sent, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def test_journeys_are_paused_resumed_and_cancelled_by_the_services(desk: Client, ops: User, journey: Journey) -> None:
    act(desk, "journey", "pause", journey.pk)
    assert Hold.objects.get(ended_at=None).set_by == ops

    assert "already" in act(desk, "journey", "pause", journey.pk)
    act(desk, "journey", "resume", journey.pk)
    assert not Hold.objects.filter(ended_at=None).exists()


def test_journeys_are_cancelled_from_the_admin_with_a_reason_and_a_preview(
    desk: Client, ops: User, journey: Journey
) -> None:
    asked = act(desk, "journey", "cancel", journey.pk)
    assert "Why the journey ends before its time" in asked
    sent = {"scope": "ticked", "customer": str(journey.customer_id), "reason": "They left.", "seen": ""}
    shown = desk.post("/journeys/selection/cancel", sent)
    assert "cancelled" in shown.content.decode()

    desk.post("/journeys/selection/cancel", {**sent, "seen": shown.context["seen"]})

    journey.refresh_from_db()
    assert (journey.state, journey.cancelled_by, journey.reason) == (JourneyState.CANCELLED, ops, "They left.")
    assert Activity.objects.filter(verb="journey.cancelled", actor=ops).exists()


def test_change_is_taken_back_in_the_admin(desk: Client, journey: Journey) -> None:
    change = JourneyChange.objects.get()

    act(desk, "journeychange", "undo", change.pk)

    change.refresh_from_db()
    assert change.undone_at is not None
    assert "taken back already" in act(desk, "journeychange", "undo", change.pk)


@pytest.mark.parametrize("model", ["journey", "journeymonth", "journeychange", "automationschedule"])
def test_rows_are_found_by_the_name_of_the_account(desk: Client, journey: Journey, model: str) -> None:
    assert "Acme Rail" in desk.get(f"/admin/journeys/{model}/", {"q": "acme"}).content.decode()
    assert "Acme Rail" not in desk.get(f"/admin/journeys/{model}/", {"q": "nobody"}).content.decode()
