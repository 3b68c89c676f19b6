"""What the description at /api/schema says of every call: repeated calls, pages, the shape of errors."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema

WRITES = frozenset({"post", "patch", "put", "delete"})
ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "fields"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "fields": {
                    "type": "object",
                    "additionalProperties": {"type": "array", "items": {"type": "string"}},
                },
            },
        }
    },
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A repeat with the same key within 24 hours gets the first answer and does nothing again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]([ -~]*[!-~])?$"},
}
ANSWERS = {
    "401": "Nobody is signed in, or the token is unknown, expired or revoked.",
    "403": "The token lacks a scope, or the person's role does not allow it.",
    "404": "Not there, or not yours.",
    "429": "Too many calls; see Retry-After.",
}
NOT_RIGHT = {"400": "What was sent cannot be read, or fields are not right."}
ANSWERS_TO_WRITES = {
    "409": "The state of things does not allow it, or it changed meanwhile.",
    "411": "The body came without its Content-Length.",
    "413": "The body is too large.",
    "415": "The body is of another type than this call takes.",
    "422": "The Idempotency-Key was used for another request.",
}
READS_THAT_CONFLICT = frozenset({"engage_retrieve", "customers_engage_retrieve"})
"""A plan cannot be shown once its contract has ended."""


class DescribedCall(AutoSchema):
    """Pages are of what is read: a list that answers a write is the list itself."""

    def _get_paginator(self) -> Any:
        return super()._get_paginator() if self.method == "GET" else None


CUSTOMER_PATHS = ("/api/customers/{id}", "/api/clients/{id}")
CUSTOMER_ID = "The account's id, or `ext:` and the id that the other system gave it."


def add_shared_answers(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """This will add the error shape and the repeat header to every call; a hook of drf-spectacular."""
    result.setdefault("components", {}).setdefault("schemas", {})["Error"] = ERROR
    for address, calls in result["paths"].items():
        for method, call in calls.items():
            is_write = method in WRITES
            if address.startswith(CUSTOMER_PATHS):
                _describe_id(call)
            if is_write:
                call.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
            for status, text in _answers_to(call, is_write=is_write).items():
                call["responses"].setdefault(status, _error_answer(text))
    return result


def _answers_to(call: dict[str, Any], *, is_write: bool) -> dict[str, str]:
    asks = any(parameter["in"] == "query" for parameter in call.get("parameters", ()))
    if call["operationId"] in READS_THAT_CONFLICT:
        return {**ANSWERS, "409": ANSWERS_TO_WRITES["409"]}
    return {**ANSWERS, **(NOT_RIGHT if is_write or asks else {}), **(ANSWERS_TO_WRITES if is_write else {})}


def _describe_id(call: dict[str, Any]) -> None:
    for parameter in call["parameters"]:
        if parameter["name"] == "id":
            parameter["description"] = CUSTOMER_ID


def _error_answer(text: str) -> dict[str, Any]:
    return {
        "description": text,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
