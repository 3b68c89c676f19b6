"""The paths of the journey spec as others rely on them: each is there, answers, and shows before it does."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from customers.models import Activity, Customer, Hold, User
from journeys.enums import AutomationStatus, JourneyKind
from journeys.models import AutomationLog, AutomationSchedule, Journey, JourneyChange, JourneyMonth
from tests.api.conftest import Caller
from tests.journeys.ground import begin, row

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
START = date(2026, 3, 9)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]

AUTOMATION = {
    "id", "clientId", "type", "triggerDate", "status", "retryCount", "maxRetries", "payload", "executedAt",
    "errorMessage",
}  # fmt: skip
READ = (
    "/api/admin/automations",
    "/api/admin/automations/stats",
    "/api/admin/automations/logs",
    "/api/clients/{id}/automations",
    "/api/clients/{id}/journey/timeline",
)
CHANGED = (
    ("post", "/api/clients/{id}/journey/pause", {"days": 14, "reason": "Holiday"}),
    ("patch", "/api/clients/{id}/journey/adjust", {"startDate": "2026-03-16"}),
    ("post", "/api/clients/{id}/journey/skip", {"month": 3}),
    ("post", "/api/clients/{id}/journey/simulate", {"days": 30, "assume": {"opens": "none", "replyOnDay": 12}}),
    ("post", "/api/clients/{id}/journey/undo", {}),
    ("post", "/api/clients/{id}/journey/cancel", {}),
    (
        "post",
        "/api/clients/{id}/automations/schedule",
        {"type": "GENERATE_DELIVERABLE", "triggerDate": "2026-04-01T09:00:00Z", "payload": {"month": 2}},
    ),
    ("delete", "/api/automations/{automation}", None),
    ("post", "/api/automations/{automation}/trigger", None),
)  # fmt: skip


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return {path.replace("{id}", ""): methods for path, methods in schema["paths"].items()}


@pytest.fixture
def journey(customer: Customer, csm: User) -> Journey:
    return begin(customer, now=NOW, by=csm, start=START)


def everything() -> list[Any]:
    models = (AutomationSchedule, AutomationLog, Journey, JourneyMonth, JourneyChange, Hold, Activity)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def call(api: Caller, method: str, path: str, body: Any) -> Any:
    return getattr(api, method)(path) if body is None else getattr(api, method)(path, body)


@pytest.mark.parametrize("path", READ)
def test_each_path_of_the_spec_answers(api: Caller, customer: Customer, journey: Journey, path: str) -> None:
    for who in (str(customer.pk), f"ext:{customer.external_id}"):
        assert api.get(path.format(id=who)).status_code == 200


def test_automation_has_the_names_of_the_spec(api: Caller, customer: Customer, journey: Journey) -> None:
    body = api.get(f"/api/clients/{customer.pk}/automations?pageSize=100").json()

    assert body["count"] == 32
    assert all(set(one) >= AUTOMATION for one in body["results"])
    assert {one["type"] for one in body["results"]} == {"GENERATE_DELIVERABLE", "SEND_REMINDER", "ESCALATE_TO_ADMIN"}
    assert {one["status"] for one in body["results"]} == {"SCHEDULED"}


@pytest.mark.parametrize(("method", "path", "body"), CHANGED)
def test_each_change_is_shown_first_and_writes_nothing(
    api: Caller, customer: Customer, journey: Journey, described: dict[str, Any], method: str, path: str, body: Any
) -> None:
    automation = row(journey, JourneyKind.UPCOMING, 3)
    url = path.format(id=customer.pk, automation=automation.pk)
    before = everything()

    shown = call(api, method, f"{url}?preview=true", body)

    assert shown.status_code == 200, shown.content
    assert everything() == before
    named = described[path.replace("{automation}", "{id}").replace("{id}", "")][method]["parameters"]
    assert "preview" in {parameter["name"] for parameter in named}
    done = call(api, method, url, body)
    assert done.status_code in (200, 201)
    assert set(done.json()) == set(shown.json())
    assert (everything() == before) == path.endswith("simulate")


def test_resume_is_shown_first_too(api: Caller, customer: Customer, journey: Journey) -> None:
    url = f"/api/clients/{customer.pk}/journey/resume"
    api.post(f"/api/clients/{customer.pk}/journey/pause", {"days": 14})
    before = everything()

    assert api.post(f"{url}?preview=true", {}).status_code == 200
    assert everything() == before
    assert api.post(url, {}).status_code == 200
    assert Hold.objects.get().ended_at is not None


def test_automation_is_triggered_and_cancelled(api: Caller, journey: Journey) -> None:
    first, second = row(journey, JourneyKind.UPCOMING, 3), row(journey, JourneyKind.UPCOMING, 4)

    triggered = api.post(f"/api/automations/{first.pk}/trigger").json()
    cancelled = api.delete(f"/api/automations/{second.pk}").json()

    assert triggered["triggerDate"].startswith("2026-03-04T15:")
    assert cancelled["status"] == AutomationStatus.CANCELLED
    second.refresh_from_db()
    assert second.status == AutomationStatus.CANCELLED
