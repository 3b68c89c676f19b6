"""Lists by the names of their fields: filtered, ordered, and refused where a value is none."""

from __future__ import annotations

from typing import Any

import pytest

from customers.models import Customer, Stakeholder, User
from tests import factories
from tests.api.conftest import Caller, error_of


@pytest.fixture
def people(customer: Customer) -> list[Stakeholder]:
    make = factories.StakeholderFactory.create
    return [
        make(
            customer=customer,
            name="Ada Braun",
            email="ada@acmerail.example",
            title="Chief of Operations",
            roles=["champion", "user"],
            primary=True,
            relationship_strength=9,
            language="de",
            timezone="Europe/Berlin",
        ),
        make(customer=customer, name="Ben Cole", title="Finance", roles=["economic_buyer"], relationship_strength=4),
        make(
            customer=customer,
            name="Cora Dean",
            title="Buyer",
            roles=["user"],
            left_at=customer.created_at,
            relationship_strength=6,
        ),
    ]


def found(api: Caller, customer: Customer, **query: str) -> list[str]:
    response = api.get(f"/api/customers/{customer.pk}/stakeholders", **query)
    assert response.status_code == 200, response.content
    return [row["name"].split()[0] for row in response.json()["results"]]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"name": "ben"}, ["Ben"]),
        ({"email": "ADA@acmerail.example"}, ["Ada"]),
        ({"title": "fin"}, ["Ben"]),
        ({"roles": "user"}, ["Ada", "Cora"]),
        ({"roles": "economic_buyer"}, ["Ben"]),
        ({"roles": "executive_sponsor"}, []),
        ({"primary": "true"}, ["Ada"]),
        ({"primary": "false"}, ["Ben", "Cora"]),
        ({"left": "true"}, ["Cora"]),
        ({"left": "false"}, ["Ada", "Ben"]),
        ({"relationshipStrength": "4"}, ["Ben"]),
        ({"timezone": "Europe/Berlin"}, ["Ada"]),
        ({"language": "DE"}, ["Ada"]),
        ({"ordering": "-relationshipStrength"}, ["Ada", "Cora", "Ben"]),
        ({"ordering": "title"}, ["Cora", "Ada", "Ben"]),
    ],
)
def test_people_are_filtered_and_ordered_by_their_fields(
    api: Caller, customer: Customer, people: list[Stakeholder], query: dict[str, str], names: list[str]
) -> None:
    assert found(api, customer, **query) == names


@pytest.mark.parametrize(
    "query", [{"primary": "maybe"}, {"left": ""}, {"roles": "king"}, {"relationshipStrength": "11"}, {"primary": "1"}]
)
def test_filter_of_people_that_is_none_is_400(api: Caller, customer: Customer, query: dict[str, str]) -> None:
    response = api.get(f"/api/customers/{customer.pk}/stakeholders", **query)

    assert (response.status_code, list(error_of(response)["fields"])) == (400, list(query))


@pytest.mark.parametrize(
    "name", ["owner", "accountExecutive", "executive", "timezone", "currency", "programmeStartDate", "createdAt"]
)
def test_accounts_are_ordered_by_field_both_ways(api: Caller, csm: User, other_csm: User, name: str) -> None:
    factories.CustomerFactory.create(
        owner=csm, account_executive=csm, executive=csm, timezone="Europe/Berlin", currency="EUR",
        programme_start_date="2026-01-01",
    )  # fmt: skip
    factories.CustomerFactory.create(
        owner=csm, account_executive=other_csm, executive=other_csm, timezone="UTC", currency="USD",
        programme_start_date="2026-02-01",
    )  # fmt: skip

    up, down = ([row[name] for row in ask(api, ordering=order)] for order in (name, f"-{name}"))

    assert up == sorted(up)
    assert down == sorted(down, reverse=True)


def ask(api: Caller, **query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = api.get("/api/customers", **query).json()["results"]
    return rows


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"customerId": "ext:001RAIL"}, 1),
        ({"customerId": "ext:nobody"}, 0),
        ({"to": "JENNIFER@acmerail.example"}, 1),
        ({"subject": "coming"}, 1),
        ({"subject": "gone"}, 0),
        ({"origin": "api", "writer": "person", "lane": "renewal", "priceApproach": "no_price"}, 1),
        ({"origin": "engage"}, 0),
        ({"ordering": "-version,to,tone,approvedAt"}, 1),
    ],
)
def test_drafts_are_filtered_by_their_fields(
    api: Caller, customer: Customer, query: dict[str, str], count: int
) -> None:
    person = factories.StakeholderFactory.create(customer=customer, email="jennifer@acmerail.example")
    draft = {"customerId": "ext:001RAIL", "stakeholderId": str(person.pk), "subject": "The coming year", "body": "Hi"}
    assert api.post("/api/emails/drafts", draft).status_code == 201

    assert api.get("/api/emails/drafts", **query).json()["count"] == count


def test_drafts_of_others_are_not_found_by_their_account(api: Caller, foreign: Customer) -> None:
    factories.StakeholderFactory.create(customer=foreign)

    assert api.get("/api/emails/drafts", customerId="ext:001FOREIGN").json()["count"] == 0


@pytest.mark.parametrize("name", ["verified", "automatic", "unsure", "handled"])
@pytest.mark.parametrize("value", ["null", "maybe", "1", "", "True"])
def test_flag_of_replies_that_is_neither_true_nor_false_is_400(api: Caller, name: str, value: str) -> None:
    response = api.get("/api/replies", **{name: value})

    assert (response.status_code, list(error_of(response)["fields"])) == (400, [name])
    assert api.get("/api/replies", **{name: "false"}).status_code == 200
