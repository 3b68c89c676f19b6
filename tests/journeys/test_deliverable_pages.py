"""The pages of onboarding, plan and deliverables: nothing typed is lost, not yours is not there, text is only text."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from customers.models import Customer, User
from customers.queries.kept import forget_answers
from journeys.enums import DeliverableState
from journeys.models import BusinessPlan, Deliverable, DeliverableVersion, Journey, JourneyMonth, Onboarding
from journeys.rules.onboarding import QUESTIONS
from journeys.services.plans import approve_plan, save_plan
from journeys.services.reviewing import approve_deliverable, reject_deliverable
from journeys.services.texts import restore_text, save_text
from tests import factories
from tests.journeys.deliverable_ground import commission, start, write

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture
def customer(csm: User) -> Customer:
    return factories.CustomerFactory.create(owner=csm, name="Nova Candles")


@pytest.fixture
def journey(customer: Customer, now: datetime) -> Journey:
    return start(customer, now=now)


@pytest.fixture
def text(journey: Journey, now: datetime) -> Deliverable:
    return write(journey, 1, now=now)


@pytest.fixture
def page(client: Client, csm: User) -> Client:
    client.force_login(csm)
    return client


def post(client: Client, url: str, **data: Any) -> Any:
    return client.post(url, data)


def onboarding(customer: Customer, **more: str) -> dict[str, str]:
    asked = {f"question_{place}": question for place, question in enumerate(QUESTIONS)}
    answers = {f"answer_{place}": f"Answer {place}" for place in range(len(QUESTIONS))}
    return {"version": "0", "new_question": "", "new_answer": "", **asked, **answers, **more}


def test_onboarding_is_filled_in_with_a_question_more(page: Client, customer: Customer) -> None:
    url = f"/customers/{customer.pk}/onboarding"
    assert QUESTIONS[0] in page.get(url).content.decode()

    response = page.post(url, onboarding(customer, new_question="Why us?", new_answer="A friend."))

    saved = Onboarding.objects.get(customer=customer)
    assert response.status_code == 302
    assert saved.answers[-1] == {"question": "Why us?", "answer": "A friend."}
    assert len(saved.answers) == len(QUESTIONS) + 1


def test_answers_from_a_file_fill_in_the_form_and_nothing_is_saved_yet(page: Client, customer: Customer) -> None:
    file = SimpleUploadedFile("answers.csv", f'"{QUESTIONS[0]}",We make candles\n'.encode())
    typed = onboarding(customer, answer_1="Typed already", read_file="1")

    response = page.post(f"/customers/{customer.pk}/onboarding", typed | {"file": file})

    html = response.content.decode()
    assert response.status_code == 200
    assert "We make candles" in html
    assert "Typed already" in html
    assert "Read 1 answer from the file." in html
    assert not Onboarding.objects.exists()


def test_file_without_answers_is_refused_beside_its_field(page: Client, customer: Customer) -> None:
    typed = onboarding(customer, answer_1="Typed already", read_file="1")

    for file in ({}, {"file": SimpleUploadedFile("plan.pdf", b"%PDF-1.4")}):
        response = page.post(f"/customers/{customer.pk}/onboarding", typed | file)

        html = response.content.decode()
        assert response.status_code == 400
        assert 'id="id_file_error"' in html
        assert "Typed already" in html


def test_answer_that_is_too_long_stays_typed_with_the_error_beside_it(page: Client, customer: Customer) -> None:
    typed = onboarding(customer, answer_2="x" * 5001, new_answer="No question")

    response = page.post(f"/customers/{customer.pk}/onboarding", typed)

    html = response.content.decode()
    assert response.status_code == 400
    assert "At most 5,000 characters; these are 5,001." in html
    assert "Say what was asked." in html
    assert "x" * 5001 in html
    assert "No question" in html
    assert not Onboarding.objects.exists()


def test_answers_saved_meanwhile_are_shown_beside_mine(page: Client, customer: Customer) -> None:
    url = f"/customers/{customer.pk}/onboarding"
    page.post(url, onboarding(customer, answer_0="Theirs"))

    response = page.post(url, onboarding(customer, answer_0="Mine"))

    html = response.content.decode()
    assert response.status_code == 409
    assert "<del>Theirs</del>" in html
    assert "<ins>Mine</ins>" in html
    assert page.post(url, onboarding(customer, answer_0="Mine", version="1")).status_code == 302
    assert "version=2" in page.get(f"{url}/versions").content.decode()


def test_plan_is_typed_handed_in_and_approved(page: Client, customer: Customer) -> None:
    url = f"/customers/{customer.pk}/business-plan"
    file = SimpleUploadedFile("plan.docx", b"PK\x03\x04 zip", content_type="text/html")

    page.post(url, {"version": "0", "body": "# Goal\nSell.", "file": file})
    assert "waits for approval" in page.get(url).content.decode()
    page.post(f"{url}/approve", {"version": "1"})

    plan = BusinessPlan.objects.get(customer=customer)
    assert (plan.body, plan.file_name, plan.approved_at is not None) == ("# Goal\nSell.", "plan.docx", True)
    download = page.get(f"{url}/file")
    assert download.content == b"PK\x03\x04 zip"
    assert download["Content-Disposition"] == 'attachment; filename="plan.docx"'
    assert download["Content-Type"] == plan.content_type


def test_plan_with_a_bad_file_keeps_what_was_typed(page: Client, customer: Customer) -> None:
    file = SimpleUploadedFile("plan.pdf", b"<html>")

    response = page.post(f"/customers/{customer.pk}/business-plan", {"version": "0", "body": "Typed.", "file": file})

    html = response.content.decode()
    assert response.status_code == 400
    assert "not what its name says" in html
    assert "Typed.</textarea>" in html
    assert not BusinessPlan.objects.exists()


def test_plan_saved_meanwhile_is_shown_beside_mine(page: Client, customer: Customer, now: datetime, csm: User) -> None:
    save_plan(customer, body="Theirs", seen=0, now=now, by=csm)

    response = page.post(f"/customers/{customer.pk}/business-plan", {"version": "0", "body": "Mine"})

    html = response.content.decode()
    assert response.status_code == 409
    assert "<del>Theirs</del><ins>Mine</ins>" in html
    assert 'name="version" value="1"' in html


def test_old_version_of_a_plan_is_not_approved(page: Client, customer: Customer, now: datetime, csm: User) -> None:
    save_plan(customer, body="One", seen=0, now=now, by=csm)
    save_plan(customer, body="Two", seen=1, now=now, by=csm)

    page.post(f"/customers/{customer.pk}/business-plan/approve", {"version": "1"})

    assert not BusinessPlan.objects.filter(approved_at__isnull=False).exists()


def test_approve_on_the_page_delivers(page: Client, text: Deliverable) -> None:
    response = page.post(f"/deliverables/{text.pk}/approve", {"version": text.version}, follow=True)

    text.refresh_from_db()
    html = response.content.decode()
    assert text.state == DeliverableState.DELIVERED
    assert "Delivered. The client is told." in html
    assert "data-autosave" not in html


def test_reject_without_a_note_asks_beside_the_field(page: Client, text: Deliverable) -> None:
    response = page.post(f"/deliverables/{text.pk}/reject", {"version": text.version, "note": ""})

    assert response.status_code == 400
    assert "Say what is to be revised." in response.content.decode()
    text.refresh_from_db()
    assert text.state == DeliverableState.PENDING_REVIEW


def test_note_on_an_old_version_is_not_lost(page: Client, text: Deliverable, now: datetime, lead: User) -> None:
    save_text(text, version=text.version, now=now, by=lead, body="Other")

    response = page.post(f"/deliverables/{text.pk}/reject", {"version": text.version, "note": "Long note"})

    assert response.status_code == 409
    assert "Long note</textarea>" in response.content.decode()


def test_editor_saves_and_gets_marks(page: Client, text: Deliverable) -> None:
    typed = {"version": text.version, "subject": "T", "body": "You earn €999,999."}

    answer = page.post(f"/deliverables/{text.pk}/save", typed, headers={"accept": "application/json"}).json()

    assert (answer["version"], answer["body"]) == (text.version + 1, "You earn €999,999.")
    assert [mark["state"] for mark in answer["marks"]] == ["unsupported"]
    assert f"/deliverables/{text.pk}/confirm" in answer["facts"]


def test_stale_save_shows_both_texts(page: Client, text: Deliverable, now: datetime, lead: User) -> None:
    save_text(text, version=text.version, now=now, by=lead, body="Theirs")
    typed = {"version": text.version, "subject": "T", "body": "Mine"}

    html = page.post(f"/deliverables/{text.pk}/save", typed)
    script = page.post(f"/deliverables/{text.pk}/save", typed, headers={"accept": "application/json"})

    assert html.status_code == script.status_code == 409
    assert "<del>Theirs</del><ins>Mine</ins>" in html.content.decode()
    assert script.json()["current"]["body"] == "Theirs"
    text.refresh_from_db()
    assert text.body == "Theirs"


def test_too_long_a_text_is_shown_back(page: Client, text: Deliverable) -> None:
    typed = {"version": text.version, "subject": "T", "body": "y" * 60_001}

    response = page.post(f"/deliverables/{text.pk}/save", typed)

    assert response.status_code == 400
    assert "y" * 60_001 in response.content.decode()


def test_confirm_and_remove_on_the_page(page: Client, text: Deliverable, now: datetime, csm: User) -> None:
    changed = save_text(text, version=text.version, now=now, by=csm, body="You earn €999,999 and €1,000.")
    page.post(f"/deliverables/{text.pk}/confirm", {"version": changed.version, "text": "€999,999"})
    where = {"part": "body", "start": 22, "end": 28}

    page.post(f"/deliverables/{text.pk}/remove", {"version": changed.version + 1, **where})

    text.refresh_from_db()
    assert text.body == "You earn €999,999 and."
    assert [row["text"] for row in text.confirmed] == ["€999,999"]


def test_rewrite_keeps_the_old_text(page: Client, text: Deliverable) -> None:
    response = page.post(f"/deliverables/{text.pk}/rewrite", {"version": text.version, "instruction": "Shorter"})

    assert response.status_code == 302
    assert DeliverableVersion.objects.filter(deliverable=text).count() == 2
    html = page.get(f"/deliverables/{text.pk}/versions").content.decode()
    assert "Written again: Shorter" in html


def test_version_is_brought_back(page: Client, text: Deliverable, now: datetime, csm: User) -> None:
    changed = save_text(text, version=text.version, now=now, by=csm, body="Mine")
    old = DeliverableVersion.objects.filter(deliverable=text).order_by("number").first()
    assert old is not None

    page.post(f"/deliverables/{text.pk}/versions/{old.pk}/restore", {"version": changed.version})

    text.refresh_from_db()
    assert text.body == old.body


def test_month_is_written_by_hand(page: Client, journey: Journey, customer: Customer) -> None:
    url = f"/customers/{customer.pk}/months/2/write"
    assert page.post(url, {"title": "Mine", "body": ""}).status_code == 400

    response = page.post(url, {"title": "Mine", "body": "Text"})

    made = Deliverable.objects.get(journey=journey, month__number=2)
    assert response["Location"] == f"/deliverables/{made.pk}"
    again = page.post(url, {"title": "Mine", "body": "Not lost"})
    assert (again.status_code, "Not lost</textarea>" in again.content.decode()) == (409, True)
    assert page.get(f"/customers/{customer.pk}/months/99/write").status_code == 404


@pytest.mark.parametrize("state", ["writing", "failed", "rejected", "delivered"])
def test_every_state_has_a_page(page: Client, journey: Journey, now: datetime, csm: User, state: str) -> None:
    row = commission(journey, 1, now=now) if state in ("writing", "failed") else write(journey, 1, now=now)
    if state == "failed":
        Deliverable.objects.filter(pk=row.pk).update(state="FAILED", due_at=None, outcome="Claude refused the key.")
    elif state == "rejected":
        reject_deliverable(row, note="Name the hotels.", version=row.version, now=now, by=csm)
    elif state == "delivered":
        approve_deliverable(row, version=row.version, now=now, by=csm)

    html = page.get(f"/deliverables/{row.pk}").content.decode()

    words = {
        "writing": "It is being written",
        "failed": "Claude refused the key.",
        "rejected": "Name the hotels.",
        "delivered": "not yet",
    }
    assert words[state] in html


def test_pasted_markup_is_text_everywhere(
    page: Client, text: Deliverable, customer: Customer, now: datetime, csm: User
) -> None:
    save_text(text, version=text.version, now=now, by=csm, title=HOSTILE, body=f"## {HOSTILE}\n\n- {HOSTILE}")
    save_plan(customer, body=HOSTILE, seen=0, now=now, by=csm)
    approve_plan(customer, now=now, by=csm)
    page.post(f"/customers/{customer.pk}/onboarding", onboarding(customer, answer_0=HOSTILE))

    for url in (
        f"/deliverables/{text.pk}",
        f"/deliverables/{text.pk}/versions",
        f"/customers/{customer.pk}/business-plan",
        f"/customers/{customer.pk}/business-plan/versions",
        f"/customers/{customer.pk}/onboarding",
        f"/customers/{customer.pk}/onboarding/versions",
        f"/approvals?whose=all&item={text.pk}",
    ):
        html = page.get(url).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html


def test_pdf_holds_the_text_and_says_that_it_is_a_draft(
    page: Client, text: Deliverable, now: datetime, csm: User
) -> None:
    body = f"## Ziele\n\nŁódź & <b>{HOSTILE}</b>\n\n- {'x' * 300}\n" + "\n\nMore words here." * 200
    save_text(text, version=text.version, now=now, by=csm, title="Plan", body=body)

    response = page.get(f"/deliverables/{text.pk}/pdf")

    pages = PdfReader(io.BytesIO(response.content)).pages
    words = pages[0].extract_text()
    assert len(pages) > 2
    assert "& <b><script>alert(1)</script>" in words
    assert "draft, not delivered" in words
    assert response["Content-Disposition"] == 'attachment; filename="Nova Candles M1 Plan.pdf"'


PAGES = ("", "/versions", "/rewrite", "/pdf")
STEPS = ("save", "approve", "reject", "submit", "confirm", "remove", "rewrite")


def test_stranger_finds_nothing(client: Client, text: Deliverable, customer: Customer, stranger: User) -> None:
    client.force_login(stranger)
    here = f"/customers/{customer.pk}"
    places = ("onboarding", "onboarding/versions", "business-plan", "business-plan/versions", "business-plan/file")
    urls = [*(f"/deliverables/{text.pk}{part}" for part in PAGES), *(f"{here}/{place}" for place in places)]

    assert {url: client.get(url).status_code for url in urls} == dict.fromkeys(urls, 404)
    steps = [*(f"/deliverables/{text.pk}/{step}" for step in STEPS), f"{here}/onboarding", f"{here}/business-plan"]
    steps += [f"{here}/business-plan/approve", f"{here}/months/1/write"]
    assert {url: client.post(url, {"version": 1}).status_code for url in steps} == dict.fromkeys(steps, 404)


def test_reader_reads_and_changes_nothing(
    client: Client, text: Deliverable, customer: Customer, reader: User, now: datetime, csm: User
) -> None:
    customer.owner.team = reader.team
    customer.owner.save()
    save_plan(customer, body="Plan", seen=0, now=now, by=csm)
    client.force_login(reader)
    here = f"/customers/{customer.pk}"

    html = client.get(f"/deliverables/{text.pk}").content.decode()
    assert "data-autosave" not in html
    assert "Approve and deliver" not in html
    for place in ("onboarding", "business-plan"):
        assert client.get(f"{here}/{place}").status_code == 200
        assert client.post(f"{here}/{place}", {"version": 0}).status_code == 403
    for step in STEPS:
        assert client.post(f"/deliverables/{text.pk}/{step}", {"version": text.version}).status_code == 403
    assert client.post(f"{here}/business-plan/approve", {"version": 1}).status_code == 403


def test_hand_made_requests_are_told_no(page: Client, text: Deliverable) -> None:
    for step in ("approve", "submit", "confirm", "remove"):
        for version in ("", "x", "-1", "9" * 30):
            assert page.post(f"/deliverables/{text.pk}/{step}", {"version": version}).status_code == 302
    assert page.post(f"/deliverables/{text.pk}/save", {"version": "x", "body": "y"}).status_code in (302, 400)
    text.refresh_from_db()
    assert text.state == DeliverableState.PENDING_REVIEW


def test_queue_shows_approves_and_declines_deliverables(
    page: Client, journey: Journey, text: Deliverable, now: datetime, csm: User
) -> None:
    other = write(journey, 2, now=now)

    html = page.get(f"/approvals?whose=mine&item={text.pk}").content.decode()
    assert "Deliverable M1" in html
    assert "Approve and deliver" in html
    page.post(f"/approvals/{text.pk}", {"version": text.version, "verdict": "approve", "whose": "mine"})
    nothing = page.post(
        f"/approvals/{other.pk}", {"version": other.version, "verdict": "decline", "whose": "mine"}, follow=True
    )
    assert "Say what is to be revised." in nothing.content.decode()
    page.post(
        f"/approvals/{other.pk}",
        {"version": other.version, "verdict": "decline", "reason": "Too long", "whose": "mine"},
    )

    states = dict(Deliverable.objects.values_list("month__number", "state"))
    assert states == {1: DeliverableState.DELIVERED, 2: DeliverableState.REJECTED}


def test_queue_refuses_what_changed_while_it_was_read(
    page: Client, text: Deliverable, now: datetime, lead: User
) -> None:
    save_text(text, version=text.version, now=now, by=lead, title="Roadmap")

    response = page.post(f"/approvals/{text.pk}", {"version": text.version, "verdict": "approve", "whose": "mine"})

    assert response.status_code == 409
    assert "<ins>Roadmap</ins>" in response.content.decode()
    text.refresh_from_db()
    assert text.state == DeliverableState.PENDING_REVIEW


def count(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_pages_ask_no_more_for_many_than_for_one(
    page: Client, journey: Journey, text: Deliverable, customer: Customer, now: datetime, csm: User
) -> None:
    page.post(f"/customers/{customer.pk}/onboarding", onboarding(customer))
    save_plan(customer, body="One", seen=0, now=now, by=csm)
    save_text(text, version=text.version, now=now, by=csm, body="Other")
    old = DeliverableVersion.objects.filter(deliverable=text).order_by("number")[0]
    urls = [
        f"/deliverables/{text.pk}",
        f"/deliverables/{text.pk}/versions",
        f"/customers/{customer.pk}/onboarding",
        f"/customers/{customer.pk}/onboarding/versions",
        f"/customers/{customer.pk}/business-plan",
        f"/customers/{customer.pk}/business-plan/versions",
        f"/approvals?whose=mine&item={text.pk}",
    ]
    for url in urls:
        page.get(url)
    forget_answers()  # as after the changes below
    before = {url: count(page, url) for url in urls}

    for number in (2, 3, 4):
        write(journey, number, now=now)
    for number in range(1, 4):
        typed = onboarding(customer, answer_0=str(number), version=str(number))
        page.post(f"/customers/{customer.pk}/onboarding", typed)
        save_plan(customer, body=f"Plan {number}", seen=number, now=now, by=csm)
        text.refresh_from_db()
        restore_text(text, old, version=text.version, now=now, by=csm)

    assert {url: count(page, url) for url in urls} == before
    assert max(before.values()) <= 12, before


def test_month_of_another_client_is_not_written(page: Client, journey: Journey, stranger: User) -> None:
    other = factories.CustomerFactory.create(owner=stranger)

    assert page.get(f"/customers/{other.pk}/months/1/write").status_code == 404
    assert not Deliverable.objects.filter(month__in=JourneyMonth.objects.filter(customer=other)).exists()
