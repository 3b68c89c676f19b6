"""What /api/schema says and what the calls do are the same, where it is easy to get wrong."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from drf_spectacular.generators import SchemaGenerator

from customers.models import Customer
from tests import factories
from tests.api.conftest import Caller, error_of


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    described: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return described


def _parameter(schema: dict[str, Any], name: str, *, path: str = "/api/customers", method: str = "get") -> Any:
    found = [row for row in schema["paths"][path][method]["parameters"] if row["name"] == name]
    return found[0]["schema"]


def test_unlocking_answers_what_is_described(api: Caller, customer: Customer, schema: dict[str, Any]) -> None:
    factories.ContractFactory.create(customer=customer)
    path = f"/api/customers/{customer.pk}/renewal/lock-price"
    api.post(path)

    response = api.delete(path)

    described = schema["paths"]["/api/customers/{id}/renewal/lock-price"]["delete"]["responses"]
    assert response.status_code == 200
    assert [status for status in described if status.startswith("2")] == ["200"]
    assert response.json()["priceLocked"] is False


def test_lists_are_described_with_400_and_their_limits(schema: dict[str, Any]) -> None:
    assert "400" in schema["paths"]["/api/customers"]["get"]["responses"]
    assert _parameter(schema, "page") == {"type": "integer", "minimum": 1}
    assert _parameter(schema, "pageSize") == {"type": "integer", "minimum": 1, "maximum": 500}
    assert _parameter(schema, "ordering")["pattern"].startswith("^(-?(name|")


def test_person_who_has_not_left_fits_the_description(schema: dict[str, Any]) -> None:
    assert schema["components"]["schemas"]["Stakeholder"]["properties"]["leftAt"]["nullable"] is True


def test_empty_text_is_described_as_refused_only_where_it_is_sent(schema: dict[str, Any]) -> None:
    bodies = schema["components"]["schemas"]

    assert bodies["CustomerRequest"]["properties"]["name"]["minLength"] == 1
    assert "minLength" not in bodies["Customer"]["properties"]["name"]


@pytest.mark.parametrize(
    "query",
    [
        {"page": ""},
        {"page": "0"},
        {"page": "1.5"},
        {"page": "last"},
        {"pageSize": "501"},
        {"healthScore": "0.5"},
        {"churnRisk": ""},
        {"competitivePressure": ""},
    ],
)
def test_filter_that_is_none_is_400_beside_its_name(api: Caller, customer: Customer, query: dict[str, str]) -> None:
    response = api.get("/api/customers", **query)

    assert response.status_code == 400
    assert list(error_of(response)["fields"]) == list(query)


@pytest.mark.parametrize("query", [{"stakeholderId": ""}, {"stakeholderId": "x"}, {"state": ""}, {"planId": ""}])
def test_draft_filter_that_is_none_is_400(api: Caller, query: dict[str, str]) -> None:
    response = api.get("/api/emails/drafts", **query)

    assert response.status_code == 400
    assert list(error_of(response)["fields"]) == list(query)


def test_empty_text_filter_is_no_filter(api: Caller, customer: Customer) -> None:
    assert api.get("/api/customers", name="", segment="", owner="").json()["count"] == 1


def test_plan_whose_contract_has_ended_is_409_as_described(schema: dict[str, Any]) -> None:
    assert "409" in schema["paths"]["/api/engage/{id}"]["get"]["responses"]
    assert "409" in schema["paths"]["/api/customers/{id}/engage"]["get"]["responses"]


def test_term_beyond_measure_is_400_also_for_a_churned_customer(api: Caller, customer: Customer) -> None:
    factories.ContractFactory.create(customer=customer)
    asked = {"result": "churned", "reason": "Gone", "termMonths": 14147945}

    response = api.post(f"/api/customers/{customer.pk}/renewal/outcome", asked)

    assert (response.status_code, list(error_of(response)["fields"])) == (400, ["termMonths"])


@pytest.mark.parametrize("content", [b"GIF87a\x01\x00,\x00\x00\n1,2\n", b"Account Name,Notes\nAc\x00me,-\x00\n"])
def test_import_with_null_characters_is_told_not_broken(api: Caller, content: bytes) -> None:
    file = SimpleUploadedFile("file.csv", content, content_type="text/csv")

    response = api.client.post("/api/imports", {"file": file}, headers=api.headers)

    assert response.status_code == 200
    assert response.json()["created"] == 0
    assert response.json()["refused"]
    assert not Customer.objects.exists()


def test_empty_country_fits_one_description_only(schema: dict[str, Any]) -> None:
    country = schema["components"]["schemas"]["Customer"]["properties"]["country"]

    assert re.search(country["oneOf"][0]["pattern"], "") is None
    assert len(country["oneOf"]) == 2


def test_previewed_hold_fits_its_description(schema: dict[str, Any]) -> None:
    bodies = schema["components"]["schemas"]

    assert [bodies["PreviewedHold"]["properties"][name]["nullable"] for name in ("id", "startsAt")] == [True, True]
    assert "nullable" not in bodies["Held"]["properties"]["id"]
