"""Every call that takes a body shows one that fits, and no example is left of a call that is gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft7Validator, FormatChecker

from config.api.request_examples import EXAMPLES, add_examples


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    described: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return described


def bodies(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for address, calls in schema["paths"].items():
        for method, call in calls.items():
            body = call.get("requestBody", {}).get("content", {}).get("application/json")
            if body is not None:
                yield f"{method.upper()} {address}", body


def examples(body: dict[str, Any]) -> list[Any]:
    if "example" in body:
        return [body["example"]]
    return [one["value"] for one in body.get("examples", {}).values()]


def as_json_schema(node: Any, components: dict[str, Any]) -> Any:
    """OpenAPI 3.0 says of what may be null that it is `nullable`; JSON Schema lists the type.

    A day is told from a moment by the format alone, which is not looked at here: one of two may be both.
    """
    if isinstance(node, list):
        return [as_json_schema(one, components) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return as_json_schema(components[node["$ref"].rpartition("/")[2]], components)
    named = {"anyOf" if key == "oneOf" else key: value for key, value in node.items() if key != "nullable"}
    plain = {key: as_json_schema(value, components) for key, value in named.items()}
    return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") else plain


def faults(body: dict[str, Any], example: Any, schema: dict[str, Any]) -> list[str]:
    described = as_json_schema(body["schema"], schema["components"]["schemas"])
    return [error.message for error in Draft7Validator(described, format_checker=FormatChecker()).iter_errors(example)]


def test_every_body_has_an_example(schema: dict[str, Any]) -> None:
    found = dict(bodies(schema))

    assert len(found) > 60
    assert [name for name, body in found.items() if not examples(body)] == []


def test_every_example_fits_its_schema(schema: dict[str, Any]) -> None:
    wrong = {
        name: problems
        for name, body in bodies(schema)
        for example in examples(body)
        if (problems := faults(body, example, schema))
    }

    assert wrong == {}


def test_example_names_only_fields_that_are_described(schema: dict[str, Any]) -> None:
    unknown = {}
    for name, body in bodies(schema):
        described = as_json_schema(body["schema"], schema["components"]["schemas"])
        known = {field for part in described.get("anyOf", [described]) for field in _fields(part)}
        for example in examples(body):
            rows = example if isinstance(example, list) else [example]
            if extra := {field for row in rows for field in row} - known:
                unknown[name] = extra

    assert unknown == {}


def test_no_example_is_left_of_a_call_that_is_gone(schema: dict[str, Any]) -> None:
    assert set(EXAMPLES) - {name for name, _ in bodies(schema)} == set()


def test_call_with_an_example_of_its_own_keeps_it() -> None:
    own = {"schema": {}, "example": {"reason": "own"}}
    call = {"requestBody": {"content": {"application/json": own}}}

    add_examples({"paths": {"/api/automations/{id}/trigger": {"post": call}}})

    assert own["example"] == {"reason": "own"}


@pytest.mark.parametrize(
    ("name", "example"),
    [
        ("POST /api/customers", {"segment": "Enterprise"}),
        ("POST /api/upsell-runs/{id}/reply", {"reply": "perhaps"}),
        ("POST /api/customers/{id}/usage", {"metric": "seats"}),
    ],
)
def test_body_that_does_not_fit_is_seen(schema: dict[str, Any], name: str, example: Any) -> None:
    assert faults(dict(bodies(schema))[name], example, schema)


def _fields(part: dict[str, Any]) -> set[str]:
    return set(part.get("items", part).get("properties", {}))
