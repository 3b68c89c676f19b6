"""Usage and contracts pulled: signed, bounded, kept once, and bad rows named."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from customers.enums import PullState
from customers.models import Activity, Contract, Customer, UsagePull, UsageSample, UsageSource, User
from customers.rules.source_mapping import read_mapping
from customers.services import pulling
from renewals.models import Renewal
from renewals.services.renewals import lock_price, open_renewal
from tests import factories
from tests.customers.sources.conftest import PAGE, SECRET, answer, in_as, item, last, typed
from tests.vendors import connect, free_port, server

pytestmark = pytest.mark.django_db


def test_pull_is_signed_and_keeps_what_it_brings(
    httpserver: HTTPServer, source: UsageSource, account: Customer, now: datetime
) -> None:
    answer(httpserver, item(), item(metric="api", used="1.5", limit=None))

    pulling.sweep(now)

    assert {(row.metric, row.value, row.limit) for row in UsageSample.objects.filter(customer=account)} == {
        ("seats", Decimal(98), Decimal(100)),
        ("api", Decimal("1.5"), None),
    }
    pull = last()
    assert (pull.state, pull.rows, pull.accounts, pull.readings, pull.refused) == (PullState.DONE, 2, 1, 2, [])
    headers, stamp = httpserver.log[0][0].headers, str(int(now.timestamp()))
    expected = hmac.new(SECRET.encode(), f"GET\n/usage?days=1\n{stamp}".encode(), hashlib.sha256).hexdigest()
    assert (headers["Evergreen-Timestamp"], headers["Evergreen-Signature"]) == (stamp, f"v1={expected}")
    assert SECRET not in str(headers)
    assert Activity.objects.get(verb="source.pulled").actor_name == "A usage source"


def test_source_is_asked_once_a_day(
    httpserver: HTTPServer, source: UsageSource, account: Customer, now: datetime
) -> None:
    answer(httpserver, item())
    for hours in (0, 1, 23, 24, 25):
        pulling.sweep(now + timedelta(hours=hours))

    assert len(httpserver.log) == 2
    assert last().readings == 0  # the same again is no change
    assert UsageSample.objects.count() == 1


def test_bad_rows_are_named_and_the_others_count(
    httpserver: HTTPServer, source: UsageSource, account: Customer, now: datetime
) -> None:
    answer(httpserver, "x", item(used="many"), item(accountId="unknown"), item())

    pulling.sweep(now)

    pull = last()
    assert (pull.state, pull.readings, pull.refused_count) == (PullState.DONE, 1, 3)
    assert pull.refused == [
        {"row": 1, "account": "", "reason": "It is no object."},
        {"row": 2, "account": "12345", "reason": "“value” is no number."},
        {"row": 3, "account": "unknown", "reason": "No account has this id."},
    ]


def test_contract_is_entered_changed_and_left_alone_under_its_lock(
    httpserver: HTTPServer, source: UsageSource, account: Customer, csm: User, now: datetime
) -> None:
    contract = factories.ContractFactory.create(customer=account, current_price=Decimal(100))
    answer(httpserver, item(price="250000.00"))
    pulling.sweep(now)
    contract.refresh_from_db()
    assert (contract.current_price, last().contracts) == (Decimal("250000.00"), 1)
    assert Activity.objects.filter(verb="contract.changed").count() == 1

    lock_price(open_renewal(contract, now=now, by=csm), now=now, by=csm)
    Contract.objects.update(current_price=Decimal(260_000))
    UsageSource.objects.update(next_due_at=now)
    pulling.sweep(now + timedelta(minutes=1))
    contract.refresh_from_db()
    assert contract.current_price == Decimal(260_000)
    assert "The price is locked" in last().refused[0]["reason"]


def test_new_contract_needs_price_and_day(
    httpserver: HTTPServer, source: UsageSource, account: Customer, now: datetime
) -> None:
    UsageSource.objects.update(
        mapping=read_mapping("account = a\ncontract.current_price = p\ncontract.renewal_date = d")
    )
    answer(httpserver, {"a": "12345", "p": 5}, {"a": "12345", "p": 5, "d": "2026-09-01"})

    pulling.sweep(now)

    contract = Contract.objects.get(customer=account)
    assert (contract.renewal_date, contract.current_price) == (date(2026, 9, 1), Decimal(5))
    assert Renewal.objects.filter(contract=contract).exists()
    assert last().refused[0]["row"] == 1 and "renewal_date" in last().refused[0]["reason"]


HOSTILE: dict[str, Any] = {
    "no JSON": Response("<html>", 200),
    "not UTF-8": Response(b"\xff\xfe", 200),
    "nested": Response("[" * 100_000, 200),
    "no list": Response('{"data": {"a": 1}}', 200),
    "another place": Response("[]", 200),
    "a word": Response('"data"', 200),
    "404": Response("x", 404),
    "401": Response("x", 401),
    "302 elsewhere": Response("x", 302, headers={"Location": "http://127.0.0.1:9/"}),
    "500": Response("x", 500),
    "429": Response("x", 429, headers={"Retry-After": "9999999999"}),
    "too many rows": Response(json.dumps({"data": [1] * (pulling.MOST_ROWS + 1)}), 200),
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_hostile_answer_changes_nothing_and_is_said(
    httpserver: HTTPServer, source: UsageSource, account: Customer, now: datetime, name: str
) -> None:
    httpserver.expect_request("/usage").respond_with_handler(lambda request: HOSTILE[name])

    pulling.sweep(now)

    assert (last().state, UsageSample.objects.count()) == (PullState.FAILED, 0)
    assert last().note and SECRET not in last().note
    assert {request.path for request, _ in httpserver.log} == {"/usage"}


def test_answer_without_an_end_is_cut(
    httpserver: HTTPServer, source: UsageSource, account: Customer, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("customers.clients.usage_endpoint.LARGEST_ANSWER", 1000)
    answer(httpserver, *[item()] * 100)

    pulling.sweep(now)

    assert "too long" in last().note


def test_answer_that_never_comes_is_given_up(
    source: UsageSource, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = pulling.fetch_usage
    monkeypatch.setattr(pulling, "fetch_usage", lambda *args, **kwargs: fetch(*args, **kwargs, deadline_s=0.4))
    with server(then_hangs=True) as address:
        UsageSource.objects.update(url=f"{address}/usage")
        pulling.sweep(now)

    assert last().state == PullState.FAILED


@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.1/usage",
        "https://169.254.169.254/latest/meta-data",
        "http://meter.example/usage",
        "https://[::1]/usage",
        "file:///etc/passwd",
        "https://192.168.1.1/x",
        "https://user:pw@meter.example/",
        "",
    ],
)
def test_address_in_the_private_network_is_refused_and_never_called(
    source: UsageSource, ops: User, now: datetime, settings: Any, url: str
) -> None:
    settings.ALLOW_LOOPBACK_VENDORS = False
    words = in_as(ops).post(f"{PAGE}/{source.pk}", typed(source, url=url)).content.decode()
    assert 'id="id_url_error"' in words

    if url:
        UsageSource.objects.update(url=url, next_due_at=now)
        pulling.sweep(now)
        assert last().state == PullState.FAILED


def test_name_that_leads_into_the_private_network_is_refused(
    httpserver: HTTPServer, source: UsageSource, now: datetime, settings: Any
) -> None:
    """What counts is who answers at the other end, whatever the address says."""
    UsageSource.objects.update(url=f"http://127.1:{httpserver.port}/usage")
    answer(httpserver, item())
    settings.ALLOW_LOOPBACK_VENDORS = False

    pulling.sweep(now)

    assert (last().state, httpserver.log) == (PullState.FAILED, [])


def test_failure_that_may_pass_is_tried_again_three_times(source: UsageSource, now: datetime) -> None:
    UsageSource.objects.update(url=f"http://127.0.0.1:{free_port()}/usage")
    asked = []
    for hour in range(23):
        asked.append(pulling.sweep(now + timedelta(hours=hour)))

    assert sum(asked) == pulling.MOST_FAILURES
    assert UsagePull.objects.filter(state=PullState.FAILED).count() == pulling.MOST_FAILURES


def test_nothing_is_asked_while_outbound_is_off(
    httpserver: HTTPServer, source: UsageSource, now: datetime, settings: Any
) -> None:
    settings.OUTBOUND = "off"

    pulling.sweep(now)

    assert (last().note, httpserver.log) == ("OUTBOUND is off, so nothing is asked.", [])


def test_worker_that_died_is_said_and_it_is_asked_again(
    httpserver: HTTPServer, source: UsageSource, account: Customer, now: datetime
) -> None:
    UsagePull.objects.create(
        source=source, started_at=now - timedelta(hours=1), leased_until=now - timedelta(minutes=1)
    )
    UsageSource.objects.update(next_due_at=now + timedelta(hours=20))
    answer(httpserver, item())

    pulling.sweep(now)
    pulling.sweep(now + timedelta(hours=1))

    assert [pull.state for pull in UsagePull.objects.order_by("started_at")] == [PullState.FAILED, PullState.DONE]


def test_two_workers_ask_once(httpserver: HTTPServer, source: UsageSource, account: Customer, now: datetime) -> None:
    answer(httpserver, item())

    assert (pulling.pull_source(source.pk, now=now), pulling.pull_source(source.pk, now=now)) == (True, False)


# --- Salesforce ------------------------------------------------------------------------------------------------------


@pytest.fixture
def force(httpserver: HTTPServer, settings: Any, now: datetime) -> HTTPServer:
    connect(
        settings,
        SALESFORCE_BASE=httpserver.url_for("").rstrip("/"),
        SALESFORCE_CLIENT_ID="client",
        SALESFORCE_CLIENT_SECRET="client-secret",
    )
    httpserver.expect_request("/services/oauth2/token", method="POST").respond_with_json({"access_token": "t"})
    UsageSource.objects.create(
        name="CRM",
        kind="salesforce",
        sobject="Account",
        mapping=read_mapping(
            "account = Id\nusage.seats = Seats__c\nlimit.seats = Max__c\ncontract.plan = Plan__r.Name"
        ),
        next_due_at=now,
    )
    return httpserver


def test_salesforce_is_asked_for_the_mapped_fields_of_its_accounts(force: HTTPServer, csm: User, now: datetime) -> None:
    sf_id = "001Hs00003AbCdEIAV"
    account = factories.CustomerFactory.create(external_id=sf_id, owner=csm)
    factories.ContractFactory.create(customer=account)
    factories.CustomerFactory.create(external_id="not-theirs")
    record = {"attributes": {}, "Id": sf_id, "Seats__c": 7.0, "Max__c": 10, "Plan__r": {"Name": "Gold"}}
    force.expect_request("/services/data/v66.0/query").respond_with_json({"records": [record], "done": True})

    pulling.sweep(now)

    assert force.log[-1][0].args["q"] == (
        f"SELECT Id,Max__c,Plan__r.Name,Seats__c FROM Account WHERE Id IN ('{sf_id}')"
    )
    sample = UsageSample.objects.get(customer=account)
    assert (sample.metric, sample.value, sample.limit) == ("seats", 7, 10)
    assert Contract.objects.get(customer=account).plan == "Gold"


@pytest.mark.parametrize(
    "body", ["{}", '{"records": 3}', '{"records": [3]}', "null", '{"records": []}', '{"records": [], "done": false}']
)
def test_hostile_answer_of_salesforce_changes_nothing(force: HTTPServer, csm: User, now: datetime, body: str) -> None:
    factories.CustomerFactory.create(external_id="001Hs00003AbCdEIAV", owner=csm)
    force.expect_request("/services/data/v66.0/query").respond_with_data(body)

    pulling.sweep(now)

    assert (last().state, UsageSample.objects.count()) == (PullState.FAILED, 0)


def test_salesforce_that_is_not_connected_is_said(force: HTTPServer, now: datetime, settings: Any) -> None:
    settings.SALESFORCE_BASE = ""

    pulling.sweep(now)

    assert last().note.startswith("Salesforce is not connected")
