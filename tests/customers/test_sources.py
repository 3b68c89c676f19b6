"""Usage and contracts pulled: signed, bounded, kept once, bad rows named, and no secret ever shown."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_httpserver import HTTPServer
from werkzeug import Response

from customers.clients.tokens import forget_tokens
from customers.enums import PullState
from customers.models import Activity, Contract, Customer, UsagePull, UsageSample, UsageSource, User
from customers.rules.source_mapping import read_mapping
from customers.services import pulling
from customers.services.digests import seal
from customers.services.keys import rotate_keys
from customers.services.sources import ask_now
from customers.services.workspace import NotOps
from renewals.models import Renewal
from renewals.services.renewals import lock_price, open_renewal
from tests import factories
from tests.vendors import connect, free_port, server

pytestmark = pytest.mark.django_db
SECRET = "a secret of the meter"
MAPPING = "account = accountId\nmetric = metric\nvalue = used\nlimit = limit\nat = at\ncontract.current_price = price"
PAGE = "/settings/usage-sources"


@pytest.fixture(autouse=True)
def _still(now: datetime, settings: Any) -> Iterator[None]:
    forget_tokens()
    settings.OUTBOUND = "on"
    with time_machine.travel(now, tick=False):
        yield
    forget_tokens()


@pytest.fixture
def source(httpserver: HTTPServer, now: datetime) -> UsageSource:
    made: UsageSource = UsageSource.objects.create(
        name="Meter",
        url=httpserver.url_for("/usage?days=1"),
        sealed_secret=seal(SECRET.encode()),
        items_path="data",
        mapping=read_mapping(MAPPING),
        next_due_at=now,
    )
    return made


@pytest.fixture
def account(csm: User) -> Customer:
    customer: Customer = factories.CustomerFactory.create(external_id="12345", owner=csm)
    return customer


def item(**changes: Any) -> dict[str, Any]:
    return {"accountId": "12345", "metric": "seats", "used": 98, "limit": 100, "at": "2026-03-03T00:00:00Z", **changes}


def answer(httpserver: HTTPServer, *items: Any) -> None:
    httpserver.expect_request("/usage").respond_with_json({"data": list(items)})


def last() -> UsagePull:
    found: UsagePull = UsagePull.objects.order_by("-started_at", "-created_at")[0]
    return found


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


# --- settings --------------------------------------------------------------------------------------------------------


def in_as(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def typed(source: UsageSource | None = None, **changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "version": source.version if source else "",
        "name": "Meter",
        "kind": "http",
        "url": source.url if source else "http://127.0.0.1:9/usage",
        "secret": "",
        "items_path": "data",
        "sobject": "",
        "mapping": MAPPING,
        "is_enabled": "on",
    }
    return fields | changes


def test_ops_enter_a_source_and_its_secret_is_never_shown(ops: User, now: datetime) -> None:
    client = in_as(ops)

    answered = client.post(f"{PAGE}/new", typed(secret="a long enough secret"))

    made = UsageSource.objects.get()
    assert answered.status_code == 302
    assert (made.next_due_at, made.mapping) == (now, read_mapping(MAPPING))
    assert "a long enough secret" not in made.sealed_secret
    pages = [client.get(url).content.decode() for url in (PAGE, f"{PAGE}/{made.pk}", "/admin/customers/usagesource/")]
    pages.append(client.get(f"/admin/customers/usagesource/{made.pk}/change/").content.decode())
    assert not any("a long enough secret" in page or made.sealed_secret in page for page in pages)
    assert "a long enough secret" not in str(list(Activity.objects.values()))


def test_empty_secret_keeps_the_old_one(source: UsageSource, ops: User) -> None:
    in_as(ops).post(f"{PAGE}/{source.pk}", typed(source, items_path="rows"))

    changed = UsageSource.objects.get()
    assert (changed.items_path, changed.sealed_secret, changed.version) == ("rows", source.sealed_secret, 2)
    assert Activity.objects.get(verb="source.saved").data["changes"] == {"items_path": ["data", "rows"]}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"kind": "ftp"}, "kind"),
        ({"secret": "short"}, "secret"),
        ({"secret": ""}, "secret"),
        ({"mapping": "account = a"}, "mapping"),
        ({"mapping": ""}, "mapping"),
        ({"kind": "salesforce", "secret": ""}, "sobject"),
    ],
)
def test_bad_source_is_named_beside_its_field(ops: User, changes: dict[str, Any], field: str) -> None:
    words = in_as(ops).post(f"{PAGE}/new", typed(**{"secret": "a long enough secret", **changes})).content.decode()

    assert f'id="id_{field}_error"' in words
    assert "a long enough secret" not in words
    assert not UsageSource.objects.exists()


def test_two_sources_of_one_name_and_a_stale_form_are_refused(source: UsageSource, ops: User) -> None:
    client, stale = in_as(ops), typed(source, items_path="b")
    twice = client.post(f"{PAGE}/new", typed(secret="a long enough secret")).content.decode()
    client.post(f"{PAGE}/{source.pk}", typed(source, items_path="a"))

    assert 'id="id_name_error"' in twice
    assert "Somebody changed the settings meanwhile" in client.post(f"{PAGE}/{source.pk}", stale).content.decode()
    assert UsageSource.objects.get().items_path == "a"


@pytest.mark.parametrize("role", ["csm", "lead", "reader"])
def test_sources_are_for_ops(source: UsageSource, role: str, now: datetime, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(role)
    client = in_as(person)

    for path in (PAGE, f"{PAGE}/new", f"{PAGE}/{source.pk}", f"{PAGE}/{source.pk}/remove"):
        assert client.get(path).status_code == 403
    assert client.post(f"{PAGE}/{source.pk}/pull").status_code == 403
    assert "Usage sources" not in client.get("/settings").content.decode()
    assert list(UsageSource.objects.visible_to(person)) == []
    with pytest.raises(NotOps):
        ask_now(source, now=now, by=person)


def test_it_is_asked_by_hand_and_the_result_stands_on_the_page(
    httpserver: HTTPServer, source: UsageSource, account: Customer, ops: User, now: datetime
) -> None:
    UsageSource.objects.update(next_due_at=now + timedelta(hours=9))
    answer(httpserver, item(), item(used="<script>"))
    client = in_as(ops)

    client.post(f"{PAGE}/{source.pk}/pull")
    pulling.sweep(now)

    words = client.get(f"{PAGE}/{source.pk}").content.decode()
    assert "2 rows of 1 accounts. 1 left out." in words and "is no number" in words
    assert Activity.objects.filter(verb="source.asked", actor=ops).exists()


def test_removed_source_leaves_what_it_brought(
    httpserver: HTTPServer, source: UsageSource, account: Customer, ops: User, now: datetime
) -> None:
    answer(httpserver, item())
    pulling.sweep(now)
    client = in_as(ops)

    assert client.get(f"{PAGE}/{source.pk}/remove").status_code == 200
    client.post(f"{PAGE}/{source.pk}/remove")

    assert (UsageSource.objects.count(), UsagePull.objects.count(), UsageSample.objects.count()) == (0, 0, 1)
    assert Activity.objects.filter(verb="source.removed").exists()


def test_keys_are_rotated_with_all_others(source: UsageSource, ops: User, now: datetime, settings: Any) -> None:
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
    UsageSource.objects.create(name="CRM", kind="salesforce", sobject="Account", mapping={"account": "Id"})

    rotate_keys(now=now, by=ops)

    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    assert pulling.sealer().decrypt(UsageSource.objects.get(name="Meter").sealed_secret) == SECRET.encode()


def test_secret_that_no_key_opens_is_said(source: UsageSource, now: datetime, settings: Any) -> None:
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    pulling.sweep(now)

    assert last().note == "FIELD_KEYS cannot open its secret: enter it again."


@pytest.mark.parametrize(
    "values",
    [{"url": ""}, {"sealed_secret": ""}, {"kind": "salesforce", "sobject": ""}],
)
def test_database_keeps_sources_whole(source: UsageSource, values: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        UsageSource.objects.update(**values)


def test_latest_pull_names_all_that_was_left_out_and_earlier_ones_the_first_three(
    source: UsageSource, ops: User, now: datetime
) -> None:
    for days, word in ((0, "latest"), (1, "earlier")):
        at = now - timedelta(days=days)
        UsagePull.objects.create(
            source=source, state=PullState.DONE, started_at=at, leased_until=at, finished_at=at, refused_count=5,
            refused=[{"row": n, "account": "", "reason": f"{word} {n}"} for n in range(5)],
        )  # fmt: skip

    words = in_as(ops).get(f"{PAGE}/{source.pk}").content.decode()

    assert [f"latest {n}" in words for n in range(5)] == [True] * 5
    assert [f"earlier {n}" in words for n in range(5)] == [True, True, True, False, False]
    assert words.count("of the others stands with the latest") == 1
