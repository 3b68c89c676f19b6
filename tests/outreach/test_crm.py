"""Opportunities at the CRM: written by our id, read first, repeated where that changes nothing, never backwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from pytest_httpserver import HTTPServer
from werkzeug import Response

from customers.base import claim
from customers.clients.tokens import forget_tokens
from customers.enums import ClaimState
from customers.models import Activity, Customer, StandInCall, User
from customers.services.workspace import NotOps
from customers.signals import send_after_commit
from outreach.enums import OpportunityStage
from outreach.models import CrmSettings, CrmWrite, Opportunity
from outreach.services import crm
from outreach.services.crm_settings import change_crm_settings, read_stages
from outreach.signals import opportunity_logged
from tests import factories
from tests.vendors import connect, free_port

pytestmark = pytest.mark.django_db

ID = "006Hs00001AbCdEIAV"
BASE = "/services/data/v66.0/sobjects/Opportunity"
STAGES = ("Prospecting", "Qualification", "Proposal/Price Quote", "Negotiation", "Closed Won", "Closed Lost")


@pytest.fixture(autouse=True)
def _still(now: datetime) -> Iterator[None]:
    forget_tokens()
    with time_machine.travel(now, tick=False):
        yield
    forget_tokens()


@pytest.fixture
def account(csm: User) -> Customer:
    customer: Customer = factories.CustomerFactory.create(name="Acme", owner=csm, external_id="001Hs00003AbCdEIAV")
    factories.ContractFactory.create(customer=customer, renewal_date=date(2026, 7, 2))
    return customer


@pytest.fixture
def opportunity(account: Customer, now: datetime) -> Opportunity:
    return make(account, now)


def make(account: Customer, now: datetime, **fields: Any) -> Opportunity:
    values = {"name": "More seats", "stage": "introduced", "estimated_value": Decimal("48000.50"), "found_at": now}
    made: Opportunity = Opportunity.objects.create(customer=account, **{**values, **fields})
    return made


def move(opportunity: Opportunity, stage: str, at: datetime, **fields: Any) -> None:
    Opportunity.objects.filter(pk=opportunity.pk).update(stage=stage, updated_at=at, **fields)


def only() -> CrmWrite:
    found: CrmWrite = CrmWrite.objects.get()
    return found


@pytest.fixture
def force(httpserver: HTTPServer, settings: Any) -> HTTPServer:
    """Salesforce: a token, the stages, and nothing at our id yet."""
    connect(
        settings,
        SALESFORCE_BASE=httpserver.url_for("").rstrip("/"),
        SALESFORCE_CLIENT_ID="client",
        SALESFORCE_CLIENT_SECRET="client-secret",
    )
    httpserver.expect_request("/services/oauth2/token", method="POST").respond_with_json({"access_token": "t"})
    field = {"name": "StageName", "picklistValues": [{"value": s, "label": s, "active": True} for s in STAGES]}
    httpserver.expect_request(f"{BASE}/describe").respond_with_json({"fields": [field]})
    return httpserver


def path_of(opportunity: Opportunity) -> str:
    return f"{BASE}/Evergreen_Id__c/opportunity-{opportunity.pk}"


def there(stage: str, *, is_closed: bool = False) -> dict[str, Any]:
    return {"Id": ID, "StageName": stage, "IsClosed": is_closed, "IsWon": False, "Amount": 1, "CloseDate": "2026-09-01"}


def written(force: HTTPServer) -> list[dict[str, Any]]:
    return [request.get_json() for request, _ in force.log if request.method == "PATCH"]


def answer_new(force: HTTPServer, opportunity: Opportunity) -> None:
    force.expect_request(path_of(opportunity), method="GET").respond_with_json([], status=404)
    force.expect_request(path_of(opportunity), method="PATCH").respond_with_json({"id": ID}, status=201)


def test_new_opportunity_is_made_there(force: HTTPServer, opportunity: Opportunity, now: datetime) -> None:
    answer_new(force, opportunity)

    crm.sweep(now)
    crm.sweep(now + timedelta(hours=1))

    assert written(force) == [
        {
            "Name": "Acme: More seats",
            "CloseDate": "2026-07-02",
            "StageName": "Qualification",
            "Amount": 48000.5,
            "AccountId": "001Hs00003AbCdEIAV",
        }
    ]
    opportunity.refresh_from_db()
    assert (opportunity.crm_id, opportunity.crm_synced_at) == (ID, now)
    assert opportunity.crm_note == "Made at “Qualification”."
    assert only().state == ClaimState.SENT
    assert Activity.objects.filter(verb="opportunity.synced").count() == 1


def test_moved_stage_goes_there_and_what_people_wrote_there_stays(
    force: HTTPServer, opportunity: Opportunity, now: datetime
) -> None:
    Opportunity.objects.update(crm_id=ID, crm_seen_at=now, updated_at=now)
    force.expect_request(path_of(opportunity), method="GET").respond_with_json(there("Qualification"))
    force.expect_request(path_of(opportunity), method="PATCH").respond_with_data("", status=204)
    move(opportunity, OpportunityStage.IN_TALKS, now + timedelta(minutes=1))

    crm.sweep(now + timedelta(minutes=2))
    crm.sweep(now + timedelta(minutes=3))

    assert written(force) == [{"StageName": "Proposal/Price Quote", "Amount": 48000.5}]
    opportunity.refresh_from_db()
    assert opportunity.crm_id == ID


def test_stages_are_read_once_for_a_batch(force: HTTPServer, csm: User, now: datetime) -> None:
    for _ in range(3):
        answer_new(force, make(factories.CustomerFactory.create(owner=csm), now))

    crm.sweep(now)

    assert [request.path for request, _ in force.log].count(f"{BASE}/describe") == 1
    assert set(CrmWrite.objects.values_list("state", flat=True)) == {ClaimState.SENT}


@pytest.mark.parametrize("stage", ["Negotiation", "Proposal/Price Quote", "Something of theirs"])
def test_stage_is_never_moved_backwards(force: HTTPServer, opportunity: Opportunity, now: datetime, stage: str) -> None:
    force.expect_request(path_of(opportunity), method="GET").respond_with_json(there(stage))
    force.expect_request(path_of(opportunity), method="PATCH").respond_with_data("", status=204)

    crm.sweep(now)

    assert written(force) == [{"Amount": 48000.5}]
    opportunity.refresh_from_db()
    assert stage in opportunity.crm_note


@pytest.mark.parametrize("stage", ["Closed Lost", "Closed Won"])
def test_closed_opportunity_is_left_alone_and_the_note_says_so(
    force: HTTPServer, opportunity: Opportunity, now: datetime, stage: str
) -> None:
    force.expect_request(path_of(opportunity), method="GET").respond_with_json(there(stage, is_closed=True))

    crm.sweep(now)
    crm.sweep(now + timedelta(days=1))

    assert written(force) == []
    opportunity.refresh_from_db()
    assert opportunity.crm_note == f"It is closed there as “{stage}”, and is not opened again."
    assert only().state == ClaimState.FAILED


def test_stage_that_they_have_not_is_named_and_works_once_it_is_mapped(
    force: HTTPServer, opportunity: Opportunity, ops: User, now: datetime
) -> None:
    answer_new(force, opportunity)
    row, _ = CrmSettings.objects.get_or_create(pk=1)
    CrmSettings.objects.update(stage_map={**row.stage_map, "introduced": "Nowhere"})
    crm.sweep(now)
    opportunity.refresh_from_db()
    assert opportunity.crm_note.startswith("Salesforce has no stage “Nowhere”")
    client = Client()
    client.force_login(ops)
    assert "Salesforce has no stage" in client.get("/settings/crm").content.decode()

    CrmSettings.objects.update(stage_map=row.stage_map)
    assert client.post(f"/settings/crm/{only().pk}/retry").status_code == 302
    crm.sweep(now)

    assert only().state == ClaimState.SENT
    assert client.post(f"/settings/crm/{only().pk}/retry").status_code == 404


def test_refused_token_is_renewed_once(force: HTTPServer, opportunity: Opportunity, now: datetime) -> None:
    answers = iter([401, 404])
    force.expect_request(path_of(opportunity), method="GET").respond_with_handler(
        lambda request: Response("[]", status=next(answers))
    )
    force.expect_request(path_of(opportunity), method="PATCH").respond_with_json({"id": ID}, status=201)

    crm.sweep(now)

    assert only().state == ClaimState.SENT


def test_limit_of_a_day_waits_longer_each_time(force: HTTPServer, opportunity: Opportunity, now: datetime) -> None:
    force.expect_request(path_of(opportunity)).respond_with_json(
        [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}], status=403
    )
    waits, at = [], now
    for _ in range(crm.MOST_ATTEMPTS):
        crm.sweep(at)
        row = only()
        if row.not_before:
            waits.append(row.not_before - at)
            at = row.not_before

    assert waits[:3] == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
    assert max(waits) <= timedelta(hours=6)
    assert only().state == ClaimState.FAILED
    opportunity.refresh_from_db()
    assert "TotalRequests Limit exceeded" in opportunity.crm_note


def test_lost_connection_is_said_and_tried_again(
    force: HTTPServer, opportunity: Opportunity, now: datetime, settings: Any
) -> None:
    base, settings.SALESFORCE_BASE = settings.SALESFORCE_BASE, f"http://127.0.0.1:{free_port()}"
    crm.sweep(now)
    opportunity.refresh_from_db()
    assert opportunity.crm_note.endswith("It is tried again.")

    settings.SALESFORCE_BASE = base
    answer_new(force, opportunity)
    crm.sweep(now + timedelta(minutes=5))

    assert only().state == ClaimState.SENT


def test_answer_that_was_lost_is_asked_for_again(force: HTTPServer, opportunity: Opportunity, now: datetime) -> None:
    """An upsert by our id changes nothing the second time."""
    force.expect_request(path_of(opportunity), method="GET").respond_with_json([], status=404)
    answers = iter([Response("x", status=503), Response('{"id": "' + ID + '"}', status=201)])
    force.expect_request(path_of(opportunity), method="PATCH").respond_with_handler(lambda request: next(answers))

    crm.sweep(now)
    crm.sweep(now + timedelta(minutes=5))

    assert only().state == ClaimState.SENT


@pytest.mark.parametrize(
    "body", ["", "[]", "null", '{"fields": []}', '{"fields": [{"name": "StageName"}]}', "[" * 9000]
)
def test_hostile_description_changes_nothing(
    httpserver: HTTPServer, settings: Any, opportunity: Opportunity, now: datetime, body: str
) -> None:
    connect(settings, SALESFORCE_BASE=httpserver.url_for("").rstrip("/"), SALESFORCE_CLIENT_ID="c",
            SALESFORCE_CLIENT_SECRET="s")  # fmt: skip
    httpserver.expect_request("/services/oauth2/token").respond_with_json({"access_token": "t"})
    httpserver.expect_request(path_of(opportunity)).respond_with_json(there("Prospecting"))
    httpserver.expect_request(f"{BASE}/describe").respond_with_data(body)

    crm.sweep(now)

    assert written(httpserver) == []
    assert only().state == ClaimState.QUEUED


def test_not_connected_the_stand_in_keeps_it_and_the_note_says_so(opportunity: Opportunity, now: datetime) -> None:
    crm.sweep(now)
    move(opportunity, OpportunityStage.IN_TALKS, now + timedelta(minutes=1))
    crm.sweep(now + timedelta(minutes=2))

    opportunity.refresh_from_db()
    assert opportunity.crm_note.startswith("Salesforce is not connected")
    calls = StandInCall.objects.filter(action="upsert_opportunity")
    assert {call.number for call in calls} == {opportunity.crm_id}
    assert calls[0].request["StageName"] == "Proposal/Price Quote"


@pytest.mark.parametrize("stage", ["identified", "lost"])
def test_what_was_merely_found_is_not_written(account: Customer, now: datetime, stage: str) -> None:
    made = make(account, now, stage=stage, closed_at=now if stage == "lost" else None)

    assert crm.sweep(now) == 0

    assert crm.note_logged(made.pk, now=now)
    assert not crm.note_logged(made.pk, now=now)
    crm.sweep(now)
    assert only().state == ClaimState.SENT


def test_news_of_a_logged_opportunity_queues_it(
    account: Customer, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    made = make(account, now, stage="identified")

    with django_capture_on_commit_callbacks(execute=True):
        send_after_commit(opportunity_logged, customer_id=account.pk, opportunity_id=made.pk)

    assert CrmWrite.objects.filter(opportunity=made).exists()


def test_lost_afterwards_is_told(opportunity: Opportunity, now: datetime) -> None:
    crm.sweep(now)
    move(opportunity, OpportunityStage.LOST, now + timedelta(minutes=1), closed_at=now)

    crm.sweep(now + timedelta(minutes=2))

    assert StandInCall.objects.filter(action="upsert_opportunity")[0].request["StageName"] == "Closed Lost"


def test_worker_that_died_is_followed_by_another(opportunity: Opportunity, now: datetime) -> None:
    crm.queue_changed(now=now)
    with transaction.atomic():
        claim(only(), now=now)

    crm.sweep(now + timedelta(minutes=3))

    assert only().state == ClaimState.SENT


def test_change_during_a_write_is_written_after_it(
    opportunity: Opportunity, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = crm._call

    def slow(row: Opportunity, stages: Any, *, now: datetime) -> Any:
        move(opportunity, OpportunityStage.IN_TALKS, now + timedelta(minutes=1))
        monkeypatch.setattr(crm, "_call", call)
        crm.queue_changed(now=now)
        return call(row, stages, now=now)

    monkeypatch.setattr(crm, "_call", slow)
    crm.sweep(now)
    crm.sweep(now + timedelta(minutes=2))

    assert StandInCall.objects.filter(action="upsert_opportunity")[0].request["StageName"] == "Proposal/Price Quote"


# --- settings --------------------------------------------------------------------------------------------------------


def fields(**changes: Any) -> dict[str, Any]:
    row, _ = CrmSettings.objects.get_or_create(pk=1)
    stages = {f"stage_{code}": name for code, name in row.stage_map.items()}
    return {"version": row.version, "renewal_stage": row.renewal_stage, **stages, **changes}


def in_as(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_ops_say_what_stages_are_called_on_record(ops: User) -> None:
    answer = in_as(ops).post("/settings/crm", fields(renewal_stage="Angebot", stage_won="Gewonnen"))

    row = CrmSettings.objects.get()
    assert answer.status_code == 302
    assert (row.renewal_stage, row.stage_map["won"], row.version) == ("Angebot", "Gewonnen", 2)
    assert Activity.objects.get(verb="settings.changed").data["changes"]["renewal_stage"] == [
        "Renewal Proposed",
        "Angebot",
    ]


@pytest.mark.parametrize("field", ["renewal_stage", "stage_won"])
@pytest.mark.parametrize("value", ["", "x" * 121])
def test_bad_names_are_named_beside_their_field(ops: User, field: str, value: str) -> None:
    answer = in_as(ops).post("/settings/crm", fields(**{field: value}))

    assert answer.status_code == 200
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert CrmSettings.objects.get().version == 1


@pytest.mark.parametrize("role", ["csm", "lead", "reader"])
def test_others_read_them(role: str, request: pytest.FixtureRequest, now: datetime) -> None:
    person = request.getfixturevalue(role)
    client = in_as(person)

    assert client.get("/settings/crm").status_code == 200
    assert client.post("/settings/crm", fields()).status_code == 403
    assert client.post("/settings/crm/stages").status_code == 403
    with pytest.raises(NotOps):
        change_crm_settings({"renewal_stage": "x"}, version=1, now=now, by=person)


def test_stale_settings_lose_nothing(ops: User) -> None:
    client, stale = in_as(ops), fields(renewal_stage="Second")
    client.post("/settings/crm", fields(renewal_stage="First"))

    words = client.post("/settings/crm", stale).content.decode()

    assert "Somebody changed the settings meanwhile" in words and 'value="Second"' in words


def test_stages_are_read_and_offered(force: HTTPServer, ops: User, now: datetime) -> None:
    assert read_stages(now=now, by=ops) == len(STAGES)

    client = in_as(ops)
    words = client.get("/settings/crm").content.decode()
    assert '<option value="Negotiation">' in words
    assert "Renewal Proposed (not in the list)" in words
    assert client.post("/settings/crm", fields(renewal_stage="Negotiation")).status_code == 302
    bad = client.post("/settings/crm", fields(renewal_stage="Elsewhere")).content.decode()
    assert 'id="id_renewal_stage_error"' in bad


def test_salesforce_that_does_not_answer_breaks_no_page(ops: User, settings: Any, force: HTTPServer) -> None:
    settings.SALESFORCE_BASE = f"http://127.0.0.1:{free_port()}"

    assert "could not be reached" in in_as(ops).post("/settings/crm/stages", follow=True).content.decode()


def test_strangers_cannot_retry(opportunity: Opportunity, stranger: User, now: datetime) -> None:
    crm.sweep(now)
    CrmWrite.objects.update(state=ClaimState.FAILED)

    assert in_as(stranger).post(f"/settings/crm/{only().pk}/retry").status_code == 404
