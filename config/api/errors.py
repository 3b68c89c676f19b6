"""What went wrong, told in the one shape: the refusals of services, of serializers and of the framework."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import IntegrityError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from config.api.refusals import refusal_of
from config.api.shape import Fields, code_for, error_body, message_for

WHOLE_REQUEST = ("non_field_errors", "__all__", "detail")
"""Under these names the frameworks put what concerns no single field."""


def answer_error(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """This will answer an exception in the one shape; None for what nobody planned for (a 500, answered above)."""
    response = _answer(exc)
    if response is not None:
        set_rollback()
    return response


def _answer(exc: Exception) -> Response | None:
    refusal = refusal_of(exc)
    if refusal is not None:
        body = error_body(refusal.code, refusal.message, refusal.fields)
        body["error"].update(refusal.extra)
        return Response(body, status=refusal.status)
    if isinstance(exc, DjangoValidationError):
        return _invalid(_django_fields(exc))
    if isinstance(exc, exceptions.ValidationError):
        return _invalid(dict(_flatten(exc.detail)))
    if isinstance(exc, Http404):
        return _plain(404)
    if isinstance(exc, DjangoPermissionDenied):
        return _plain(403, str(exc))
    if isinstance(exc, IntegrityError):
        return _plain(409, "Somebody wrote the same at the same moment; read it again.")
    return _api_exception(exc) if isinstance(exc, exceptions.APIException) else None


def _plain(status: int, message: str = "") -> Response:
    return Response(error_body(code_for(status), message or message_for(status)), status=status)


def _api_exception(exc: exceptions.APIException) -> Response:
    status = exc.status_code
    message = message_for(404) if status == 404 else str(exc.detail)
    headers = {}
    if header := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if (wait := getattr(exc, "wait", None)) is not None:
        headers["Retry-After"] = str(max(1, int(wait)))
    code = exc.get_codes() if isinstance(exc, exceptions.PermissionDenied) else None
    known = code if isinstance(code, str) and code != exceptions.PermissionDenied.default_code else code_for(status)
    return Response(error_body(known, message), status=status, headers=headers)


def _invalid(fields: Fields) -> Response:
    """This will answer 400 with what concerns the whole request in the message, the rest by field."""
    whole = [text for name in WHOLE_REQUEST for text in fields.pop(name, [])]
    message = " ".join(whole) or "Some fields are not right."
    return Response(error_body("invalid", message, fields), status=400)


def _django_fields(error: DjangoValidationError) -> Fields:
    """This will give a service's refusals under the names that the API uses."""
    if not hasattr(error, "error_dict"):
        return {"detail": list(error.messages)}
    return {camel(name): texts for name, texts in error.message_dict.items()}


def camel(name: str) -> str:
    """This will write a column's name as the API does: external_id → externalId."""
    if name in WHOLE_REQUEST:
        return name
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _flatten(detail: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """This will give nested refusals flat: {"people": [{"role": [...]}]} → "people.0.role"."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            is_whole = name in WHOLE_REQUEST and path
            yield from _flatten(inner, path if is_whole else f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list) and any(isinstance(item, Mapping | list) for item in detail):
        for number, inner in enumerate(detail):
            if inner:
                yield from _flatten(inner, f"{path}.{number}" if path else str(number))
    else:
        texts = detail if isinstance(detail, list) else [detail]
        yield path or "detail", [str(text) for text in texts]
