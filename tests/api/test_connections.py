"""A refused call leaves its connection usable: what was sent with it is read to the end."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse

from config.api.middleware import JSON_LIMIT, MOST_READ_IN_VAIN, ApiFrameMiddleware

UNREAD = 200_000


def call(body: BytesIO, *, length: int, status: int = 200) -> int:
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/api/customers",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(length),
        "wsgi.input": body,
    }

    def refuse(request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=status)

    return ApiFrameMiddleware(refuse)(WSGIRequest(environ)).status_code


@pytest.mark.parametrize("status", [401, 403, 404, 415])
def test_body_of_a_refused_call_is_read_to_the_end(status: int) -> None:
    body = BytesIO(b"x" * UNREAD)

    assert call(body, length=UNREAD, status=status) == status
    assert body.tell() == UNREAD


def test_body_that_is_too_large_is_refused_and_read_to_the_end() -> None:
    body = BytesIO(b"x" * (JSON_LIMIT + 1))

    assert call(body, length=JSON_LIMIT + 1) == 413
    assert body.tell() == JSON_LIMIT + 1


def test_next_call_on_the_connection_is_not_read() -> None:
    body = BytesIO(b"x" * UNREAD + b"POST /next")

    call(body, length=UNREAD, status=404)

    assert body.read() == b"POST /next"


def test_body_beyond_measure_is_refused_unread() -> None:
    body = BytesIO(b"x" * UNREAD)

    assert call(body, length=MOST_READ_IN_VAIN + 1) == 413
    assert body.tell() == 0
