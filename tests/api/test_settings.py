"""The workspace and one's own settings by API: profile, notices, tokens, saved views."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from customers.enums import Role
from customers.models import ApiToken, SavedView, User
from customers.queries.workspace import get_settings
from tests import factories
from tests.api.conftest import Caller, error_of

EVERY_SCOPE = ("read", "write", "approve", "admin")


@pytest.fixture
def running(call_as: Callable[..., Caller], db: None) -> Caller:
    return call_as(factories.UserFactory.create(role=Role.OPS), EVERY_SCOPE)


def test_settings_are_changed_by_ops_as_they_were_seen(api: Caller, running: Caller) -> None:
    seen = api.get("/api/settings").json()
    asked = {"windowStart": "08:00", "contactCap": 3, "version": seen["version"]}

    refused = api.patch("/api/settings", asked)
    done = running.patch("/api/settings", asked)
    stale = running.patch("/api/settings", asked)

    assert refused.status_code == 403
    assert (done.json()["windowStart"], done.json()["contactCap"]) == ("08:00", 3)
    assert done.json()["version"] == seen["version"] + 1
    assert (stale.status_code, error_of(stale)["code"]) == (409, "stale_version")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "version"),
        ({"version": 1, "workingDays": []}, "workingDays"),
        ({"version": 1, "workingDays": [7]}, "workingDays.0"),
        ({"version": 1, "windowEnd": "08:00"}, "windowEnd"),
        ({"version": 1, "contactCap": 0}, "contactCap"),
        ({"version": 1, "approvalDays": 61}, "approvalDays"),
        ({"version": 1, "companyName": ""}, "companyName"),
    ],
)
def test_setting_that_is_none_is_400(running: Caller, asked: dict[str, object], field: str) -> None:
    before = get_settings().version

    response = running.patch("/api/settings", asked)

    assert (response.status_code, list(error_of(response)["fields"])) == (400, [field])
    assert get_settings().version == before


def test_profile_is_ones_own_and_gives_no_role(api: Caller, csm: User) -> None:
    done = api.patch("/api/profile", {"title": "Head of Success", "timezone": "Europe/Berlin", "role": "ops"})
    wrong = api.patch("/api/profile", {"schedulingUrl": "http://pick.example"})

    csm.refresh_from_db()
    assert (done.status_code, done.json()["title"]) == (200, "Head of Success")
    assert (csm.timezone, csm.role) == ("Europe/Berlin", Role.CSM)
    assert (wrong.status_code, list(error_of(wrong)["fields"])) == (400, ["schedulingUrl"])


def test_notices_are_chosen_and_escalations_always_arrive(api: Caller) -> None:
    done = api.patch("/api/notices/settings", {"choices": {"reply": ["slack"], "escalation": []}, "digestEvery": "day"})
    kept = api.patch("/api/notices/settings", {"choices": {"upsell": []}}).json()

    assert done.json()["choices"]["reply"] == ["slack"]
    assert done.json()["choices"]["escalation"] == ["digest", "in_app"]
    assert (kept["choices"]["reply"], kept["choices"]["upsell"], kept["digestEvery"]) == (["slack"], [], "day")
    assert api.get("/api/notices/settings").json() == kept


@pytest.mark.parametrize(
    "asked",
    [{"choices": {"weather": []}}, {"choices": {"reply": ["pigeon"]}}, {"choices": []}, {"digestEvery": "hour"}],
)
def test_choice_that_there_is_not_is_400(api: Caller, asked: dict[str, object]) -> None:
    assert api.patch("/api/notices/settings", asked).status_code == 400


def test_token_revokes_itself_and_no_other_persons(
    api: Caller, call_as: Callable[..., Caller], csm: User, lead: User
) -> None:
    call_as(lead)
    theirs = ApiToken.objects.get(user=lead)
    rows = api.get("/api/tokens").json()["results"]

    foreign = api.delete(f"/api/tokens/{theirs.pk}")
    gone = api.delete(f"/api/tokens/{rows[0]['id']}")

    assert (len(rows), set(rows[0]) & {"digest", "key"}) == (1, set())
    assert (foreign.status_code, gone.status_code) == (404, 204)
    assert api.get("/api/customers").status_code == 401


def test_view_is_kept_by_name_and_is_ones_own(api: Caller, call_as: Callable[..., Caller], lead: User) -> None:
    made = api.post("/api/views", {"of": "book", "name": "  My   risks ", "query": "risk=high"})
    again = api.post("/api/views", {"of": "book", "name": "My risks", "query": "risk=low"}).json()
    today = api.post("/api/views", {"of": "today", "name": "Mine", "query": "whose=me&evil=1"}).json()
    path = f"/api/views/{again['id']}"

    assert (made.status_code, made.json()["id"], again["query"]) == (201, again["id"], "risk=low")
    assert today["query"] == "whose=me"
    assert [row["name"] for row in api.get("/api/views", of="book").json()["results"]] == ["My risks"]
    assert call_as(lead).delete(path).status_code == 404
    assert (api.delete(path).status_code, api.delete(path).status_code) == (204, 404)
    assert SavedView.objects.count() == 1
