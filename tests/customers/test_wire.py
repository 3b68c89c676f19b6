"""One call over HTTP: what is sent, what is refused, and whether it may have been accepted."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from customers.clients.base import Effect, MaybeAccepted, NotAccepted
from customers.clients.outbound import why_off
from customers.clients.wire import LARGEST_ANSWER, Answer, Call, Vendor, failure_of, place_call
from customers.rules.retry_after import read_retry_after
from tests.conftest import NOW
from tests.vendors import free_port, server

VENDOR = Vendor("Acme", "ACME_BASE")
KEY = {"Authorization": "Bearer secret-key"}


def call(url: str, effect: Effect = Effect.ONCE, *, method: str = "POST", deadline_s: float = 5) -> Answer:
    return place_call(Call(method, url, effect, KEY, body={"a": 1}), vendor=VENDOR, deadline_s=deadline_s)


def outcome(url: str, effect: Effect, *, deadline_s: float = 0.5) -> tuple[type, bool]:
    with pytest.raises((NotAccepted, MaybeAccepted)) as error:
        call(url, effect, deadline_s=deadline_s)
    assert "secret-key" not in error.value.reason
    return type(error.value), error.value.can_retry


def test_call_carries_key_and_body_and_gives_the_answer(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/x", method="POST", headers=KEY, json={"a": 1}).respond_with_json({"b": 2}, status=201)

    answer = call(httpserver.url_for("/x"))

    assert (answer.status, answer.is_good, answer.json()) == (201, True, {"b": 2})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_to_another_host_is_not_followed(httpserver: HTTPServer, status: int) -> None:
    with server(answer=b"HTTP/1.1 200 OK\r\n\r\n") as elsewhere:
        httpserver.expect_request("/x").respond_with_data("", status=status, headers={"Location": elsewhere})

        answer = call(httpserver.url_for("/x"))

    error = failure_of(answer, vendor=VENDOR, effect=Effect.ONCE, now=NOW)
    assert (answer.status, answer.is_good) == (status, False)
    assert isinstance(error, NotAccepted) and not error.can_retry and "ACME_BASE" in error.reason


def test_proxy_and_netrc_of_the_machine_have_no_part(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    seen: list[str] = []

    def answer(request: Request) -> Response:
        seen.append(request.headers.get("Authorization", ""))
        return Response("{}")

    httpserver.expect_request("/x").respond_with_handler(answer)

    call(httpserver.url_for("/x"))

    assert seen == ["Bearer secret-key"]


@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        (Effect.READ, (NotAccepted, True)),
        (Effect.REPEATABLE, (MaybeAccepted, True)),
        (Effect.ONCE, (MaybeAccepted, False)),
    ],
)
class TestWithoutAGoodAnswer:
    """After the body has gone out only a call that changes nothing is surely not accepted."""

    def test_no_answer_in_time(self, effect: Effect, expected: tuple[type, bool]) -> None:
        with server(then_hangs=True) as base:
            start = time.monotonic()
            assert outcome(base, effect) == expected
            assert time.monotonic() - start < 3

    def test_answer_that_ends_within_its_body(self, effect: Effect, expected: tuple[type, bool]) -> None:
        with server(answer=b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{", then_hangs=True) as base:
            assert outcome(base, effect) == expected

    def test_line_that_is_dropped(self, effect: Effect, expected: tuple[type, bool]) -> None:
        with server() as base:
            assert outcome(base, effect, deadline_s=5) == expected

    def test_answer_that_is_no_http(self, effect: Effect, expected: tuple[type, bool]) -> None:
        with server(answer=b"\x00\xff garbage\r\n\r\n") as base:
            assert outcome(base, effect, deadline_s=5) == expected

    def test_answer_above_the_limit(self, httpserver: HTTPServer, effect: Effect, expected: tuple[type, bool]) -> None:
        httpserver.expect_request("/x").respond_with_data(b"x" * (LARGEST_ANSWER + 1))

        assert outcome(httpserver.url_for("/x"), effect, deadline_s=5) == expected

    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    def test_5xx(self, effect: Effect, expected: tuple[type, bool], status: int) -> None:
        error = failure_of(Answer(status, {}, b""), vendor=VENDOR, effect=effect, now=NOW)

        assert (type(error), error.can_retry) == expected

    def test_refused_connection_was_not_accepted(self, effect: Effect, expected: tuple[type, bool]) -> None:
        assert outcome(f"http://127.0.0.1:{free_port()}", effect) == (NotAccepted, True)


@pytest.mark.parametrize(
    ("status", "can_retry"), [(400, False), (401, True), (403, False), (404, False), (413, False), (429, True)]
)
def test_4xx_was_not_accepted(status: int, can_retry: bool) -> None:
    error = failure_of(
        Answer(status, {"Retry-After": "30"}, b""), vendor=VENDOR, effect=Effect.ONCE, now=NOW, said="no\nwords"
    )

    assert isinstance(error, NotAccepted)
    assert (error.can_retry, error.retry_after_s, error.reason) == (
        can_retry,
        30,
        f"Acme answered {status}: no words",
    )


def test_key_that_no_header_takes_is_told_without_the_key(httpserver: HTTPServer) -> None:
    call = Call("POST", httpserver.url_for("/x"), Effect.ONCE, {"Authorization": "Bearer secret-key-ł"})

    with pytest.raises((NotAccepted, MaybeAccepted)) as error:
        place_call(call, vendor=VENDOR)

    assert "secret-key" not in error.value.reason and error.value.__cause__ is None
    assert httpserver.log == []


@pytest.mark.parametrize(
    "url",
    [
        "http://vendor.example/x",
        "https://10.0.0.1/x",
        "https://169.254.169.254/latest",
        "ftp://vendor.example",
        "file:///etc/passwd",
        "",
    ],
)
def test_address_that_is_no_vendors_is_never_called(url: str) -> None:
    assert outcome(url, Effect.ONCE) == (NotAccepted, False)


def test_address_on_this_machine_is_for_testing_alone(httpserver: HTTPServer, settings: Any) -> None:
    settings.ALLOW_LOOPBACK_VENDORS = False

    for base in (httpserver.url_for("/x"), httpserver.url_for("/x").replace("localhost", "127.1")):
        assert outcome(base, Effect.ONCE)[0] is NotAccepted
    assert httpserver.log == []


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("30", 30),
        ("Wed, 04 Mar 2026 15:02:00 GMT", 120),
        ("2026-03-04T15:01:00Z", 60),
        ("2026-03-04T15:01:00", 60),
        ("2026-03-04T14:00:00Z", 0),
        ("99999999", 86400),
        ("2099-01-01T00:00:00Z", 86400),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1e3", None),
        ("٣", None),
    ],
)
def test_retry_after_reads_seconds_and_moments(value: str, seconds: int | None, now: datetime) -> None:
    assert read_retry_after(value, now=now) == seconds


def test_reason_for_being_off_names_what_is_missing(settings: Any) -> None:
    settings.OUTBOUND, settings.ZOOM_HOST, settings.ZOOM_CLIENT_ID = "on", "", " "

    assert why_off("Zoom", "ZOOM_HOST", "ZOOM_CLIENT_ID").startswith(
        "Zoom is not connected: ZOOM_HOST, ZOOM_CLIENT_ID are not set."
    )
    settings.ZOOM_HOST = settings.ZOOM_CLIENT_ID = "x"
    assert why_off("Zoom", "ZOOM_HOST", "ZOOM_CLIENT_ID") == ""
    settings.OUTBOUND = "off"
    assert why_off("Zoom", "ZOOM_HOST", "ZOOM_CLIENT_ID").startswith("OUTBOUND is off")
