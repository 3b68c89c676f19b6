"""Journeys in the admin: changed through the services, refusals shown one by one."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from customers.models import Activity, Customer, Hold, User
from journeys.enums import JourneyState
from journeys.models import AutomationSchedule, Journey, JourneyChange
from journeys.services.bulk import start_journeys
from journeys.services.undoing import undo_change
from tests import factories
from tests.journeys.ground import START, begin, default_version, row

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


def confirm(desk: Client, code: str, asked: dict[str, str]) -> Any:
    """Shown, then confirmed."""
    shown = desk.post(f"/journeys/selection/{code}", {**asked, "seen": asked.get("seen", "")})
    return desk.post(f"/journeys/selection/{code}", {**asked, "seen": shown.context["seen"]}, follow=True)


def test_journeys_are_paused_and_resumed_after_old_and_new_dates_were_shown(
    desk: Client, ops: User, journey: Journey
) -> None:
    ticked = {"scope": "ticked", "customers": str(journey.customer_id)}
    assert "Goes on from" in act(desk, "journey", "pause", journey.pk)
    assert not Hold.objects.exists()

    confirm(desk, "pause", {**ticked, "days": "14"})
    assert Hold.objects.get(ended_at=None).set_by == ops
    assert "Resume: 1 client" in act(desk, "journey", "resume", journey.pk)
    confirm(desk, "resume", ticked)

    assert not Hold.objects.filter(ended_at=None).exists()


def test_clients_of_the_accounts_list_are_started_with_a_preview(desk: Client, csm: User) -> None:
    default_version()
    ids = [str(factories.CustomerFactory.create(owner=csm).pk) for _ in range(3)]
    sent = {"action": "start_journey", "_selected_action": ids}

    asked = desk.post("/admin/customers/customer/", sent, follow=True)
    assert "Start: 3 clients" in asked.content.decode()
    assert not Journey.objects.exists()
    confirm(desk, "start", {"scope": "ticked", "customers": " ".join(ids), "start_date": "2026-04-06"})

    assert Journey.objects.count() == 3


def test_selection_of_thousands_goes_through_the_form(desk: Client, ops: User) -> None:
    """Django refuses a form of more than 1,000 fields, so the ticked ones are one."""
    default_version()
    Customer.objects.bulk_create([Customer(name=f"Client {n:04}", owner=ops) for n in range(1_100)])
    start_journeys(list(Customer.objects.all()), start_date=START, now=NOW, by=ops)
    ticked = str(Journey.objects.values_list("pk", flat=True)[0])
    across = {"action": "trigger", "_selected_action": [ticked], "select_across": "1"}

    page = desk.post("/admin/journeys/journey/", across).content.decode()
    fields = dict(re.findall(r'<input type="hidden" name="(scope|query|customers)" value="([^"]*)"', page))
    done = confirm(desk, "trigger", {**fields, "kind": "journey.upcoming", "month": "2"})

    assert len(fields["customers"].split()) == 1_100
    assert "1100 clients: triggered" in done.content.decode()
    assert AutomationSchedule.objects.filter(kind="journey.upcoming", trigger_at__lte=timezone.now()).count() == 1_100


def test_ticked_automations_are_shown_triggered_and_taken_back_together(
    desk: Client, ops: User, journey: Journey
) -> None:
    rows = [row(journey, "journey.upcoming", number) for number in (3, 4)]
    before = {one.pk: one.trigger_at for one in rows}
    alien = schedule_alone(journey, at=NOW + timedelta(days=9))

    shown = act(desk, "automationschedule", "trigger_now", *before, alien.pk)
    assert ("Trigger now: 3 automations" in shown, row(journey, "journey.upcoming", 3).trigger_at) == (
        True,
        before[rows[0].pk],
    )
    desk.post("/admin/journeys/automationschedule/ticked/trigger", {"rows": " ".join(map(str, [*before, alien.pk]))})

    now = timezone.now()
    assert AutomationSchedule.objects.filter(pk__in=[*before, alien.pk], trigger_at__lte=now).count() == 3
    change = JourneyChange.objects.get(action="triggered")
    undo_change(change, now=now, by=ops)
    assert {one.pk: one.trigger_at for one in AutomationSchedule.objects.filter(pk__in=before)} == before
    assert Activity.objects.filter(verb="automation.triggered", actor=ops).count() == 3


def test_ticked_automations_are_cancelled_and_one_that_ran_stays(desk: Client, ops: User, journey: Journey) -> None:
    first, second = row(journey, "journey.upcoming", 3), row(journey, "journey.upcoming", 4)
    AutomationSchedule.objects.filter(pk=second.pk).update(status="SKIPPED")

    shown = act(desk, "automationschedule", "cancel", first.pk, second.pk)
    assert "1 of those chosen has run already" in shown
    sent = {"rows": f"{first.pk} {second.pk} nonsense"}
    done = desk.post("/admin/journeys/automationschedule/ticked/cancel", sent, follow=True).content.decode()

    assert "1 cancelled." in done
    assert "It has run already" in done
    assert [AutomationSchedule.objects.get(pk=one.pk).status for one in (first, second)] == ["CANCELLED", "SKIPPED"]
    undo_change(JourneyChange.objects.get(action="dropped"), now=timezone.now(), by=ops)
    assert AutomationSchedule.objects.get(pk=first.pk).status == "SCHEDULED"


def test_ticked_automations_are_for_ops_alone(client: Client, csm: User, journey: Journey) -> None:
    client.force_login(csm)
    one = row(journey, "journey.upcoming", 3)

    answer = client.post("/admin/journeys/automationschedule/ticked/cancel", {"rows": str(one.pk)})

    assert answer.status_code == 302
    assert AutomationSchedule.objects.get(pk=one.pk).status == "SCHEDULED"


def schedule_alone(journey: Journey, *, at: datetime) -> AutomationSchedule:
    """A row of another part: it is no journey's."""
    made: AutomationSchedule = AutomationSchedule.objects.create(
        type="FOLLOW_UP", kind="outreach.follow_up", customer_id=journey.customer_id, subject_kind="touch",
        subject_id=uuid.uuid4(), trigger_at=at,
    )  # fmt: skip
    return made


def test_journeys_are_cancelled_from_the_admin_with_a_reason_and_a_preview(
    desk: Client, ops: User, journey: Journey
) -> None:
    asked = act(desk, "journey", "cancel", journey.pk)
    assert "Why the journey ends before its time" in asked
    sent = {"scope": "ticked", "customers": str(journey.customer_id), "reason": "They left.", "seen": ""}
    shown = desk.post("/journeys/selection/cancel", sent)
    assert "cancelled" in shown.content.decode()

    desk.post("/journeys/selection/cancel", {**sent, "seen": shown.context["seen"]})

    journey.refresh_from_db()
    assert (journey.state, journey.cancelled_by, journey.reason) == (JourneyState.CANCELLED, ops, "They left.")
    assert Activity.objects.filter(verb="journey.cancelled", actor=ops).exists()


def test_change_is_shown_and_taken_back_from_the_admin(desk: Client, journey: Journey) -> None:
    change = JourneyChange.objects.get()

    shown = act(desk, "journeychange", "undo", change.pk)
    assert "What changes" in shown
    change.refresh_from_db()
    assert change.undone_at is None
    desk.post(f"/customers/{journey.customer_id}/journey/changes/{change.pk}/undo")

    change.refresh_from_db()
    assert change.undone_at is not None
    assert "taken back already" in act(desk, "journeychange", "undo", change.pk)


def test_changes_of_one_batch_are_shown_together_and_others_taken_back_one_by_one(
    desk: Client, ops: User, csm: User, journey: Journey
) -> None:
    others = [factories.CustomerFactory.create(owner=csm) for _ in range(2)]
    done = start_journeys(others, start_date=START, now=NOW, by=ops).done

    assert "Take it back for all?" in act(desk, "journeychange", "undo", *(change.pk for change in done))
    assert JourneyChange.objects.filter(undone_at=None).count() == 3
    mixed = (JourneyChange.objects.get(journey=journey), done[0])
    assert "2 taken back." in act(desk, "journeychange", "undo", *(change.pk for change in mixed))


@pytest.mark.parametrize("model", ["journey", "journeymonth", "journeychange", "automationschedule"])
def test_rows_are_found_by_the_name_of_the_account(desk: Client, journey: Journey, model: str) -> None:
    assert "Acme Rail" in desk.get(f"/admin/journeys/{model}/", {"q": "acme"}).content.decode()
    assert "Acme Rail" not in desk.get(f"/admin/journeys/{model}/", {"q": "nobody"}).content.decode()
