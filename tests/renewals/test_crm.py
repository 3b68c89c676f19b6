"""The first email of Engage moves the opportunity at Salesforce: once, forward alone, and the task says what became."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from pytest_httpserver import HTTPServer
from werkzeug import Response

from customers.base import claim
from customers.clients.tokens import forget_tokens
from customers.enums import ClaimState, TodoState
from customers.models import Activity, Stakeholder, StandInCall, Todo, User, WorkspaceSettings
from emails.models import Draft
from emails.services import outbox
from emails.services.editing import reload
from emails.services.sending import send
from outreach.models import CrmSettings
from renewals.models import CrmStageMove, EngageRun, Renewal
from renewals.queries.letters import list_drafts
from renewals.services import crm
from renewals.services.engage import open_engage
from renewals.services.letters import write_letters
from renewals.services.prepare import update_prepare
from renewals.services.renewals import lock_price
from tests.renewals.conftest import at_day
from tests.vendors import connect, free_port

pytestmark = pytest.mark.django_db

ID = "006Hs00001AbCdEIAV"
BASE = "/services/data/v66.0/sobjects/Opportunity"
STAGES = ("Prospecting", "Renewal Proposed", "Negotiation", "Closed Won", "Closed Lost")
START = at_day(115)


@pytest.fixture(autouse=True)
def _tokens() -> Iterator[None]:
    forget_tokens()
    yield
    forget_tokens()


@pytest.fixture
def commit(django_capture_on_commit_callbacks: Any) -> Callable[..., Any]:
    @contextmanager
    def committed(at: datetime) -> Iterator[None]:
        with time_machine.travel(at, tick=False), django_capture_on_commit_callbacks(execute=True):
            yield

    return committed


@pytest.fixture
def run(renewal: Renewal, people: dict[str, Stakeholder], csm: User, commit: Any) -> EngageRun:
    WorkspaceSettings.objects.update_or_create(pk=1, defaults={"undo_seconds": 0})
    with commit(at_day(118)):
        lock_price(renewal, now=at_day(118), by=csm)
        opened = open_engage(renewal.customer, now=at_day(118), by=csm)
        write_letters(opened, now=at_day(118), by=csm)
    return opened


@pytest.fixture
def send_first(run: EngageRun, commit: Any, lead: User) -> Callable[..., Draft]:
    def now_send(place: int = 0, *, at: datetime = START) -> Draft:
        draft = reload(list_drafts(run)[place])
        with commit(at):
            send(draft, version=draft.version, now=at, by=draft.sender or lead)
        with commit(at):
            outbox.deliver(draft.pk, now=at)
        return reload(draft)

    return now_send


@pytest.fixture
def force(httpserver: HTTPServer, settings: Any) -> HTTPServer:
    connect(
        settings,
        SALESFORCE_BASE=httpserver.url_for("").rstrip("/"),
        SALESFORCE_CLIENT_ID="client",
        SALESFORCE_CLIENT_SECRET="client-secret",
    )
    # Mail stays in the house all the same.
    settings.MAIL_PROVIDER = "capture"
    httpserver.expect_request("/services/oauth2/token", method="POST").respond_with_json({"access_token": "t"})
    field = {"name": "StageName", "picklistValues": [{"value": s, "label": s, "active": True} for s in STAGES]}
    httpserver.expect_request(f"{BASE}/describe").respond_with_json({"fields": [field]})
    return httpserver


def external(renewal: Renewal) -> str:
    return f"{BASE}/Evergreen_Id__c/renewal-{renewal.pk}"


def there(stage: str, *, is_closed: bool = False) -> dict[str, Any]:
    return {"Id": ID, "StageName": stage, "IsClosed": is_closed, "IsWon": False, "Amount": None, "CloseDate": None}


def patched(force: HTTPServer) -> list[tuple[str, Any]]:
    return [(request.path, request.get_json()) for request, _ in force.log if request.method == "PATCH"]


def only() -> CrmStageMove:
    found: CrmStageMove = CrmStageMove.objects.get()
    return found


def task(run: EngageRun) -> Todo:
    found: Todo = Todo.objects.get(customer=run.customer, kind="ai.crm")
    return found


def words_of_task(run: EngageRun, person: User) -> str:
    client = Client()
    client.force_login(person)
    return client.get(f"/customers/{run.customer_id}/engage/actions").content.decode()


def test_first_email_moves_the_opportunity_and_the_task_is_done(
    force: HTTPServer, run: EngageRun, renewal: Renewal, csm: User, send_first: Any
) -> None:
    force.expect_request(external(renewal), method="GET").respond_with_json(there("Prospecting"))
    force.expect_request(f"{BASE}/{ID}", method="PATCH").respond_with_data("", status=204)

    send_first()
    crm.sweep(START)

    assert patched(force) == [(f"{BASE}/{ID}", {"StageName": "Renewal Proposed"})]
    assert (only().state, only().opportunity_id, only().stage_before) == (ClaimState.SENT, ID, "Prospecting")
    assert (task(run).state, task(run).done_by) == (TodoState.DONE, None)
    assert "Moved from “Prospecting” to “Renewal Proposed”." in words_of_task(run, csm)
    assert Activity.objects.filter(verb="renewal.crm_moved").count() == 1


def test_second_email_and_later_ticks_move_nothing(
    force: HTTPServer, run: EngageRun, renewal: Renewal, send_first: Any
) -> None:
    force.expect_request(external(renewal), method="GET").respond_with_json(there("Prospecting"))
    force.expect_request(f"{BASE}/{ID}", method="PATCH").respond_with_data("", status=204)
    send_first()
    crm.sweep(START)

    send_first(1, at=at_day(110))
    for day in range(3):
        crm.sweep(at_day(110) + timedelta(days=day))

    assert len(patched(force)) == 1


def test_id_that_was_entered_is_used(
    force: HTTPServer, run: EngageRun, renewal: Renewal, csm: User, send_first: Any
) -> None:
    update_prepare(renewal, {"crm_id": ID}, now=START, by=csm)
    force.expect_request(f"{BASE}/{ID}", method="GET").respond_with_json(there("Prospecting"))
    force.expect_request(f"{BASE}/{ID}", method="PATCH").respond_with_data("", status=204)

    send_first()
    crm.sweep(START)

    assert only().state == ClaimState.SENT


def test_stage_is_what_the_organisation_calls_it(
    force: HTTPServer, run: EngageRun, renewal: Renewal, send_first: Any
) -> None:
    CrmSettings.objects.update_or_create(pk=1, defaults={"renewal_stage": "Negotiation"})
    force.expect_request(external(renewal), method="GET").respond_with_json(there("Prospecting"))
    force.expect_request(f"{BASE}/{ID}", method="PATCH").respond_with_data("", status=204)

    send_first()
    crm.sweep(START)

    assert patched(force)[0][1] == {"StageName": "Negotiation"}


@pytest.mark.parametrize("stage", ["Renewal Proposed", "Negotiation"])
def test_what_is_there_already_or_further_stays(
    force: HTTPServer, run: EngageRun, renewal: Renewal, send_first: Any, stage: str
) -> None:
    force.expect_request(external(renewal), method="GET").respond_with_json(there(stage))

    send_first()
    crm.sweep(START)

    assert patched(force) == []
    assert (only().state, task(run).state) == (ClaimState.SENT, TodoState.DONE)
    assert stage in only().note


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda: (200, there("Closed Lost", is_closed=True)), "It is closed there as “Closed Lost”"),
        (lambda: (200, there("Of their own")), "It is at “Of their own”, which is none of its stages"),
        (lambda: (404, [{"message": "x", "errorCode": "NOT_FOUND"}]), "Salesforce has no opportunity for this renewal"),
        (
            lambda: (403, [{"message": "No access.", "errorCode": "INSUFFICIENT_ACCESS"}]),
            "Salesforce answered 403: No access.",
        ),
    ],
)
def test_what_cannot_be_done_stands_on_the_task(
    force: HTTPServer, run: EngageRun, renewal: Renewal, csm: User, send_first: Any, answer: Any, words: str
) -> None:
    status, body = answer()
    force.expect_request(external(renewal), method="GET").respond_with_json(body, status=status)

    send_first()
    crm.sweep(START)
    crm.sweep(START + timedelta(days=1))

    assert patched(force) == []
    assert (only().state, task(run).state) == (ClaimState.FAILED, TodoState.OPEN)
    page = words_of_task(run, csm)
    assert words in page and "Set it there by hand." in page and "Try again" in page


def test_missing_stage_is_named_and_works_once_it_is_mapped(
    force: HTTPServer, run: EngageRun, renewal: Renewal, csm: User, send_first: Any
) -> None:
    CrmSettings.objects.update_or_create(pk=1, defaults={"renewal_stage": "Angebot"})
    force.expect_request(external(renewal), method="GET").respond_with_json(there("Prospecting"))
    force.expect_request(f"{BASE}/{ID}", method="PATCH").respond_with_data("", status=204)
    send_first()
    crm.sweep(START)
    assert "Salesforce has no stage “Angebot”" in words_of_task(run, csm)

    CrmSettings.objects.update(renewal_stage="Renewal Proposed")
    client = Client()
    client.force_login(csm)
    assert client.post(f"/customers/{run.customer_id}/engage/crm").status_code == 302
    crm.sweep(START)

    assert (only().state, task(run).state) == (ClaimState.SENT, TodoState.DONE)
    assert client.post(f"/customers/{run.customer_id}/engage/crm").status_code == 404


def test_token_refused_once_and_limit_of_the_day(
    force: HTTPServer, run: EngageRun, renewal: Renewal, send_first: Any
) -> None:
    limit = json.dumps([{"message": "Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}])
    answers = iter([Response("[]", 401), Response(limit, 403), Response(json.dumps(there("Prospecting")), 200)])
    force.expect_request(external(renewal), method="GET").respond_with_handler(lambda request: next(answers))
    force.expect_request(f"{BASE}/{ID}", method="PATCH").respond_with_data("", status=204)

    send_first()
    crm.sweep(START)
    assert (only().state, only().note) == (
        ClaimState.QUEUED,
        "Salesforce answered 403: Limit exceeded. It is tried again.",
    )
    crm.sweep(START + timedelta(minutes=5))

    assert only().state == ClaimState.SENT


def test_lost_connection_is_on_the_task_until_it_is_back(
    force: HTTPServer, run: EngageRun, renewal: Renewal, csm: User, send_first: Any, settings: Any
) -> None:
    base, settings.SALESFORCE_BASE = settings.SALESFORCE_BASE, f"http://127.0.0.1:{free_port()}"
    send_first()
    crm.sweep(START)
    page = words_of_task(run, csm)
    assert "Salesforce could not be reached" in page and "It is tried again." in page

    settings.SALESFORCE_BASE = base
    force.expect_request(external(renewal), method="GET").respond_with_json(there("Prospecting"))
    # The answer is lost once: the same write again changes nothing.
    answers = iter([Response("x", 503), Response("", 204)])
    force.expect_request(f"{BASE}/{ID}", method="PATCH").respond_with_handler(lambda request: next(answers))
    crm.sweep(START + timedelta(minutes=5))
    crm.sweep(START + timedelta(minutes=30))

    assert only().state == ClaimState.SENT


def test_not_connected_the_task_stays_a_persons_and_the_stand_in_keeps_it(
    run: EngageRun, csm: User, send_first: Any
) -> None:
    send_first()
    crm.sweep(START)

    assert task(run).state == TodoState.OPEN
    page = words_of_task(run, csm)
    assert "Salesforce is not connected" in page and csm.display_name in page
    assert StandInCall.objects.get(vendor="salesforce").request["StageName"] == "Renewal Proposed"


def test_news_that_was_lost_is_found_by_the_clock(
    run: EngageRun, send_first: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crm, "note_sent", lambda **_: False)
    send_first()
    assert not CrmStageMove.objects.exists()

    crm.sweep(START + timedelta(minutes=1))

    assert only().state == ClaimState.SENT


def test_renewal_with_its_outcome_is_left_alone(run: EngageRun, send_first: Any) -> None:
    crm.ask_for_move(run.plan_id, draft_id=uuid.uuid4(), now=START)
    Renewal.objects.update(closed_at=START, outcome="renewed")

    crm.sweep(START)

    assert (only().state, StandInCall.objects.count()) == (ClaimState.CANCELLED, 0)


def test_worker_that_died_is_followed_by_another(run: EngageRun) -> None:
    crm.ask_for_move(run.plan_id, draft_id=uuid.uuid4(), now=START)
    with transaction.atomic():
        claim(only(), now=START)

    crm.sweep(START + timedelta(minutes=3))

    assert only().state == ClaimState.SENT


def test_it_is_asked_for_once_a_renewal(run: EngageRun) -> None:
    assert crm.ask_for_move(run.plan_id, draft_id=uuid.uuid4(), now=START)
    assert not crm.ask_for_move(run.plan_id, draft_id=uuid.uuid4(), now=START)
    assert not crm.ask_for_move(uuid.uuid4(), draft_id=uuid.uuid4(), now=START)


@pytest.mark.parametrize(("person", "status"), [("stranger", 404), ("reader", 403)])
def test_others_cannot_have_it_tried_again(
    run: EngageRun, person: str, status: int, request: pytest.FixtureRequest
) -> None:
    crm.ask_for_move(run.plan_id, draft_id=uuid.uuid4(), now=START)
    CrmStageMove.objects.update(state=ClaimState.FAILED)
    client = Client()
    client.force_login(request.getfixturevalue(person))

    assert client.post(f"/customers/{run.customer_id}/engage/crm").status_code == status


@pytest.mark.parametrize(
    ("value", "is_good"), [(ID, True), (ID[:15], True), ("", True), ("../x", False), ("0" * 16, False)]
)
def test_id_is_entered_on_the_page(renewal: Renewal, csm: User, value: str, is_good: bool) -> None:
    client = Client()
    client.force_login(csm)

    answer = client.post(f"/customers/{renewal.customer_id}/renewal/prepare", {"crm_id": value})

    renewal.refresh_from_db()
    assert answer.status_code == (302 if is_good else 200)
    assert is_good or 'id="id_crm_id_error"' in answer.content.decode()
    assert renewal.crm_id == (value if is_good else "")
