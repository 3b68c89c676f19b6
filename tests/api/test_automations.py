"""Automations by API: listed, scheduled by hand, cancelled, hurried; their log and figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Activity, Customer, User
from journeys.enums import AutomationStatus, JourneyKind
from journeys.models import AutomationLog, AutomationSchedule, Journey, JourneyMonth
from tests import factories
from tests.api.conftest import Caller, error_of
from tests.journeys.ground import begin, deliver

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
BODY = {
    "id", "clientId", "type", "kind", "occurrence", "triggerDate", "status", "retryCount", "maxRetries", "payload",
    "executedAt", "reason", "errorMessage",
}  # fmt: skip
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]


@pytest.fixture
def journey(customer: Customer) -> Journey:
    return begin(customer, now=NOW, start=date(2026, 3, 9))


@pytest.fixture
def row(journey: Journey) -> AutomationSchedule:
    return AutomationSchedule.objects.get(subject_id=journey.pk, kind=JourneyKind.UPCOMING, occurrence="month-2")


def schedule(api: Caller, customer: Customer, query: str = "", **changes: Any) -> Any:
    asked = {"type": "SEND_REMINDER", "triggerDate": "2026-04-01", "payload": {"month": 2, "template": "UPCOMING"}}
    return api.post(f"/api/clients/{customer.pk}/automations/schedule{query}", {**asked, **changes})


def test_list_holds_the_automations_of_own_accounts_in_order(api: Caller, journey: Journey, foreign: Customer) -> None:
    begin(foreign, now=NOW)

    answer = api.get("/api/admin/automations", pageSize=3).json()

    assert answer["count"] == 32
    assert {row["clientId"] for row in answer["results"]} == {str(journey.customer_id)}
    assert set(answer["results"][0]) == BODY
    dates = [row["triggerDate"] for row in answer["results"]]
    assert dates == sorted(dates)
    assert answer["results"][-1]["payload"]["month"] == 1


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"type": "GENERATE_DELIVERABLE"}, 8),
        ({"kind": "journey.overdue"}, 8),
        ({"status": "CANCELLED"}, 0),
        ({"month": "3"}, 4),
        ({"triggerDateFrom": "2026-10-01T00:00:00Z"}, 4),
        ({"triggerDateTo": "2026-03-09T13:00:00Z"}, 2),
        ({"clientId": "ext:001RAIL", "type": "SEND_REMINDER"}, 16),
        ({"clientId": "ext:nobody"}, 0),
    ],
)
def test_list_is_narrowed_by_its_filters(api: Caller, journey: Journey, query: dict[str, str], count: int) -> None:
    assert api.get("/api/admin/automations", **query).json()["count"] == count


@pytest.mark.parametrize("query", [{"type": "DANCE"}, {"clientId": "x"}, {"month": "0"}, {"ordering": "color"}])
def test_filter_that_is_none_is_400_beside_its_name(api: Caller, journey: Journey, query: dict[str, str]) -> None:
    response = api.get("/api/admin/automations", **query)

    assert (response.status_code, list(error_of(response)["fields"])) == (400, list(query))


def test_list_is_ordered_by_names(api: Caller, journey: Journey) -> None:
    dates = [row["triggerDate"] for row in api.get("/api/admin/automations", ordering="-triggerDate").json()["results"]]

    assert dates == sorted(dates, reverse=True)


def test_automations_of_one_client(api: Caller, journey: Journey, foreign: Customer) -> None:
    assert api.get("/api/clients/ext:001RAIL/automations", type="ESCALATE_TO_ADMIN").json()["count"] == 8
    assert api.get(f"/api/clients/{foreign.pk}/automations").status_code == 404


def test_day_is_scheduled_for_the_journeys_hour_there(api: Caller, customer: Customer, journey: Journey) -> None:
    response = schedule(api, customer)

    body = response.json()
    assert (response.status_code, set(body)) == (201, BODY)
    assert body["triggerDate"] == "2026-04-01T13:00:00Z"  # 09:00 in New York, in summer
    assert (body["status"], body["retryCount"], body["maxRetries"]) == ("SCHEDULED", 0, 3)
    assert body["payload"] == {"month": 2, "template": "UPCOMING"}
    made = AutomationSchedule.objects.get(pk=body["id"])
    assert (made.kind, str(made.local_date), made.subject_id) == ("journey.upcoming", "2026-04-01", journey.pk)
    assert Activity.objects.get(verb="automation.scheduled").customer_id == customer.pk


def test_preview_of_scheduling_answers_the_same_and_writes_nothing(
    api: Caller, customer: Customer, journey: Journey
) -> None:
    response = schedule(api, customer, "?preview=true")

    body = response.json()
    assert (response.status_code, set(body), body["id"]) == (200, BODY, None)
    assert AutomationSchedule.objects.count() == 32


def test_same_at_the_same_moment_is_scheduled_once(api: Caller, customer: Customer, journey: Journey) -> None:
    schedule(api, customer)

    again = schedule(api, customer)

    assert (again.status_code, error_of(again)["code"]) == (409, "already_scheduled")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"type": "FOLLOW_UP"}, "type"),
        ({"type": "DANCE"}, "type"),
        ({"triggerDate": "2026-03-03T15:00:00Z"}, "triggerDate"),
        ({"triggerDate": "soon"}, "triggerDate"),
        ({"triggerDate": "2036-01-01"}, "triggerDate"),
        ({"triggerDate": "2026-04-08"}, "triggerDate"),  # M2 is due then: nothing comes soon any more
        ({"payload": {}}, "payload"),
        ({"payload": {"month": 9, "template": "UPCOMING"}}, "payload"),
        ({"payload": {"month": "2", "template": "UPCOMING"}}, "payload"),
        ({"payload": {"month": True, "template": "UPCOMING"}}, "payload"),
        ({"payload": {"month": 2}}, "payload"),
        ({"payload": {"month": 2, "template": "PAUSED"}}, "payload"),
        ({"payload": {"month": 2, "template": "UPCOMING", "to": "x@y.example"}}, "payload"),
        ({"payload": {"month": 3, "template": "UPCOMING"}}, "payload"),  # skipped
        ({"payload": "month 2"}, "payload"),
        ({"type": "GENERATE_DELIVERABLE", "payload": {"month": 1}}, "payload"),  # is there
        ({"type": "SEND_NOTIFICATION", "payload": {"month": 2, "template": "READY"}}, "payload"),  # is not delivered
        ({"type": "ESCALATE_TO_ADMIN", "payload": {"month": 2, "reason": "x" * 301}}, "payload"),
    ],
)
def test_what_cannot_be_scheduled_is_400_beside_its_field(
    api: Caller, customer: Customer, journey: Journey, changes: dict[str, Any], field: str
) -> None:
    deliver(journey, 1, now=NOW)
    JourneyMonth.objects.filter(journey=journey, number=3).update(skipped_at=NOW)

    response = schedule(api, customer, **changes)

    assert (response.status_code, list(error_of(response)["fields"])) == (400, [field])


def test_account_without_a_journey_is_409(api: Caller, customer: Customer) -> None:
    response = schedule(api, customer)

    assert (response.status_code, error_of(response)["code"]) == (409, "no_journey")


def test_cancelling_keeps_the_row_and_says_who(api: Caller, row: AutomationSchedule) -> None:
    previewed = api.delete(f"/api/automations/{row.pk}?preview=true")
    row.refresh_from_db()
    assert (previewed.json()["status"], row.status) == ("CANCELLED", "SCHEDULED")

    cancelled = api.delete(f"/api/automations/{row.pk}")

    row.refresh_from_db()
    assert (cancelled.status_code, cancelled.json()["status"], row.status) == (200, "CANCELLED", "CANCELLED")
    assert row.reason == "Cancelled by Dana Whitfield."
    again = api.delete(f"/api/automations/{row.pk}")
    assert (again.status_code, error_of(again)["code"]) == (409, "not_scheduled")


def test_trigger_makes_it_due_now(api: Caller, row: AutomationSchedule) -> None:
    previewed = api.post(f"/api/automations/{row.pk}/trigger?preview=true")
    moment = row.trigger_at
    row.refresh_from_db()
    assert (previewed.json()["triggerDate"][:10], row.trigger_at) == ("2026-03-04", moment)

    response = api.post(f"/api/automations/{row.pk}/trigger")

    row.refresh_from_db()
    assert response.status_code == 200
    assert abs(row.trigger_at - NOW) < timedelta(minutes=5)


def test_trigger_of_what_has_run_is_409_also_as_a_preview(api: Caller, row: AutomationSchedule) -> None:
    AutomationSchedule.objects.filter(pk=row.pk).update(status=AutomationStatus.COMPLETED, executed_at=NOW)

    for query in ("", "?preview=true"):
        response = api.post(f"/api/automations/{row.pk}/trigger{query}")
        assert (response.status_code, error_of(response)["code"]) == (409, "not_scheduled")


@pytest.mark.parametrize("method", ["get", "delete"])
def test_automation_of_another_team_is_404(api: Caller, foreign: Customer, method: str) -> None:
    theirs = AutomationSchedule.objects.filter(subject_id=begin(foreign, now=NOW).pk)[0]

    assert api(method, f"/api/automations/{theirs.pk}").status_code == 404
    assert api.post(f"/api/automations/{theirs.pk}/trigger").status_code == 404
    assert AutomationSchedule.objects.get(pk=theirs.pk).status == "SCHEDULED"


def test_reader_may_look_and_not_change(
    call_as: Callable[..., Caller], reader: User, customer: Customer, row: AutomationSchedule
) -> None:
    api = call_as(reader, ("read", "write"))

    assert api.get(f"/api/automations/{row.pk}").status_code == 200
    assert api.delete(f"/api/automations/{row.pk}").status_code == 403
    assert api.post(f"/api/automations/{row.pk}/trigger").status_code == 403
    assert schedule(api, customer).status_code == 403


def test_log_is_listed_and_narrowed(api: Caller, row: AutomationSchedule, foreign: Customer) -> None:
    theirs = AutomationSchedule.objects.filter(subject_id=begin(foreign, now=NOW).pk)[0]
    for automation, status in ((row, "SUCCESS"), (row, "SKIPPED"), (theirs, "SUCCESS")):
        AutomationLog.objects.create(
            customer_id=automation.customer_id, automation=automation, at=NOW, type=automation.type,
            kind=automation.kind, action="M2 upcoming", status=status, attempt=1, metadata={"reason": "So"},
        )  # fmt: skip

    answer = api.get("/api/admin/automations/logs", status="SKIPPED", clientId=str(row.customer_id)).json()

    assert answer["count"] == 1
    assert answer["results"][0]["details"] == {"reason": "So"}
    assert api.get("/api/admin/automations/logs").json()["count"] == 2
    assert api.get("/api/admin/automations/logs", automationId=str(theirs.pk)).json()["count"] == 0


def test_stats_hold_the_figures_of_the_page(api: Caller, row: AutomationSchedule) -> None:
    AutomationLog.objects.create(
        customer_id=row.customer_id, automation=row, at=NOW, type=row.type, kind=row.kind, action="M2 upcoming",
        status="SUCCESS", attempt=1,
    )  # fmt: skip

    stats = api.get("/api/admin/automations/stats").json()

    assert stats["today"] == {"deliverablesGenerated": 0, "remindersSent": 1, "escalations": 0, "failed": 0}
    assert stats["thisWeek"] == {"onTimeRate": None, "clientsOverdue": 0, "monthsCompleted": 0}
    assert stats["next7Days"] == {"deliverablesToGenerate": 1, "reminders": 1, "completions": 0}
    assert stats["metrics"]["executionRate"] == 100.0
    assert stats["system"]["oldestDueAt"] is None


def test_lists_ask_as_often_for_many_as_for_one(api: Caller, journey: Journey, csm: User) -> None:
    api.get("/api/admin/automations")
    asked = []
    for more in (0, 2):
        for _ in range(more):
            begin(factories.CustomerFactory.create(owner=csm), now=NOW)
        with CaptureQueriesContext(connection) as queries:
            api.get("/api/admin/automations")
        asked.append(len(queries))

    assert asked[0] == asked[1]
