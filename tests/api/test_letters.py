"""What a person does with one letter, by API: begun as an answer, signed, taken back, settled, an old text restored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from customers.models import Customer, Stakeholder, User
from emails.enums import DraftState
from emails.models import Draft, Reply
from tests import factories
from tests.api.conftest import Caller, error_of

NOW = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)
LATER = "2026-03-12T14:00:00Z"


@pytest.fixture(autouse=True)
def _on_a_working_day(db: None) -> Iterator[None]:
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def jennifer(customer: Customer) -> Stakeholder:
    return factories.StakeholderFactory.create(
        customer=customer, name="Jennifer Park", email="jennifer@acmerail.example", roles=["champion"]
    )


@pytest.fixture
def draft(api: Caller, customer: Customer, jennifer: Stakeholder) -> dict[str, Any]:
    body = {
        "customerId": str(customer.pk),
        "stakeholderId": str(jennifer.pk),
        "subject": "The coming year",
        "body": "Hi Jennifer,\n\nShall we talk?\n\nBest regards,\nDana",
    }
    made: dict[str, Any] = api.post("/api/emails/drafts", body).json()
    return made


def path_of(draft: dict[str, Any], *parts: str) -> str:
    return "/".join(("/api/emails/drafts", draft["id"], *parts))


def in_doubt(draft: dict[str, Any], state: DraftState = DraftState.NEEDS_REVIEW) -> Draft:
    rows = Draft.objects.filter(pk=draft["id"])
    rows.update(state=state, attempted_at=NOW, claim_token=None, leased_until=None)
    return rows.get()


def test_earlier_text_is_listed_and_brought_back(api: Caller, draft: dict[str, Any]) -> None:
    changed = api.patch(path_of(draft), {"version": draft["version"], "body": "Other words"}).json()
    texts = api.get(path_of(draft, "versions")).json()["results"]
    first = texts[-1]

    stale = api.post(path_of(draft, "versions", first["id"], "restore"), {"version": draft["version"]})
    back = api.post(path_of(draft, "versions", first["id"], "restore"), {"version": changed["version"]})

    assert [text["body"] for text in texts] == ["Other words", draft["body"]]
    assert (stale.status_code, error_of(stale)["code"]) == (409, "stale_version")
    assert back.json()["body"] == draft["body"]
    assert len(api.get(path_of(draft, "versions")).json()["results"]) == 3


def test_text_of_another_draft_is_not_there(
    api: Caller, draft: dict[str, Any], customer: Customer, jennifer: Stakeholder
) -> None:
    asked = {"customerId": str(customer.pk), "stakeholderId": str(jennifer.pk), "body": "Another"}
    other = api.post("/api/emails/drafts", asked).json()
    text = api.get(path_of(other, "versions")).json()["results"][0]

    response = api.post(path_of(draft, "versions", text["id"], "restore"))

    assert response.status_code == 404
    assert Draft.objects.get(pk=draft["id"]).body == draft["body"]


def test_what_waits_to_leave_is_taken_back_once(api: Caller, draft: dict[str, Any]) -> None:
    api.post(path_of(draft, "schedule"), {"version": draft["version"], "scheduledSendDate": LATER})

    back, again = api.post(path_of(draft, "undo")), api.post(path_of(draft, "undo"))

    assert (back.status_code, back.json()["state"]) == (200, "draft")
    assert (back.json()["approvedAt"], back.json()["scheduledSendDate"]) == (None, None)
    assert (again.status_code, "does not wait to leave" in error_of(again)["message"]) == (409, True)


def test_letter_is_signed_by_who_speaks_for_the_account_alone(
    api: Caller, call_as: Callable[..., Caller], draft: dict[str, Any], customer: Customer, lead: User
) -> None:
    refused = call_as(lead).post(path_of(draft, "sign"))
    customer.executive = lead
    customer.save()
    signed = call_as(lead).post(path_of(draft, "sign"), {"version": draft["version"]})

    assert (refused.status_code, list(error_of(refused)["fields"])) == (400, ["sender"])
    assert (signed.status_code, signed.json()["sender"]) == (200, lead.email)


def test_watching_engagement_is_switched_off(api: Caller, draft: dict[str, Any]) -> None:
    changed = api.patch(path_of(draft), {"version": draft["version"], "trackEngagement": False}).json()

    assert (draft["trackEngagement"], changed["trackEngagement"]) == (True, False)


def test_doubt_is_settled_once_with_a_reason(api: Caller, draft: dict[str, Any]) -> None:
    in_doubt(draft)
    path, said = f"/api/emails/{draft['id']}/settle", {"verdict": "sent", "reason": "It stands in their log."}

    bare = api.post(path, {"verdict": "sent"})
    settled, again = api.post(path, said), api.post(path, said)

    assert (bare.status_code, list(error_of(bare)["fields"])) == (400, ["reason"])
    assert (settled.status_code, settled.json()["state"]) == (200, "sent")
    assert (again.status_code, error_of(again)["code"]) == (409, "settled")


def test_letter_is_not_sent_again_while_its_event_may_come(api: Caller, draft: dict[str, Any]) -> None:
    in_doubt(draft, DraftState.UNKNOWN)

    response = api.post(f"/api/emails/{draft['id']}/settle", {"verdict": "again", "reason": "They say so."})

    assert (response.status_code, error_of(response)["code"]) == (409, "too_early")
    assert Draft.objects.get(pk=draft["id"]).state == DraftState.UNKNOWN


def test_settling_takes_the_scope_that_approves(
    call_as: Callable[..., Caller], csm: User, draft: dict[str, Any]
) -> None:
    in_doubt(draft)

    response = call_as(csm, ["read", "write"]).post(
        f"/api/emails/{draft['id']}/settle", {"verdict": "again", "reason": "They say so."}
    )

    assert (response.status_code, error_of(response)["code"]) == (403, "missing_scope")
    assert Draft.objects.get(pk=draft["id"]).state == DraftState.NEEDS_REVIEW


def test_answer_to_a_reply_is_begun_once(api: Caller, jennifer: Stakeholder) -> None:
    reply: Reply = factories.ReplyFactory.create(stakeholder=jennifer, subject="Re: The coming year")

    begun = api.post(f"/api/replies/{reply.pk}/answer").json()
    again = api.post(f"/api/replies/{reply.pk}/answer").json()

    assert (begun["to"], begun["subject"]) == (jennifer.email, "Re: The coming year")
    assert again["id"] == begun["id"]


def test_reply_of_somebody_who_has_left_is_answered_to_nobody(api: Caller, jennifer: Stakeholder) -> None:
    reply: Reply = factories.ReplyFactory.create(stakeholder=jennifer)
    Stakeholder.objects.filter(pk=jennifer.pk).update(left_at=NOW - timedelta(days=1))

    response = api.post(f"/api/replies/{reply.pk}/answer")

    assert (response.status_code, error_of(response)["code"]) == (409, "nobody_to_answer")
