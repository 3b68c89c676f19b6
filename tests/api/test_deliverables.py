"""Onboarding, business plan and deliverables by API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from customers.models import Customer, User
from journeys.enums import DeliverableState
from journeys.models import BusinessPlan, Deliverable
from journeys.rules.onboarding import QUESTIONS
from tests.api.conftest import Caller, error_of
from tests.journeys.deliverable_ground import start, write

ANSWERS = [{"question": "Who are your best customers?", "answer": "Hotels.\n 12 of them."}]


@pytest.fixture
def text(customer: Customer, now: datetime) -> Deliverable:
    return write(start(customer, now=now), 1, now=now)


def upload(api: Caller, path: str, **fields: Any) -> Any:
    body = encode_multipart(BOUNDARY, fields)
    return api.client.put(path, data=body, content_type=MULTIPART_CONTENT, headers=api.headers)


def put(api: Caller, path: str, body: Any) -> Any:
    return api("put", path, body)


@pytest.mark.parametrize("reference", ["id", "ext"])
def test_onboarding_is_put_and_read(api: Caller, customer: Customer, reference: str) -> None:
    path = f"/api/clients/{customer.pk if reference == 'id' else 'ext:001RAIL'}/onboarding"
    before = api.get(path).json()
    assert (before["version"], [row["question"] for row in before["answers"]]) == (0, list(QUESTIONS))

    saved = put(api, path, {"version": 0, "answers": ANSWERS}).json()

    assert (saved["version"], saved["answers"], saved["savedBy"]) == (1, ANSWERS, "dana")
    assert api.get(path).json() == saved


def test_newer_onboarding_is_409_with_its_version(api: Caller, customer: Customer) -> None:
    path = f"/api/clients/{customer.pk}/onboarding"
    put(api, path, {"answers": ANSWERS})

    response = put(api, path, {"version": 0, "answers": [{"question": "Q", "answer": "A"}]})

    error = error_of(response)
    assert (response.status_code, error["code"], error["current"]) == (409, "stale_version", {"version": 1})


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"answers": "x"},
        {"answers": [{"question": "", "answer": ""}]},
        {"answers": [{"question": "q"}]},
        {"answers": [{"question": "q", "answer": "x" * 5001}]},
        {"answers": [{"question": "q", "answer": "a"}] * 2},
        {"answers": [{"question": f"q{n}", "answer": ""} for n in range(41)]},
    ],
)
def test_onboarding_that_is_none_is_400(api: Caller, customer: Customer, body: Any) -> None:
    response = put(api, f"/api/clients/{customer.pk}/onboarding", body)

    assert response.status_code == 400
    assert error_of(response)["fields"]


def test_plan_is_put_as_json_and_approved(api: Caller, customer: Customer) -> None:
    path = f"/api/clients/{customer.pk}/business-plan"
    assert api.get(path).json()["version"] == 0
    assert error_of(api.post(f"{path}/approve"))["code"] == "no_plan"

    put(api, path, {"version": 0, "body": "# Goal\nSell."})
    approved = api.post(f"{path}/approve", {"version": 1}).json()

    assert (approved["body"], approved["approvedVersion"], approved["approvedBy"]) == ("# Goal\nSell.", 1, "dana")


def test_plan_is_put_as_a_file(api: Caller, customer: Customer) -> None:
    path = f"/api/clients/{customer.pk}/business-plan"

    response = upload(api, path, file=SimpleUploadedFile("plan.md", b"# Goal\nSell."))

    assert response.status_code == 200
    assert (response.json()["fileName"], response.json()["body"]) == ("plan.md", "# Goal\nSell.")
    refused = upload(api, path, file=SimpleUploadedFile("plan.exe", b"MZ"))
    assert (refused.status_code, list(error_of(refused)["fields"])) == (400, ["file"])
    assert BusinessPlan.objects.count() == 1


def test_onboarding_is_put_as_a_file(api: Caller, customer: Customer) -> None:
    path = f"/api/clients/{customer.pk}/onboarding"

    response = upload(api, path, file=SimpleUploadedFile("answers.csv", b"What do you sell?,Candles"), version="0")

    assert response.status_code == 200
    assert response.json()["answers"] == [{"question": "What do you sell?", "answer": "Candles"}]
    refused = upload(api, path, file=SimpleUploadedFile("answers.pdf", b"%PDF-1.4"))
    assert (refused.status_code, list(error_of(refused)["fields"])) == (400, ["file"])
    stale = upload(api, path, file=SimpleUploadedFile("answers.txt", b"Why?\nSo."), version="0")
    assert (stale.status_code, error_of(stale)["code"]) == (409, "stale_version")


def test_plan_without_anything_is_400(api: Caller, customer: Customer) -> None:
    response = put(api, f"/api/clients/{customer.pk}/business-plan", {"body": "  "})

    assert (response.status_code, list(error_of(response)["fields"])) == (400, ["body"])


def test_approval_needs_its_scope(
    call_as: Callable[..., Caller], csm: User, customer: Customer, text: Deliverable
) -> None:
    writer = call_as(csm, ("read", "write"))
    paths = [f"/api/clients/{customer.pk}/business-plan/approve", f"/api/deliverables/{text.pk}/approve"]

    assert [writer.post(path).status_code for path in paths] == [403, 403]


def test_deliverable_is_read_changed_and_approved(api: Caller, customer: Customer, text: Deliverable) -> None:
    path = f"/api/deliverables/{text.pk}"
    read = api.get(path).json()
    assert (read["month"], read["state"], read["openClaims"]) == (1, "PENDING_REVIEW", [])

    changed = api.patch(path, {"version": read["version"], "body": "## One\n\nYou earn €999,999."}).json()
    refused = api.post(f"{path}/approve", {"version": changed["version"]})
    error = error_of(refused)
    fixed = api.patch(path, {"version": changed["version"], "body": "## One\n\nYou earn."}).json()
    approved = api.post(f"{path}/approve", {"version": fixed["version"]}).json()

    assert [(claim["text"], claim["part"]) for claim in changed["openClaims"]] == [("€999,999", "body")]
    assert (refused.status_code, error["code"], error["claims"]) == (409, "unsupported_facts", ["€999,999"])
    assert (approved["state"], approved["deliveredAt"] is not None) == ("DELIVERED", True)
    rows = api.get("/api/clients/ext:001RAIL/deliverables").json()
    assert [(row["id"], row["state"], "body" in row) for row in rows] == [(str(text.pk), "DELIVERED", False)]
    late = api.patch(path, {"version": approved["version"], "body": "Other"})
    assert (late.status_code, error_of(late)["code"]) == (409, "not_editable")


def test_stale_change_shows_the_present_text(api: Caller, text: Deliverable) -> None:
    path = f"/api/deliverables/{text.pk}"
    api.patch(path, {"version": text.version, "body": "Theirs"})

    response = api.patch(path, {"version": text.version, "body": "Mine"})

    error = error_of(response)
    assert (response.status_code, error["code"], error["current"]["body"]) == (409, "stale_version", "Theirs")


def test_rejection_needs_a_note(api: Caller, text: Deliverable) -> None:
    path = f"/api/deliverables/{text.pk}/reject"

    empty = [api.post(path, body) for body in ({}, {"note": ""}, {"note": "  "})]
    rejected = api.post(path, {"note": "Name the hotels."}).json()

    assert [(one.status_code, list(error_of(one)["fields"])) for one in empty] == [(400, ["note"])] * 3
    assert (rejected["state"], rejected["rejectionNote"]) == ("REJECTED", "Name the hotels.")


def test_same_key_approves_once(api: Caller, text: Deliverable) -> None:
    path = f"/api/deliverables/{text.pk}/approve"

    answers = [api.post(path, {"version": text.version}, idempotency_key="once") for _ in range(2)]

    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


def test_deliverables_of_others_are_404(call_as: Callable[..., Caller], stranger: User, text: Deliverable) -> None:
    other, path = call_as(stranger), f"/api/deliverables/{text.pk}"

    answers = [other.get(path), other.patch(path, {"version": 1}), other.post(f"{path}/approve")]
    answers += [other.post(f"{path}/reject", {"note": "x"})]
    answers += [other.get(f"/api/clients/{text.customer_id}/{name}") for name in ("deliverables", "onboarding")]
    answers += [put(other, f"/api/clients/{text.customer_id}/business-plan", {"body": "x"})]

    assert {one.status_code for one in answers} == {404}
    text.refresh_from_db()
    assert text.state == DeliverableState.PENDING_REVIEW


def test_read_only_person_changes_nothing(
    call_as: Callable[..., Caller], reader: User, csm: User, text: Deliverable
) -> None:
    caller, path = call_as(reader), f"/api/deliverables/{text.pk}"

    assert caller.get(path).status_code == 200
    assert caller.patch(path, {"version": text.version, "body": "x"}).status_code == 403
    assert caller.post(f"{path}/approve").status_code == 403
    assert put(caller, f"/api/clients/{text.customer_id}/onboarding", {"answers": ANSWERS}).status_code == 403


def test_queue_by_api_answers_deliverables(api: Caller, text: Deliverable) -> None:
    listed = api.get("/api/approvals").json()["results"]
    assert [(row["kind"], row["bulk"], row["version"]) for row in listed] == [("deliverable", False, text.version)]

    response = api.post(f"/api/approvals/{text.pk}/approve", {"version": text.version})

    assert response.json()["status"] == "DELIVERED"
