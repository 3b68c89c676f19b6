"""Accounts by API, and what stops them: made, read, changed, and not by those who may not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Activity, Customer, User
from tests import factories
from tests.api.conftest import Caller, error_of

BODY = {
    "externalId": "001NEW",
    "name": "Nordwind Logistik GmbH",
    "segment": "Enterprise",
    "timezone": "Europe/Berlin",
    "country": "DE",
    "currency": "EUR",
    "healthScore": 74,
    "relationshipStrength": 8,
    "churnRisk": 22,
    "competitivePressure": "medium",
    "budgetPressure": "low",
    "notes": "Two plants.\nRenewed twice.",
}


def test_create_customer_gives_it_back_and_keeps_it(api: Caller, csm: User) -> None:
    response = api.post("/api/customers", BODY)

    made = response.json()
    assert response.status_code == 201
    assert {name: made[name] for name in BODY} == BODY
    assert made["owner"] == csm.username
    assert made["holds"] == [] and made["brake"] is None
    assert made["createdAt"].endswith("Z")
    assert api.get(f"/api/customers/{made['id']}").json() == made
    assert Activity.objects.get(customer_id=made["id"]).verb == "customer.created"


@pytest.mark.parametrize("path", ["/api/customers", "/api/customers/"])
def test_list_with_or_without_slash_answers_at_once(api: Caller, customer: Customer, path: str) -> None:
    response = api.get(path)

    assert response.status_code == 200
    assert response.json() == {
        "count": 1,
        "next": None,
        "previous": None,
        "results": [api.get(f"/api/customers/{customer.pk}/").json()],
    }


@pytest.mark.parametrize("reference", ["{c.pk}", "ext:001RAIL"])
@pytest.mark.parametrize("part", ["", "/stakeholders"])
def test_customer_is_found_by_id_and_by_the_other_systems_id(
    api: Caller, customer: Customer, reference: str, part: str
) -> None:
    response = api.get(f"/api/customers/{reference.format(c=customer)}{part}")

    assert response.status_code == 200


def test_external_id_filters_the_list(api: Caller, customer: Customer, csm: User) -> None:
    factories.CustomerFactory.create(owner=csm)

    found = api.get("/api/customers", externalId="001RAIL").json()

    assert [row["id"] for row in found["results"]] == [str(customer.pk)]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"ordering": "name"}, ["Alder", "Birch", "Cedar"]),
        ({"ordering": "-name"}, ["Cedar", "Birch", "Alder"]),
        ({"ordering": "-churnRisk,name"}, ["Birch", "Alder", "Cedar"]),
        ({"churnRisk": "90"}, ["Birch"]),
        ({"name": "cedar"}, ["Cedar"]),
        ({"owner": "dana"}, ["Alder", "Birch", "Cedar"]),
        ({"owner": "nobody"}, []),
        ({"pageSize": "2"}, ["Alder", "Birch"]),
        ({"pageSize": "2", "page": "2"}, ["Cedar"]),
    ],
)
def test_list_is_filtered_ordered_and_paged(api: Caller, csm: User, query: dict[str, str], names: list[str]) -> None:
    for name, risk in [("Cedar", 10), ("Alder", 10), ("Birch", 90)]:
        factories.CustomerFactory.create(owner=csm, name=name, churn_risk=risk)

    found = api.get("/api/customers", **query).json()

    assert [row["name"] for row in found["results"]] == names


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"ordering": "password"}, "ordering"),
        ({"ordering": "owner__password"}, "ordering"),
        ({"page": "0"}, "page"),
        ({"page": "abc"}, "page"),
        ({"page": "99"}, "page"),
        ({"pageSize": "0"}, "pageSize"),
        ({"pageSize": "501"}, "pageSize"),
        ({"pageSize": "-1"}, "pageSize"),
        ({"churnRisk": "much"}, "churnRisk"),
        ({"competitivePressure": "extreme"}, "competitivePressure"),
    ],
)
def test_unknown_order_page_or_filter_value_is_refused(api: Caller, query: dict[str, str], field: str) -> None:
    response = api.get("/api/customers", **query)

    assert response.status_code == 400
    assert list(error_of(response)["fields"]) == [field]


def test_list_takes_the_same_number_of_queries_for_one_and_three(api: Caller, csm: User, other_csm: User) -> None:
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert api.get("/api/customers").status_code == 200
        return len(queries)

    factories.CustomerFactory.create(owner=csm)
    api.get("/api/customers")
    with_one = count()
    for _ in range(2):
        factories.CustomerFactory.create(owner=csm, account_executive=other_csm, executive=other_csm)

    assert count() == with_one


def test_change_customer_changes_only_what_is_sent(api: Caller, customer: Customer) -> None:
    response = api.patch(f"/api/customers/{customer.pk}", {"churnRisk": 61, "competitivePressure": None})

    customer.refresh_from_db()
    assert response.status_code == 200
    assert (response.json()["churnRisk"], response.json()["competitivePressure"]) == (61, None)
    assert (customer.churn_risk, customer.competitive_pressure, customer.name) == (61, "", "Acme Rail")


def test_change_customer_takes_back_what_get_gave(api: Caller, customer: Customer) -> None:
    seen = api.get(f"/api/customers/{customer.pk}").json()

    again = api.patch(f"/api/customers/{customer.pk}", seen)

    assert again.status_code == 200
    assert again.json() == seen


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": {"first": "A"}}, "name"),
        ({"healthScore": 101}, "healthScore"),
        ({"healthScore": -1}, "healthScore"),
        ({"healthScore": True}, "healthScore"),
        pytest.param({"healthScore": 10**400}, "healthScore", id="huge"),
        ({"relationshipStrength": 11}, "relationshipStrength"),
        ({"churnRisk": "high"}, "churnRisk"),
        ({"competitivePressure": "extreme"}, "competitivePressure"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"country": "Germany"}, "country"),
        ({"country": "ZZ"}, "country"),
        ({"currency": "E1R"}, "currency"),
        ({"owner": "nobody"}, "owner"),
        ({"owner": 7}, "owner"),
        ({"owner": ""}, "owner"),
        ({"owner": "marco"}, "owner"),
        ({"externalId": "001TAKEN"}, "externalId"),
        ({"programmeStartDate": "2026-02-30"}, "programmeStartDate"),
    ],
)
def test_bad_field_of_a_customer_is_named_and_nothing_is_written(
    api: Caller, customer: Customer, other_csm: User, change: dict[str, Any], field: str
) -> None:
    factories.CustomerFactory.create(external_id="001TAKEN")
    factories.UserFactory.create(username="nameless", email="")

    for response in (
        api.patch(f"/api/customers/{customer.pk}", {"notes": "changed", **change}),
        api.post("/api/customers", {"name": "Fresh", **change}),
    ):
        assert response.status_code == 400
        assert list(error_of(response)["fields"]) == [field]
    customer.refresh_from_db()
    assert customer.notes == ""
    assert not Customer.objects.filter(name="Fresh").exists()


def test_lead_hands_an_account_over(
    call_as: Callable[..., Caller], lead: User, customer: Customer, other_csm: User
) -> None:
    response = call_as(lead).patch(f"/api/customers/{customer.pk}", {"owner": other_csm.email})

    customer.refresh_from_db()
    assert response.status_code == 200
    assert response.json()["owner"] == "marco"
    assert customer.owner == other_csm


FOREIGN_CALLS = [
    ("get", ""),
    ("patch", ""),
    ("get", "/stakeholders"),
    ("post", "/stakeholders"),
    ("get", "/stakeholders/{person}"),
    ("patch", "/stakeholders/{person}"),
    ("delete", "/stakeholders/{person}"),
    ("post", "/usage"),
    ("post", "/hold"),
    ("delete", "/hold"),
    ("post", "/brake"),
    ("delete", "/brake"),
]


@pytest.mark.parametrize(("method", "part"), FOREIGN_CALLS)
@pytest.mark.parametrize("reference", ["{c.pk}", "ext:001FOREIGN"])
def test_customer_of_others_is_not_there(
    api: Caller, foreign: Customer, method: str, part: str, reference: str
) -> None:
    person = factories.StakeholderFactory.create(customer=foreign)
    path = f"/api/customers/{reference.format(c=foreign)}{part.format(person=person.pk)}"

    response = api(method, path, None if method == "get" else {"name": "Taken over"})

    assert response.status_code == 404
    assert error_of(response)["code"] == "not_found"
    assert not Activity.objects.exclude(subject_kind="apitoken").exists()


def test_person_of_others_is_not_there_under_an_own_account(api: Caller, customer: Customer, foreign: Customer) -> None:
    person = factories.StakeholderFactory.create(customer=foreign, name="Jennifer")

    responses = [
        api(
            method,
            f"/api/customers/{customer.pk}/stakeholders/{person.pk}",
            {"name": "Taken"} if method == "patch" else None,
        )
        for method in ("get", "patch", "delete")
    ]

    person.refresh_from_db()
    assert [response.status_code for response in responses] == [404, 404, 404]
    assert person.name == "Jennifer"


def test_foreign_external_id_filters_nothing_out_of_the_dark(api: Caller, foreign: Customer) -> None:
    assert api.get("/api/customers", externalId=foreign.external_id).json()["count"] == 0
    assert api.get("/api/customers", owner="stefan").json()["count"] == 0


@pytest.mark.parametrize(
    "reference", ["nonsense", "ext:", "ext:nobody", "00000000-0000-0000-0000-000000000000", "%F0%9F"]
)
def test_customer_that_is_none_is_not_there(api: Caller, reference: str) -> None:
    assert api.get(f"/api/customers/{reference}").status_code == 404


def test_hold_stops_and_resume_ends_it(api: Caller, customer: Customer) -> None:
    path = f"/api/customers/{customer.pk}"

    held = api.post(f"{path}/hold", {"scope": "account", "until": "2099-03-28", "reason": "Merger"})
    again = api.post(f"{path}/hold", {"scope": "account"})
    shown = api.get(path).json()["holds"]
    resumed = api.delete(f"{path}/hold")

    assert held.status_code == 201
    assert held.json()["until"] == "2099-03-28T04:00:00Z"  # midnight in New York
    assert (again.status_code, error_of(again)["code"]) == (409, "already_held")
    assert {name: held.json()[name] for name in shown[0]} == shown[0]
    assert (held.json()["stops"], held.json()["inFlight"], held.json()["noticeDeadline"]) == ([], [], None)
    assert resumed.status_code == 204
    assert api.get(path).json()["holds"] == []
    assert api.delete(f"{path}/hold").status_code == 404


def test_resume_of_one_scope_keeps_the_other(api: Caller, customer: Customer) -> None:
    path = f"/api/customers/{customer.pk}"
    api.post(f"{path}/hold", {"scope": "account"})
    api.post(f"{path}/hold", {"scope": "journey"})

    assert api.delete(f"{path}/hold?scope=journey").status_code == 204
    assert [hold["scope"] for hold in api.get(path).json()["holds"]] == ["account"]
    assert api.delete(f"{path}/hold?scope=universe").status_code == 400


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scope": "universe"}, "scope"),
        ({"until": "2020-01-01"}, "until"),
        ({"until": "soon"}, "until"),
        ({"until": 5}, "until"),
        ({"until": "9999-99-99"}, "until"),
        ({"reason": "x" * 501}, "reason"),
    ],
)
def test_bad_hold_is_refused(api: Caller, customer: Customer, body: dict[str, Any], field: str) -> None:
    response = api.post(f"/api/customers/{customer.pk}/hold", body)

    assert response.status_code == 400
    assert list(error_of(response)["fields"]) == [field]


def test_brake_is_set_once_and_cleared(api: Caller, customer: Customer) -> None:
    path = f"/api/customers/{customer.pk}"

    first = api.post(f"{path}/brake", {"reason": "Reply"})
    again = api.post(f"{path}/brake", {"reason": "Another"})

    assert (first.status_code, again.json()) == (201, first.json())
    assert api.get(path).json()["brake"] == first.json()
    assert api.delete(f"{path}/brake").status_code == 204
    assert api.get(path).json()["brake"] is None
    assert api.delete(f"{path}/brake").status_code == 404


def test_customer_has_sending_rules_of_its_own(api: Caller, customer: Customer, lead: User, call_as: Any) -> None:
    hours = {"windowStart": "07:30", "windowEnd": "16:00", "workingDays": [0, 1, 2, 3], "holidaysPlace": "DE-BY"}
    caps = {"contactCap": 1, "accountCap": 3}

    changed = api.patch(f"/api/customers/{customer.pk}", {"segment": "Rail", "sendingRules": hours})
    by_csm = api.patch(f"/api/customers/{customer.pk}", {"segment": "Lost", "sendingRules": caps})
    by_lead = call_as(lead).patch(f"/api/customers/{customer.pk}", {"sendingRules": caps})

    assert changed.json()["sendingRules"] == {**hours, "contactCap": None, "accountCap": None}
    assert (by_csm.status_code, set(error_of(by_csm)["fields"])) == (400, {"contactCap", "accountCap"})
    assert by_lead.json()["sendingRules"] == {**hours, **caps}
    assert by_lead.json()["segment"] == "Rail"


def test_new_customer_may_bring_sending_rules(api: Caller) -> None:
    made = api.post("/api/customers", {**BODY, "sendingRules": {"holidaysPlace": "DE-BY"}})
    refused = api.post("/api/customers", {**BODY, "externalId": "X", "sendingRules": {"workingDays": [7]}})

    assert made.json()["sendingRules"]["holidaysPlace"] == "DE-BY"
    assert refused.status_code == 400
    assert not Customer.objects.filter(external_id="X").exists()


@pytest.mark.parametrize("said", ["1", "True", "yes", "", "maybe"])
def test_preview_of_a_hold_that_is_neither_true_nor_false_holds_nothing(
    api: Caller, customer: Customer, said: str
) -> None:
    response = api.post(f"/api/customers/{customer.pk}/hold?preview={said}", {"scope": "account"})

    assert (response.status_code, list(error_of(response)["fields"])) == (400, ["preview"])
    assert api.get(f"/api/customers/{customer.pk}").json()["holds"] == []


@pytest.mark.parametrize("their_id", ["A/B", "a//b", "A/stakeholders", "Ä b%2F", "100%", "a?b#c"])
@pytest.mark.parametrize("door", ["", "/stakeholders", "/renewal/"])
def test_id_of_the_other_system_may_hold_a_slash(api: Caller, csm: User, their_id: str, door: str) -> None:
    customer = factories.CustomerFactory.create(owner=csm, external_id=their_id)
    factories.ContractFactory.create(customer=customer)
    sent = f"/api/customers/ext:{quote(their_id, safe='')}{door}"

    # As gunicorn hands it over: the path decoded, and beside it what was sent.
    response = api.client.get(sent, headers=api.headers, RAW_URI=f"{sent}?page=1")

    assert response.status_code == 200


def test_slash_that_was_sent_encoded_opens_no_other_door(api: Caller, customer: Customer) -> None:
    sent = f"/api/customers/{customer.pk}%2Fstakeholders"

    response = api.client.get(sent, headers=api.headers, RAW_URI=sent)

    assert response.status_code == 404
