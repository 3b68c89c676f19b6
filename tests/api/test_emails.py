"""Drafts and sending by API: kept, changed by version, approved, refused with a code, sent once."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event
from threading import enumerate as enumerate_threads
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Activity, Contract, Customer, Stakeholder, Todo, User
from customers.services.holds import set_brake
from emails.models import CapturedMail, Draft
from emails.providers.base import MaybeAccepted
from emails.providers.capture import CaptureProvider
from emails.services.outbox import sweep
from tests import factories
from tests.api.conftest import Caller, error_of, key_of

DAY_115 = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)
LATER = "2026-03-12T14:00:00Z"
BODY = "Hi Jennifer,\n\nShall we talk about the coming year?\n\nBest regards,\nDana"


@pytest.fixture(autouse=True)
def _on_day_115(db: None) -> Iterator[None]:
    with time_machine.travel(DAY_115):
        yield


@pytest.fixture
def jennifer(customer: Customer) -> Stakeholder:
    return factories.StakeholderFactory.create(
        customer=customer, name="Jennifer Park", email="jennifer@acmerail.example", roles=["champion"]
    )


@pytest.fixture
def draft(api: Caller, customer: Customer, jennifer: Stakeholder) -> dict[str, Any]:
    return make_draft(api, customer, jennifer)


def make_draft(api: Caller, customer: Customer, person: Stakeholder, **more: Any) -> dict[str, Any]:
    body = {
        "customerId": str(customer.pk),
        "stakeholderId": str(person.pk),
        "subject": "The coming year",
        "body": BODY,
        **more,
    }
    response = api.post("/api/emails/drafts", body)
    assert response.status_code == 201, response.content
    made: dict[str, Any] = response.json()
    return made


# Drafts


def test_draft_is_kept_and_given_back(
    api: Caller, customer: Customer, jennifer: Stakeholder, other_csm: User, csm: User
) -> None:
    made = make_draft(api, customer, jennifer, tone="formal", cc=[other_csm.email])

    expected = {
        "version": 1,
        "state": "draft",
        "customerId": str(customer.pk),
        "stakeholderId": str(jennifer.pk),
        "to": "jennifer@acmerail.example",
        "subject": "The coming year",
        "body": BODY,
        "tone": "formal",
        "cc": [other_csm.email],
        "sender": csm.email,
        "attachments": [],
        "writer": "person",
        "origin": "api",
        "scheduledSendDate": None,
        "sentAt": None,
        "openedAt": None,
    }
    assert {name: made[name] for name in expected} == expected
    assert api.get(f"/api/emails/drafts/{made['id']}").json() == made
    assert api.get("/api/emails/drafts").json()["results"] == [made]


def test_draft_takes_the_customer_by_the_other_systems_id(
    api: Caller, customer: Customer, jennifer: Stakeholder
) -> None:
    assert make_draft(api, customer, jennifer, customerId="ext:001RAIL")["customerId"] == str(customer.pk)


def test_drafts_are_filtered_and_ordered(api: Caller, customer: Customer, jennifer: Stakeholder, csm: User) -> None:
    other = factories.CustomerFactory.create(owner=csm)
    tom = factories.StakeholderFactory.create(customer=other)
    first = make_draft(api, customer, jennifer, subject="B", tone="casual")
    second = make_draft(api, other, tom, subject="A", tone="formal")

    def found(**query: Any) -> list[str]:
        return [row["id"] for row in api.get("/api/emails/drafts", **query).json()["results"]]

    assert found(customerId=str(customer.pk)) == [first["id"]]
    assert found(stakeholderId=str(tom.pk)) == [second["id"]]
    assert found(tone="casual") == [first["id"]]
    assert found(state="sent") == []
    assert found(ordering="subject") == [second["id"], first["id"]]
    assert api.get("/api/emails/drafts", customerId="nonsense").status_code == 400
    assert api.get("/api/emails/drafts", ordering="body").status_code == 400


def test_list_takes_the_same_number_of_queries_for_one_and_three(
    api: Caller, customer: Customer, jennifer: Stakeholder
) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            api.get("/api/emails/drafts")
        return len(queries)

    file = {"name": "a.txt", "contentType": "text/plain", "content": base64.b64encode(b"a").decode()}
    make_draft(api, customer, jennifer, attachments=[file])
    count()
    with_one = count()
    make_draft(api, customer, jennifer, attachments=[file])
    make_draft(api, customer, jennifer, attachments=[file])

    assert count() == with_one


def test_change_carries_the_version_it_saw(api: Caller, draft: dict[str, Any]) -> None:
    address = f"/api/emails/drafts/{draft['id']}"

    changed = api.patch(address, {"version": 1, "subject": "A new year", "tone": "casual"}).json()
    stale = api.patch(address, {"version": 1, "body": "Lost?"})
    without = api.patch(address, {"body": "Lost?"})

    assert (changed["version"], changed["subject"], changed["tone"]) == (2, "A new year", "casual")
    error = error_of(stale)
    assert (stale.status_code, error["code"]) == (409, "stale_version")
    assert error["current"] == {"version": 2, "subject": "A new year", "body": BODY}
    assert (without.status_code, list(error_of(without)["fields"])) == (400, ["version"])
    assert api.get(address).json() == changed


def test_files_go_along_and_are_replaced(api: Caller, customer: Customer, jennifer: Stakeholder) -> None:
    def file(name: str, content: bytes) -> dict[str, str]:
        return {"name": name, "contentType": "text/plain", "content": base64.b64encode(content).decode()}

    made = make_draft(api, customer, jennifer, attachments=[file("one.txt", b"1"), file("two.txt", b"22")])
    kept = made["attachments"][1]
    changed = api.patch(
        f"/api/emails/drafts/{made['id']}",
        {"version": made["version"], "attachments": [{"id": kept["id"]}, file("three.txt", b"333")]},
    ).json()

    assert [(row["name"], row["size"], row["contentType"]) for row in made["attachments"]] == [
        ("one.txt", 1, "text/plain"),
        ("two.txt", 2, "text/plain"),
    ]
    assert [row["name"] for row in changed["attachments"]] == ["two.txt", "three.txt"]
    assert changed["version"] > made["version"]


def test_file_of_five_megabytes_is_taken_and_a_larger_one_is_not(
    api: Caller, customer: Customer, jennifer: Stakeholder
) -> None:
    def send(size: int) -> Any:
        content = base64.b64encode(b"x" * size).decode()
        file = {"name": "big.bin", "content": content}
        body = {"customerId": str(customer.pk), "stakeholderId": str(jennifer.pk), "attachments": [file]}
        return api.post("/api/emails/drafts", body)

    megabytes = 1024 * 1024
    too_large = send(5 * megabytes + 1)
    assert send(5 * megabytes).status_code == 201
    assert (too_large.status_code, list(error_of(too_large)["fields"])) == (400, ["attachments"])
    assert send(12 * megabytes).status_code == 413
    assert Draft.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"customerId": None}, "customerId"),
        ({"stakeholderId": "nobody"}, "stakeholderId"),
        ({"subject": "Two\nlines"}, "subject"),
        ({"subject": "Two\r\nBcc: all@example.org"}, "subject"),
        ({"subject": "x" * 301}, "subject"),
        ({"body": "x" * 20_001}, "body"),
        ({"tone": "loud"}, "tone"),
        ({"cc": ["nobody"]}, "cc.0"),
        ({"cc": ["stranger@elsewhere.example"]}, "cc"),
        ({"cc": "dana@evergreen.example"}, "cc"),
        ({"attachments": [{"name": "a.txt"}]}, "attachments.0.content"),
        ({"attachments": [{"name": "a.txt", "content": "!!"}]}, "attachments.0.content"),
        ({"attachments": [{"name": "a.exe", "content": "YQ=="}]}, "attachments"),
        ({"scheduledSendDate": "soon"}, "scheduledSendDate"),
        ({"scheduledSendDate": "2026-03-08T10:00:00Z"}, "scheduledSendDate"),
    ],
)
def test_bad_field_of_a_draft_is_named_and_nothing_is_kept(
    api: Caller, customer: Customer, jennifer: Stakeholder, change: dict[str, Any], field: str
) -> None:
    body = {"customerId": str(customer.pk), "stakeholderId": str(jennifer.pk), "subject": "S", "body": "B"}

    response = api.post("/api/emails/drafts", {**body, **change})

    assert response.status_code == 400
    assert list(error_of(response)["fields"]) == [field]
    assert not Draft.objects.exists()


def test_deleted_draft_is_gone_and_its_record_stays(api: Caller, draft: dict[str, Any]) -> None:
    address = f"/api/emails/drafts/{draft['id']}"

    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404
    assert api.delete(address).status_code == 404
    assert api.get("/api/emails/drafts").json()["count"] == 0
    assert api.get("/api/emails/drafts", state="cancelled").json()["count"] == 1
    assert api.get(f"/api/emails/{draft['id']}").json()["state"] == "cancelled"


def test_approve_and_edit_voids_it(api: Caller, draft: dict[str, Any]) -> None:
    address = f"/api/emails/drafts/{draft['id']}"

    approved = api.post(f"{address}/approve", {"version": 1}).json()
    edited = api.patch(address, {"version": approved["version"], "body": BODY + "\n\nP.S. Thanks."}).json()

    assert (approved["state"], approved["approvedBy"]) == ("approved", "dana")
    assert approved["approvalExpiresAt"] == "2026-03-16" + approved["approvedAt"][10:]
    assert (edited["state"], edited["approvedBy"]) == ("draft", None)


def test_same_yes_within_a_minute_is_one(api: Caller, draft: dict[str, Any]) -> None:
    address = f"/api/emails/drafts/{draft['id']}"
    said = {"draft.approved": "approve", "draft.scheduled": "schedule"}

    for verb, door in said.items():
        answers = [api.post(f"{address}/{door}", {"version": 1, "scheduledSendDate": LATER}).json() for _ in range(3)]
        assert answers[0] == answers[1] == answers[2]
        assert Activity.objects.filter(verb=verb).count() == 1


def test_same_yes_later_is_a_new_one_and_lives_from_then(api: Caller, draft: dict[str, Any]) -> None:
    address = f"/api/emails/drafts/{draft['id']}/approve"
    first = api.post(address).json()
    with time_machine.travel(DAY_115 + timedelta(days=6)):
        second = api.post(address).json()

    assert second["approvalExpiresAt"] > first["approvalExpiresAt"]
    assert Activity.objects.filter(verb="draft.approved").count() == 2


def test_schedule_and_take_back(api: Caller, draft: dict[str, Any]) -> None:
    address = f"/api/emails/drafts/{draft['id']}"

    scheduled = api.post(f"{address}/schedule", {"scheduledSendDate": LATER}).json()
    taken_back = api.patch(address, {"version": scheduled["version"], "scheduledSendDate": None}).json()
    past = api.post(f"{address}/schedule", {"scheduledSendDate": "2026-03-09T14:59:00Z"})

    assert (scheduled["state"], scheduled["scheduledSendDate"]) == ("scheduled", LATER)
    assert (taken_back["state"], taken_back["scheduledSendDate"]) == ("draft", None)
    assert (past.status_code, list(error_of(past)["fields"])) == (400, ["scheduledSendDate"])


def test_draft_may_be_scheduled_as_it_is_made(api: Caller, customer: Customer, jennifer: Stakeholder) -> None:
    made = make_draft(api, customer, jennifer, scheduledSendDate=LATER)

    assert (made["state"], made["scheduledSendDate"]) == ("scheduled", LATER)


def test_regenerate_writes_anew_and_refuses_a_stale_version(api: Caller, customer: Customer) -> None:
    factories.ContractFactory.create(customer=customer)
    factories.StakeholderFactory.create(customer=customer)
    written = api.post(f"/api/customers/{customer.pk}/engage").json()["drafts"][0]
    address = f"/api/emails/drafts/{written['id']}/regenerate"

    shorter = api.post(address, {"instruction": "shorter"})
    stale = api.post(address, {"instruction": "shorter", "version": 1})

    assert shorter.status_code == 200
    assert shorter.json()["version"] == written["version"] + 1
    assert len(shorter.json()["body"]) < len(written["body"])
    assert (stale.status_code, error_of(stale)["code"]) == (409, "stale_version")
    assert api.post(address, {"instruction": "x" * 501}).status_code == 400


def test_preview_shows_both_parts_and_executes_nothing(
    api: Caller, customer: Customer, jennifer: Stakeholder, csm: User
) -> None:
    made = make_draft(api, customer, jennifer, body="Hi <script>alert(1)</script>\n\n- one\n- two")

    preview = api.get(f"/api/emails/drafts/{made['id']}/preview").json()

    assert preview["subject"] == "The coming year"
    assert preview["to"] == {"name": "Jennifer Park", "email": "jennifer@acmerail.example"}
    assert preview["sender"] == {"name": "Dana Whitfield", "email": csm.email}
    assert "<script" not in preview["html"] and "&lt;script&gt;" in preview["html"]
    assert "- one" in preview["text"]
    assert preview["priceShown"] is None


def test_facts_name_each_claim_with_its_record(api: Caller, customer: Customer, jennifer: Stakeholder) -> None:
    body = "Hi Jennifer Park,\n\nYou saved $52,000 this year."
    made = make_draft(api, customer, jennifer, body=body)

    spans = api.get(f"/api/emails/drafts/{made['id']}/facts").json()

    by_text = {span["span"]: span for span in spans}
    assert all(set(span) == {"span", "start", "end", "part", "state", "source"} for span in spans)
    assert all(body[span["start"] : span["end"]] == span["span"] for span in spans if span["part"] == "body")
    money = by_text["$52,000"]
    assert (money["state"], money["source"], money["part"]) == ("unsupported", None, "body")
    name = next(span for text, span in by_text.items() if "Jennifer" in text)
    assert name["state"] == "supported"
    assert set(name["source"]) == {"label", "url", "value"}
    assert str(customer.pk) in name["source"]["url"]


# Sending


def test_send_draft_leaves_at_once_and_makes_the_tracking_task(
    api: Caller, draft: dict[str, Any], jennifer: Stakeholder
) -> None:
    response = api.post("/api/emails/send", {"draftId": draft["id"], "version": draft["version"]})

    answer = response.json()
    assert response.status_code == 200
    assert set(answer) == {"emailId", "sentAt", "status"}
    assert (answer["emailId"], answer["status"]) == (draft["id"], "sent")
    assert answer["sentAt"].startswith("2026-03-09T15:00") and answer["sentAt"].endswith("Z")
    assert CapturedMail.objects.get().mail_to == "Jennifer Park <jennifer@acmerail.example>"
    assert Todo.objects.get().metadata["processor"] == "email-engagement-tracker"
    email = api.get(f"/api/emails/{draft['id']}").json()
    assert (email["state"], email["sentAt"]) == ("sent", answer["sentAt"])
    assert email["receipt"][0]["check"] == "approval"
    assert all(line["passed"] for line in email["receipt"])
    assert [event["type"] for event in email["events"]] == ["approved", "sent"]


def test_send_text_leaves_from_the_tokens_person_whatever_from_says(
    api: Caller, customer: Customer, jennifer: Stakeholder, csm: User
) -> None:
    response = api.post(
        "/api/emails/send",
        {
            "customerId": "ext:001RAIL",
            "to": "JENNIFER@acmerail.example",
            "from": "ceo@elsewhere.example",
            "subject": "The coming year",
            "body": BODY,
            "trackEngagement": False,
        },
    )

    mail = CapturedMail.objects.get()
    assert response.status_code == 200
    assert csm.email in mail.mail_from and b"elsewhere" not in bytes(mail.raw)
    assert not Todo.objects.exists()
    assert Draft.objects.get().customer == customer


def test_send_again_is_409_and_one_mail(api: Caller, draft: dict[str, Any]) -> None:
    body = {"draftId": draft["id"], "version": draft["version"]}

    first, second = api.post("/api/emails/send", body), api.post("/api/emails/send", body)

    assert (first.status_code, second.status_code) == (200, 409)
    error_of(second)
    assert CapturedMail.objects.count() == 1


def text_to(address: str, **more: Any) -> dict[str, Any]:
    return {"customerId": "ext:001RAIL", "to": address, "subject": "Hello", "body": BODY, **more}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "customerId"),
        (text_to("nobody@elsewhere.example"), "to"),
        (text_to("no address"), "to"),
        (text_to("jennifer@acmerail.example", subject=""), "subject"),
        (text_to("jennifer@acmerail.example", subject="a\nb"), "subject"),
        (text_to("jennifer@acmerail.example", body=" "), "body"),
        ({"draftId": "nonsense", "version": 1}, "draftId"),
        ({"draftId": "00000000-0000-0000-0000-000000000001"}, "version"),
    ],
)
def test_bad_send_is_400_by_field_and_nothing_is_kept(
    api: Caller, customer: Customer, jennifer: Stakeholder, body: dict[str, Any], field: str
) -> None:
    response = api.post("/api/emails/send", body)

    assert response.status_code == 400
    assert field in error_of(response)["fields"]
    assert not Draft.objects.exists()


def test_who_has_left_is_no_recipient(api: Caller, draft: dict[str, Any], jennifer: Stakeholder) -> None:
    jennifer.left_at = DAY_115
    jennifer.save()

    text = api.post("/api/emails/send", text_to(jennifer.email))
    by_draft = api.post("/api/emails/send", {"draftId": draft["id"], "version": 1})

    assert (text.status_code, list(error_of(text)["fields"])) == (400, ["to"])
    assert (by_draft.status_code, error_of(by_draft)["code"]) == (400, "not_stakeholder")


def test_unsupported_figure_is_409_until_it_is_gone(api: Caller, customer: Customer, jennifer: Stakeholder) -> None:
    made = make_draft(api, customer, jennifer, body="You saved $52,000.")

    by_draft = api.post("/api/emails/send", {"draftId": made["id"], "version": 1})
    by_text = api.post("/api/emails/send", text_to(jennifer.email, body="You saved $52,000."))
    changed = api.patch(f"/api/emails/drafts/{made['id']}", {"version": 1, "body": BODY}).json()

    assert [(answer.status_code, error_of(answer)["code"]) for answer in (by_draft, by_text)] == [
        (409, "unsupported_facts")
    ] * 2
    assert "$52,000" in error_of(by_draft)["message"]
    assert Draft.objects.count() == 1
    assert api.post("/api/emails/send", {"draftId": made["id"], "version": changed["version"]}).status_code == 200


def test_changed_fact_is_409_stale_facts(api: Caller, customer: Customer) -> None:
    contract: Contract = factories.ContractFactory.create(customer=customer)
    factories.StakeholderFactory.create(customer=customer)
    api.post(f"/api/customers/{customer.pk}/renewal/lock-price")
    written = api.post(f"/api/customers/{customer.pk}/engage").json()["drafts"][0]
    Contract.objects.filter(pk=contract.pk).update(target_price=269000)

    response = api.post("/api/emails/send", {"draftId": written["id"], "version": written["version"]})

    assert (response.status_code, error_of(response)["code"]) == (409, "stale_facts")
    assert "$269,000" in error_of(response)["message"]
    assert not CapturedMail.objects.exists()


def test_held_or_braked_account_is_409_held(api: Caller, draft: dict[str, Any], customer: Customer, csm: User) -> None:
    send = {"draftId": draft["id"], "version": 1}
    address = f"/api/customers/{customer.pk}/hold"

    api.post(address, {"scope": "account", "until": "2026-03-20T00:00:00Z"})
    held = api.post("/api/emails/send", send)
    api.delete(address)
    set_brake(customer, reason="Reply", now=DAY_115, by=csm)
    braked = api.post("/api/emails/send", send)

    assert [(answer.status_code, error_of(answer)["code"]) for answer in (held, braked)] == [(409, "held")] * 2
    assert [(line["check"], line["nextTryAt"]) for line in error_of(held)["checks"]] == [
        ("hold", "2026-03-20T00:00:00Z")
    ]
    assert not CapturedMail.objects.exists()


def test_hold_after_the_approval_blocks_with_the_next_try(
    api: Caller, draft: dict[str, Any], customer: Customer
) -> None:
    scheduled = api.post(f"/api/emails/drafts/{draft['id']}/schedule", {"scheduledSendDate": LATER})
    api.post(f"/api/customers/{customer.pk}/hold", {"scope": "account", "until": "2026-03-20T00:00:00Z"})
    sweep(now=datetime(2026, 3, 12, 14, 1, tzinfo=UTC))

    email = api.get(f"/api/emails/{draft['id']}").json()

    assert scheduled.status_code == 200
    assert (email["state"], email["nextTryAt"]) == ("blocked", "2026-03-20T00:00:00Z")
    refused = [line for line in email["receipt"] if not line["passed"]]
    assert [(line["check"], line["nextTryAt"]) for line in refused] == [("hold", "2026-03-20T00:00:00Z")]


def test_expired_approval_is_409(api: Caller, call_as: Callable[..., Caller], csm: User, draft: dict[str, Any]) -> None:
    api.post(f"/api/emails/drafts/{draft['id']}/approve", {})
    writer = call_as(csm, ["read", "write"])

    with time_machine.travel(datetime(2026, 3, 17, 15, 0, tzinfo=UTC)):
        response = writer.post("/api/emails/send", {"draftId": draft["id"], "version": 1})

    assert (response.status_code, error_of(response)["code"]) == (409, "approval_expired")


def test_without_the_scope_approve_only_what_was_approved_leaves(
    api: Caller, call_as: Callable[..., Caller], csm: User, draft: dict[str, Any], jennifer: Stakeholder
) -> None:
    writer, send = call_as(csm, ["read", "write"]), {"draftId": draft["id"], "version": 1}
    address = f"/api/emails/drafts/{draft['id']}"
    scheduled = {"customerId": "ext:001RAIL", "stakeholderId": str(jennifer.pk), "scheduledSendDate": LATER}

    refused = [
        writer.post("/api/emails/send", send),
        writer.post("/api/emails/send", text_to(jennifer.email)),
        writer.post(f"{address}/approve", {}),
        writer.post(f"{address}/schedule", {"scheduledSendDate": LATER}),
        writer.patch(address, {"version": 1, "scheduledSendDate": LATER}),
        writer.post("/api/emails/drafts", scheduled),
    ]
    api.post(f"{address}/approve", {})
    sent = writer.post("/api/emails/send", send)

    assert [(answer.status_code, error_of(answer)["code"]) for answer in refused] == [(403, "missing_scope")] * 6
    assert sent.status_code == 200
    assert CapturedMail.objects.count() == 1


def test_doubt_about_the_provider_is_202_unknown_and_never_sent_again(
    api: Caller, draft: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def doubt(*args: Any, **kwargs: Any) -> None:
        raise MaybeAccepted("No answer within 20 s")

    monkeypatch.setattr(CaptureProvider, "send", doubt)
    body = {"draftId": draft["id"], "version": 1}

    first, second = api.post("/api/emails/send", body), api.post("/api/emails/send", body)

    assert first.status_code == 202
    assert first.json() == {
        "emailId": draft["id"],
        "sentAt": None,
        "status": "unknown",
        "reason": "No answer within 20 s",
        "nextTryAt": None,
    }
    assert second.status_code == 409


@pytest.mark.django_db(transaction=True)
def test_slow_provider_is_202_queued_and_the_letter_leaves_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    csm = factories.UserFactory.create(username="dana")
    customer = factories.CustomerFactory.create(owner=csm, external_id="001RAIL")
    api = Caller(key_of(csm))
    made = make_draft(api, customer, factories.StakeholderFactory.create(customer=customer))
    may_answer, send = Event(), CaptureProvider.send

    def slow(self: CaptureProvider, mail: Any, *, now: datetime) -> Any:
        assert may_answer.wait(10)
        return send(self, mail, now=now)

    monkeypatch.setattr(CaptureProvider, "send", slow)
    monkeypatch.setattr("emails.api.waiting.WAITED_FOR_S", 0.3)

    response = api.post("/api/emails/send", {"draftId": made["id"], "version": 1})
    handing_over = next(thread for thread in enumerate_threads() if thread.name == f"deliver-{made['id']}")
    may_answer.set()
    handing_over.join(10)

    assert (response.status_code, response.json()["status"], response.json()["sentAt"]) == (202, "queued", None)
    assert api.get(f"/api/emails/{made['id']}").json()["state"] == "sent"


def test_crash_of_a_provider_is_202_unknown(
    api: Caller, draft: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("a bug in the vendor's package")

    monkeypatch.setattr(CaptureProvider, "send", crash)

    response = api.post("/api/emails/send", {"draftId": draft["id"], "version": 1})

    assert (response.status_code, response.json()["status"]) == (202, "unknown")


EMAIL_CALLS = [
    ("get", "/api/emails/drafts/{id}"),
    ("patch", "/api/emails/drafts/{id}"),
    ("delete", "/api/emails/drafts/{id}"),
    ("post", "/api/emails/drafts/{id}/regenerate"),
    ("post", "/api/emails/drafts/{id}/approve"),
    ("post", "/api/emails/drafts/{id}/schedule"),
    ("get", "/api/emails/drafts/{id}/preview"),
    ("get", "/api/emails/drafts/{id}/facts"),
    ("get", "/api/emails/{id}"),
]


@pytest.mark.parametrize(("method", "address"), EMAIL_CALLS)
def test_draft_of_others_is_not_there(
    call_as: Callable[..., Caller], stranger: User, draft: dict[str, Any], method: str, address: str
) -> None:
    response = call_as(stranger)(method, address.format(id=draft["id"]))

    assert response.status_code == 404
    assert Draft.objects.get().state == "draft"


def test_ids_of_others_in_a_body_or_query_are_not_there(
    api: Caller, customer: Customer, jennifer: Stakeholder, foreign: Customer, draft: dict[str, Any]
) -> None:
    theirs = factories.StakeholderFactory.create(customer=foreign)
    text = {"subject": "S", "body": "B"}

    answers = [
        api.post("/api/emails/drafts", {"customerId": str(foreign.pk), "stakeholderId": str(theirs.pk), **text}),
        api.post("/api/emails/drafts", {"customerId": str(customer.pk), "stakeholderId": str(theirs.pk), **text}),
        api.post("/api/emails/send", {"customerId": "ext:001FOREIGN", "to": theirs.email, **text}),
        api.patch(f"/api/emails/drafts/{draft['id']}", {"version": 1, "stakeholderId": str(theirs.pk)}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert api.get("/api/emails/drafts", customerId=str(foreign.pk)).json()["count"] == 0
    assert Draft.objects.count() == 1


def test_reader_reads_and_changes_nothing(call_as: Callable[..., Caller], reader: User, draft: dict[str, Any]) -> None:
    reading = call_as(reader)
    address = f"/api/emails/drafts/{draft['id']}"

    assert reading.get(address).status_code == 200
    refused = [
        reading.patch(address, {"version": 1, "subject": "x"}),
        reading.post(f"{address}/approve", {}),
        reading.post("/api/emails/send", {"draftId": draft["id"], "version": 1}),
        reading.delete(address),
    ]
    assert [error_of(answer)["code"] for answer in refused] == ["read_only"] * 4


def test_lead_must_approve_a_large_increase(
    api: Caller, call_as: Callable[..., Caller], lead: User, customer: Customer
) -> None:
    factories.ContractFactory.create(customer=customer, target_price=290000)
    customer.relationship_strength = 9
    customer.competitive_pressure = "low"
    customer.save()
    person = factories.StakeholderFactory.create(customer=customer)
    leader = call_as(lead)
    leader.post(f"/api/customers/{customer.pk}/renewal/lock-price")
    plan = leader.post(f"/api/customers/{customer.pk}/engage").json()
    changed = leader.patch(
        f"/api/engage/{plan['id']}",
        {"variations": [{"stakeholderId": str(person.pk), "approach": "value_first"}], "reason": "Agreed"},
    ).json()
    written = changed["drafts"][0]
    body = {"draftId": written["id"], "version": written["version"]}

    refused = api.post("/api/emails/send", body)

    assert (refused.status_code, error_of(refused)["code"]) == (403, "may_not_approve")
    assert leader.post("/api/emails/send", body).status_code == 200


RACERS = 8


@pytest.mark.django_db(transaction=True)
def test_racing_sends_of_one_draft_make_one_mail() -> None:
    csm = factories.UserFactory.create(username="dana")
    customer = factories.CustomerFactory.create(owner=csm, external_id="001RAIL")
    person = factories.StakeholderFactory.create(customer=customer)
    key = key_of(csm)
    made = make_draft(Caller(key), customer, person)
    start = Barrier(RACERS)

    def call(number: int) -> int:
        try:
            start.wait()
            body = {"draftId": made["id"], "version": made["version"]}
            return Caller(key).post("/api/emails/send", body, Idempotency_Key=f"send-{number}").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(RACERS) as pool:
        answers = list(pool.map(call, range(RACERS)))

    assert set(answers) <= {200, 202, 409}
    assert 200 in answers
    assert CapturedMail.objects.count() == 1
