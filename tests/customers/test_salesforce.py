"""Salesforce at the wire: token, upsert by our id, stages, and every answer that is not the wanted one."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from customers.clients.base import MaybeAccepted, NotAccepted
from customers.clients.choice import get_salesforce, why_salesforce_off
from customers.clients.salesforce import OpportunityWrite, SalesforceClient, Stage
from customers.clients.salesforce_stand_in import SalesforceStandIn
from customers.clients.tokens import forget_tokens
from customers.clients.wire import LARGEST_ANSWER
from customers.models import Customer, StandInCall
from tests import factories
from tests.vendors import connect, public_signatures, server

ID = "006Hs00001AbCdEIAV"
BASE = "/services/data/v66.0/sobjects/Opportunity"
PATH = f"{BASE}/Evergreen_Id__c/upsell-12345"


@pytest.fixture(autouse=True)
def _no_token() -> Iterator[None]:
    forget_tokens()
    yield
    forget_tokens()


@pytest.fixture
def base(httpserver: HTTPServer, settings: Any) -> HTTPServer:
    connect(
        settings,
        SALESFORCE_BASE=httpserver.url_for("").rstrip("/"),
        SALESFORCE_CLIENT_ID="client",
        SALESFORCE_CLIENT_SECRET="client-secret",
    )
    httpserver.expect_request("/services/oauth2/token", method="POST").respond_with_json(
        # The host that stands here is never called.
        {"access_token": "00D!token", "instance_url": "https://elsewhere.example", "token_type": "Bearer"}
    )
    return httpserver


@pytest.fixture
def write() -> OpportunityWrite:
    return OpportunityWrite(
        customer_id=factories.CustomerFactory.build().pk,
        external_id="upsell-12345",
        name="Acme: Enterprise",
        close_date=date(2026, 7, 2),
        stage="Proposal",
        amount=Decimal("48000.50"),
    )


def paths(server: HTTPServer) -> list[str]:
    return [request.path for request, _ in server.log]


def test_upsert_writes_the_fields_at_our_id(base: HTTPServer, write: OpportunityWrite, now: datetime) -> None:
    expected = {"Name": "Acme: Enterprise", "CloseDate": "2026-07-02", "StageName": "Proposal", "Amount": 48000.5}
    base.expect_request(
        PATH, method="PATCH", json=expected, headers={"Authorization": "Bearer 00D!token"}
    ).respond_with_json({"id": ID, "success": True, "errors": [], "created": True}, status=201)

    assert SalesforceClient().upsert_opportunity(write, now=now) == ID
    assert SalesforceClient().upsert_opportunity(write, now=now) == ID
    assert paths(base) == ["/services/oauth2/token", PATH, PATH]
    assert base.log[0][0].form.to_dict() == {
        "grant_type": "client_credentials",
        "client_id": "client",
        "client_secret": "client-secret",
    }


def test_upsert_that_answers_nothing_was_done(base: HTTPServer, write: OpportunityWrite, now: datetime) -> None:
    base.expect_request(PATH, method="PATCH").respond_with_data("", status=204)

    assert SalesforceClient().upsert_opportunity(write, now=now) == ""


def test_our_id_cannot_leave_its_place(base: HTTPServer, write: OpportunityWrite, now: datetime) -> None:
    base.expect_request(f"{BASE}/Evergreen_Id__c/a/../b?c#d", method="PATCH").respond_with_data("", status=204)

    SalesforceClient().upsert_opportunity(replace(write, external_id="a/../b?c#d"), now=now)

    assert base.log[-1][0].environ["REQUEST_URI"].endswith("/Evergreen_Id__c/a%2F..%2Fb%3Fc%23d")


def test_refused_token_is_renewed_once(base: HTTPServer, write: OpportunityWrite, now: datetime) -> None:
    answers = iter([401, 204])
    base.expect_request(PATH).respond_with_handler(lambda request: Response(status=next(answers)))

    assert SalesforceClient().upsert_opportunity(write, now=now) == ""
    assert paths(base) == ["/services/oauth2/token", PATH, "/services/oauth2/token", PATH]


def test_token_refused_twice_is_no_third_try(base: HTTPServer, write: OpportunityWrite, now: datetime) -> None:
    base.expect_request(PATH).respond_with_json(
        [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}], status=401
    )

    with pytest.raises(NotAccepted) as error:
        SalesforceClient().upsert_opportunity(write, now=now)

    assert (error.value.code, error.value.can_retry) == ("INVALID_SESSION_ID", True)
    assert paths(base).count(PATH) == 2


@pytest.mark.parametrize(
    ("status", "code", "can_retry"),
    [
        (400, "REQUIRED_FIELD_MISSING", False),
        (400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", False),
        (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", False),
        (400, "UNABLE_TO_LOCK_ROW", True),
        (403, "REQUEST_LIMIT_EXCEEDED", True),
        (403, "INSUFFICIENT_ACCESS_OR_READONLY", False),
        (404, "ENTITY_IS_DELETED", False),
        (429, "TOO_MANY", True),
    ],
)
def test_refusal_says_why_and_whether_to_try_again(
    base: HTTPServer, write: OpportunityWrite, now: datetime, status: int, code: str, can_retry: bool
) -> None:
    base.expect_request(PATH).respond_with_json([{"message": "Not so.", "errorCode": code}], status=status)

    with pytest.raises(NotAccepted) as error:
        SalesforceClient().upsert_opportunity(write, now=now)

    assert (error.value.code, error.value.can_retry, error.value.reason) == (
        code,
        can_retry,
        f"Salesforce answered {status}: Not so.",
    )


@pytest.mark.parametrize("body", ["", "no json", "{}", "[]", "[1]", "null", "[" * 5000])
def test_refusal_in_any_words_is_a_refusal(base: HTTPServer, write: OpportunityWrite, now: datetime, body: str) -> None:
    base.expect_request(PATH).respond_with_data(body, status=400)

    with pytest.raises(NotAccepted):
        SalesforceClient().upsert_opportunity(write, now=now)


@pytest.mark.parametrize("body", ["", "no json", "[]", "{}", '{"id": 3}', '{"id": "../x"}', "[" * 5000, "\x00"])
def test_good_status_with_garbage_may_have_been_done(
    base: HTTPServer, write: OpportunityWrite, now: datetime, body: str
) -> None:
    base.expect_request(PATH).respond_with_data(body, status=201)

    with pytest.raises(MaybeAccepted) as error:
        SalesforceClient().upsert_opportunity(write, now=now)

    assert error.value.can_retry is True


def test_same_id_twice_there_is_named(base: HTTPServer, write: OpportunityWrite, now: datetime) -> None:
    base.expect_request(PATH).respond_with_json(["/a", "/b"], status=300)

    with pytest.raises(NotAccepted, match="Several opportunities"):
        SalesforceClient().upsert_opportunity(write, now=now)


def test_5xx_of_an_upsert_may_be_repeated(base: HTTPServer, write: OpportunityWrite, now: datetime) -> None:
    base.expect_request(PATH).respond_with_data("oh", status=503)

    with pytest.raises(MaybeAccepted) as error:
        SalesforceClient().upsert_opportunity(write, now=now)

    assert error.value.can_retry is True


def test_no_answer_for_the_token_means_nothing_was_written(
    settings: Any, write: OpportunityWrite, now: datetime
) -> None:
    with server(then_hangs=True) as address:
        settings.SALESFORCE_BASE = address
        with pytest.raises(NotAccepted) as error:
            SalesforceClient(deadline_s=0.4).upsert_opportunity(write, now=now)

    assert error.value.can_retry is True


@pytest.mark.parametrize(("status", "body"), [(400, '{"error": "invalid_client"}'), (200, "{}"), (200, "x")])
def test_token_that_is_not_given_is_a_refusal(
    httpserver: HTTPServer, settings: Any, write: OpportunityWrite, now: datetime, status: int, body: str
) -> None:
    connect(
        settings,
        SALESFORCE_BASE=httpserver.url_for("").rstrip("/"),
        SALESFORCE_CLIENT_ID="client",
        SALESFORCE_CLIENT_SECRET="client-secret",
    )
    httpserver.expect_request("/services/oauth2/token").respond_with_data(body, status=status)

    with pytest.raises(NotAccepted) as error:
        SalesforceClient().upsert_opportunity(write, now=now)

    assert "client-secret" not in error.value.reason
    assert paths(httpserver) == ["/services/oauth2/token"]


def test_opportunity_is_read_by_our_id(base: HTTPServer, now: datetime) -> None:
    row = {"Id": ID, "StageName": "Closed Won", "IsClosed": True, "IsWon": True, "Amount": 1.1, "CloseDate": None}
    base.expect_request(PATH, method="GET").respond_with_json(row)

    found = SalesforceClient().find_opportunity("upsell-12345", now=now)

    assert found is not None
    assert (found.opportunity_id, found.is_closed, found.is_won, found.amount, found.close_date) == (
        ID,
        True,
        True,
        Decimal("1.1"),
        None,
    )


def test_opportunity_that_is_not_there_is_none(base: HTTPServer, now: datetime) -> None:
    base.expect_request(PATH).respond_with_json([{"errorCode": "NOT_FOUND", "message": "x"}], status=404)

    assert SalesforceClient().find_opportunity("upsell-12345", now=now) is None


def test_stages_are_read_in_their_order_from_a_long_description(base: HTTPServer, now: datetime) -> None:
    values = [
        {"value": "Proposal", "label": "Angebot", "active": True},
        {"value": "Renewal Proposed", "label": "Verlängerung angeboten", "active": False},
    ]
    row = {"fields": [{"name": "Id", "help": "x" * LARGEST_ANSWER}, {"name": "StageName", "picklistValues": values}]}
    base.expect_request(f"{BASE}/describe").respond_with_json(row)

    assert SalesforceClient().list_stages(now=now) == (
        Stage("Proposal", "Angebot", True),
        Stage("Renewal Proposed", "Verlängerung angeboten", False),
    )


def test_stage_is_set_at_salesforces_own_id(base: HTTPServer, now: datetime, write: OpportunityWrite) -> None:
    path = f"{BASE}/{ID}"
    base.expect_request(path, method="PATCH", json={"StageName": "Renewal Proposed"}).respond_with_data("", status=204)

    SalesforceClient().set_stage(ID, "Renewal Proposed", customer_id=write.customer_id, now=now)

    assert paths(base)[-1] == path


def test_fields_of_a_contract_are_read_by_name(base: HTTPServer, now: datetime) -> None:
    path = f"/services/data/v66.0/sobjects/Contract/{ID}"
    base.expect_request(path, query_string={"fields": "EndDate,Seats__c"}).respond_with_json(
        {"attributes": {"type": "Contract"}, "EndDate": "2026-07-02", "Seats__c": 100}
    )

    assert SalesforceClient().read_fields("Contract", ID, ["EndDate", "Seats__c"], now=now) == {
        "EndDate": "2026-07-02",
        "Seats__c": 100,
    }


@pytest.mark.parametrize(
    ("sobject", "record", "field"),
    [("../oauth2", ID, "Id"), ("Contract", "../../x", "Id"), ("Contract", ID, "Id,Name from X")],
)
def test_names_that_are_none_are_never_called(
    base: HTTPServer, now: datetime, sobject: str, record: str, field: str
) -> None:
    with pytest.raises(NotAccepted) as error:
        SalesforceClient().read_fields(sobject, record, [field], now=now)

    assert error.value.can_retry is False
    assert base.log == []


def test_nothing_of_a_call_is_logged(
    base: HTTPServer, write: OpportunityWrite, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    base.expect_request(PATH).respond_with_data("", status=204)

    with caplog.at_level(logging.DEBUG):
        SalesforceClient().upsert_opportunity(write, now=now)

    said = " ".join(record.getMessage() for record in caplog.records if record.name != "werkzeug")
    assert not any(word in said for word in ("00D!token", "client-secret", "Acme"))


def test_client_is_the_stand_in_until_it_is_connected(base: HTTPServer, settings: Any) -> None:
    assert isinstance(get_salesforce(), SalesforceClient)

    settings.OUTBOUND = "off"
    assert isinstance(get_salesforce(), SalesforceStandIn)
    settings.OUTBOUND, settings.SALESFORCE_BASE = "on", ""
    assert why_salesforce_off().startswith("Salesforce is not connected: SALESFORCE_BASE is not set.")


def test_stand_in_has_the_same_signatures() -> None:
    assert public_signatures(SalesforceStandIn) == public_signatures(SalesforceClient)
    assert SalesforceStandIn.name == SalesforceClient.name


@pytest.mark.django_db
def test_stand_in_keeps_one_opportunity_per_id(write: OpportunityWrite, now: datetime) -> None:
    customer: Customer = factories.CustomerFactory.create()
    stand_in, write = SalesforceStandIn(), replace(write, customer_id=customer.pk)
    assert stand_in.find_opportunity("upsell-12345", now=now) is None

    first = stand_in.upsert_opportunity(write, now=now)
    second = stand_in.upsert_opportunity(replace(write, stage="", amount=Decimal(50000)), now=now)
    stand_in.set_stage(first, "Closed Won", customer_id=customer.pk, now=now)

    found = stand_in.find_opportunity("upsell-12345", now=now)
    assert first == second and found is not None
    assert (found.opportunity_id, found.stage, found.is_won, found.amount) == (
        first,
        "Closed Won",
        True,
        Decimal("50000.0"),
    )
    assert [call.action for call in StandInCall.objects.filter(customer=customer)] == [
        "set_stage",
        "upsert_opportunity",
        "upsert_opportunity",
    ]
