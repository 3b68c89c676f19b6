"""Upsell runs by API, as INTERFACES writes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from customers.models import Customer, User
from emails.enums import DraftState
from emails.models import CapturedMail
from outreach.models import UpsellRun
from outreach.services.upsell import stepping
from tests.api.conftest import Caller, error_of
from tests.outreach.upsell.conftest import allow_full, mail_of, make_account

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]
STEPS = [
    "fetch_usage", "fetch_contract", "ask_claude_for_plan", "send_email_draft", "post_slack_summary",
    "wait_for_reply", "create_zoom_meeting", "log_opportunity",
]  # fmt: skip


@pytest.fixture
def account(csm: User, now: datetime) -> Customer:
    return make_account(csm, now=now)


@pytest.fixture
def started(api: Caller, account: Customer) -> dict[str, Any]:
    answer = api.post("/api/upsell-runs", body_for(account))
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def body_for(account: Customer, **more: str) -> dict[str, str]:
    return {"customerId": str(account.pk), "eventId": "evt-1", "metricType": "trade_volume", **more}


def at(run: dict[str, Any], what: str = "") -> str:
    return f"/api/upsell-runs/{run['id']}{what}"


def names(run: dict[str, Any]) -> dict[str, str]:
    return {step["name"]: step["state"] for step in run["steps"]}


def test_run_starts_with_eight_steps(started: dict[str, Any]) -> None:
    assert [step["name"] for step in started["steps"]] == STEPS
    assert (started["automationLevel"], started["wantedLevel"], started["state"]) == ("HYBRID", "HYBRID", "running")
    assert (started["eventId"], started["metricType"], started["startedBy"]) == ("evt-1", "trade_volume", "dana")


def test_same_event_is_the_same_run(api: Caller, started: dict[str, Any], account: Customer) -> None:
    by_id = api.post("/api/upsell-runs", body_for(account))
    by_theirs = api.post("/api/upsell-runs", {**body_for(account), "customerId": "ext:12345"})
    other = api.post("/api/upsell-runs", {**body_for(account), "eventId": "evt-2"})

    assert [by_id.status_code, by_theirs.status_code, other.status_code] == [200, 200, 201]
    assert by_id.json()["id"] == by_theirs.json()["id"] == started["id"] != other.json()["id"]


def test_repeat_with_a_key_gets_the_first_answer(api: Caller, account: Customer) -> None:
    first = api.post("/api/upsell-runs", body_for(account), Idempotency_Key="k")
    again = api.post("/api/upsell-runs", body_for(account), Idempotency_Key="k")

    assert (first.status_code, again.status_code) == (201, 201) and first.json() == again.json()


def test_level_above_the_ceiling_is_capped_and_says_so(
    api: Caller, account: Customer, ops: User, now: datetime
) -> None:
    run = api.post("/api/upsell-runs", body_for(account, automationLevel="FULL_AUTOMATION")).json()
    assert (run["automationLevel"], run["wantedLevel"]) == ("HYBRID", "FULL_AUTOMATION")
    assert "more than this workspace allows" in run["levelReason"]

    allow_full(ops, now=now)
    again = api.post("/api/upsell-runs", {**body_for(account, automationLevel="FULL_AUTOMATION"), "eventId": "e2"})
    assert again.json()["automationLevel"] == "FULL_AUTOMATION"


def test_what_is_wrong_is_told_by_field(api: Caller, account: Customer) -> None:
    answer = api.post("/api/upsell-runs", {"customerId": str(account.pk), "automationLevel": "WILD"})

    assert answer.status_code == 400
    assert set(error_of(answer)["fields"]) == {"eventId", "metricType", "automationLevel"}
    blank = api.post("/api/upsell-runs", {**body_for(account), "eventId": "   "})
    assert (blank.status_code, set(error_of(blank)["fields"])) == (400, {"eventId"})


def test_runs_of_others_are_not_there(
    started: dict[str, Any], call_as: Callable[..., Caller], stranger: User, account: Customer
) -> None:
    other = call_as(stranger)

    assert other.get("/api/upsell-runs").json()["count"] == 0
    assert other.post("/api/upsell-runs", {**body_for(account), "eventId": "mine"}).status_code == 404
    calls = [
        "",
        "/reply",
        "/cancel",
        "/steps/fetch_usage/approve",
        "/steps/fetch_usage/retry",
        "/steps/fetch_usage/skip",
    ]
    answers = [
        other.get(at(started)) if not call else other.post(at(started, call), {"reply": "yes"}) for call in calls
    ]
    assert {answer.status_code for answer in answers} == {404}


def test_scopes_are_asked_for(started: dict[str, Any], call_as: Callable[..., Caller], csm: User, reader: User) -> None:
    reads, writes = call_as(csm, ["read"]), call_as(csm, ["read", "write"])

    assert reads.get(at(started)).status_code == 200
    assert reads.post(at(started, "/cancel")).status_code == 403
    assert writes.post(at(started, "/steps/log_opportunity/approve")).status_code == 403
    assert error_of(writes.post(at(started, "/steps/log_opportunity/retry")))["code"] == "missing_scope"
    assert call_as(reader).post("/api/upsell-runs", {}).status_code == 403


def test_mail_is_approved_as_a_step_and_leaves(
    api: Caller, started: dict[str, Any], now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    stepping.sweep(now)
    run = api.get(at(started)).json()
    assert (run["state"], names(run)["send_email_draft"]) == ("waiting_person", "waiting")
    mail = next(step for step in run["steps"] if step["name"] == "send_email_draft")
    assert mail["output"]["to"] == "Jennifer Park" and mail["attempts"] == 1 and mail["history"][0]["endedAt"]
    early = api.post(at(started, "/reply"), {"reply": "yes"})
    assert (early.status_code, error_of(early)["code"]) == (409, "nothing_to_answer")

    with django_capture_on_commit_callbacks(execute=True):
        answer = api.post(at(started, "/steps/send_email_draft/approve"))
    assert answer.status_code == 200, answer.content
    assert CapturedMail.objects.count() == 1
    stepping.sweep(now)
    assert api.get(at(started)).json()["state"] == "waiting_reply"

    with django_capture_on_commit_callbacks(execute=True):
        replied = api.post(at(started, "/reply"), {"reply": "yes"}).json()
    assert (replied["reply"], replied["state"]) == ("yes", "waiting_person")
    chosen = api.post(at(started, "/steps/create_zoom_meeting/approve"), {"startsAt": "2026-03-12T09:00:00Z"})
    assert chosen.status_code == 200, chosen.content
    stepping.sweep(now)
    api.post(at(started, "/steps/log_opportunity/approve"), {"estimatedValue": "12345.00"})
    stepping.sweep(now)
    ended = api.get(at(started)).json()
    assert (ended["state"], set(names(ended).values())) == ("completed", {"sent"})
    found = api.get(f"/api/opportunities/{ended['opportunityId']}").json()
    assert (found["estimatedValue"], found["runId"]) == ("12345.00", started["id"])


def test_steps_out_of_turn_are_refused(api: Caller, started: dict[str, Any], now: datetime) -> None:
    stepping.sweep(now)

    for call in ("log_opportunity/approve", "fetch_usage/approve", "fetch_usage/retry", "fetch_usage/skip"):
        answer = api.post(at(started, f"/steps/{call}"))
        assert (answer.status_code, error_of(answer)["code"]) == (409, "not_possible"), call
    assert api.post(at(started, "/steps/dance/approve")).status_code == 404
    assert api.post(at(started, "/reply"), {"reply": "timeout"}).status_code == 400


def test_cancelled_run_takes_its_mail_away(api: Caller, started: dict[str, Any], now: datetime) -> None:
    stepping.sweep(now)
    run = UpsellRun.objects.get()
    draft = mail_of(run)

    answer = api.post(at(started, "/cancel"), {"reason": "Wrong account"})

    body = answer.json()
    assert (body["state"], body["endReason"]) == ("cancelled", "Wrong account")
    draft.refresh_from_db()
    assert draft.state == DraftState.CANCELLED
    assert api.post(at(started, "/cancel")).status_code == 409


def test_list_is_filtered(api: Caller, started: dict[str, Any], account: Customer) -> None:
    for query, count in (
        ({"state": "running"}, 1), ({"state": "completed"}, 0), ({"eventId": "evt-1"}, 1),
        ({"metricType": "seats"}, 0), ({"automationLevel": "HYBRID"}, 1), ({"customerId": "ext:12345"}, 1),
    ):  # fmt: skip
        assert api.get("/api/upsell-runs", **query).json()["count"] == count, query
