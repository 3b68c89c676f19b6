"""The one shape of an error: {"error": {"code", "message", "fields"}}. Source: INTERFACES, Conventions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import JsonResponse

Fields = dict[str, list[str]]

CODES: Mapping[int, str] = {
    400: "malformed",
    401: "not_authenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    422: "unprocessable",
    429: "throttled",
}
MESSAGES: Mapping[int, str] = {
    400: "The request cannot be read.",
    401: "Sign in, or send a token: Authorization: Bearer TOKEN.",
    403: "You may not do this.",
    404: "There is nothing here, or it is not yours.",
    405: "This method is not offered here.",
    413: "The body is too large.",
}
INTERNAL_CODE, INTERNAL_MESSAGE = "internal_error", "Something went wrong on our side; it has been noted."


def error_body(code: str, message: str, fields: Fields | None = None) -> dict[str, Any]:
    """This will give the body of an error; `fields` names what is wrong with which field of the request."""
    return {"error": {"code": code, "message": message, "fields": fields or {}}}


def error_response(status: int, code: str, message: str, fields: Fields | None = None) -> JsonResponse:
    return JsonResponse(error_body(code, message, fields), status=status)


def code_for(status: int) -> str:
    return CODES.get(status, INTERNAL_CODE if status >= 500 else "refused")


def message_for(status: int) -> str:
    return MESSAGES.get(status, INTERNAL_MESSAGE if status >= 500 else "This was refused.")
