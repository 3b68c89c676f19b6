"""The conventions of every call: who may, in what shape it is refused, and what is too much."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import path
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from config import urls
from customers.models import Activity, ApiToken, Customer, User
from customers.services.tokens import create_token, digest_of, revoke_token
from tests import factories
from tests.api.conftest import Caller, error_of, key_of


class CrashingView(APIView):
    def get(self, request: Request) -> Response:
        raise RuntimeError("a secret of the machine")


@pytest.fixture
def crashing_path(settings: Any) -> Iterator[str]:
    class Table:
        urlpatterns = [path("api/crash", CrashingView.as_view()), *urls.urlpatterns]

    settings.ROOT_URLCONF = Table
    yield "/api/crash"


@pytest.fixture(autouse=True)
def _fresh_throttle() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


# Who calls


def test_call_without_token_is_401_in_the_shape(db: None) -> None:
    response = Caller().get("/api/customers")

    assert response.status_code == 401
    assert error_of(response)["code"] == "not_authenticated"
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("value", ["Bearer", "Bearer a b", "Bearer evg_wrong", "Bearer \xe9", "bearer ", "Basic YTpi"])
def test_token_that_is_none_is_401(db: None, value: str) -> None:
    response = Client().get("/api/customers", headers={"authorization": value})

    assert response.status_code == 401
    error_of(response)


def test_token_dies_when_revoked_expired_or_its_person_is_disabled(csm: User) -> None:
    now = timezone.now()
    expiring = create_token(csm, name="A", scopes=["read"], expires_at=now + timedelta(hours=1), now=now, by=csm)[1]
    revoked, revoked_key = create_token(csm, name="B", scopes=["read"], expires_at=None, now=now, by=csm)
    forever = create_token(csm, name="C", scopes=["read"], expires_at=None, now=now, by=csm)[1]
    assert all(Caller(key).get("/api/customers").status_code == 200 for key in (expiring, revoked_key, forever))

    revoke_token(revoked, now=now, by=csm)
    assert Caller(revoked_key).get("/api/customers").status_code == 401
    with time_machine.travel(now + timedelta(hours=1), tick=False):
        assert Caller(expiring).get("/api/customers").status_code == 401
    csm.is_active = False
    csm.save()
    assert Caller(forever).get("/api/customers").status_code == 401


def test_only_the_digest_of_a_token_is_kept(csm: User) -> None:
    key = key_of(csm)

    token = ApiToken.objects.get()
    stored = json.dumps([str(value) for value in ApiToken.objects.values_list().get()])
    assert token.digest == digest_of(key)
    assert key not in stored
    assert key not in json.dumps(list(Activity.objects.values_list("summary", "data")))


def test_use_of_a_token_is_noted_once_a_minute(csm: User) -> None:
    key = key_of(csm)
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        Caller(key).get("/api/customers")
        clock.move_to(start + timedelta(seconds=30))
        Caller(key).get("/api/customers")
        assert ApiToken.objects.get().last_used_at == start
        clock.move_to(start + timedelta(seconds=61))
        Caller(key).get("/api/customers")
        assert ApiToken.objects.get().last_used_at == start + timedelta(seconds=61)


@pytest.mark.parametrize(
    ("scopes", "method", "status"),
    [
        (["read"], "get", 200),
        (["read"], "post", 403),
        (["write"], "get", 403),
        (["write"], "post", 201),
        (["approve"], "get", 403),
        (["approve"], "post", 403),
    ],
)
def test_scope_decides_what_a_token_may(
    call_as: Callable[..., Caller], csm: User, scopes: list[str], method: str, status: int
) -> None:
    response = call_as(csm, scopes)(method, "/api/customers", {"name": "Fresh"} if method == "post" else None)

    assert response.status_code == status
    if status == 403:
        assert error_of(response)["code"] == "missing_scope"


def test_reader_may_not_write_whatever_the_token_says(call_as: Callable[..., Caller], reader: User) -> None:
    caller = call_as(reader)

    refused = caller.post("/api/customers", {"name": "Fresh"})

    assert caller.get("/api/customers").status_code == 200
    assert (refused.status_code, error_of(refused)["code"]) == (403, "read_only")
    assert not Customer.objects.exists()


def test_session_of_the_pages_reads_and_writes_with_its_csrf_token(csm: User, customer: Customer) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(csm)
    address = f"/api/customers/{customer.pk}"

    without = browser.patch(address, {"notes": "x"}, content_type="application/json")
    browser.cookies["csrftoken"] = "a" * 32
    with_token = browser.patch(
        address, {"notes": "x"}, content_type="application/json", headers={"x-csrftoken": "a" * 32}
    )

    assert browser.get(address).status_code == 200
    assert without.status_code == 403
    error_of(without)
    assert with_token.status_code == 200


# Refusals in the one shape


@pytest.mark.parametrize(
    "address", ["/api/nothing", "/api/nothing/", "/api/customers/a/b/c", "/api//", "/api/", "/api"]
)
@pytest.mark.parametrize("method", ["get", "post", "patch", "delete"])
@pytest.mark.any_database
def test_unknown_path_is_404_in_the_shape(api: Caller, address: str, method: str) -> None:
    response = api(method, address)

    assert response.status_code == 404
    assert error_of(response)["code"] == "not_found"


@pytest.mark.parametrize(
    ("method", "address"),
    [("delete", "/api/customers"), ("get", "/api/engage/pricing"), ("put", "/api/customers"), ("post", "/api/schema")],
)
@pytest.mark.any_database
def test_other_method_is_405_and_names_those_that_are_offered(api: Caller, method: str, address: str) -> None:
    response = api(method, address)

    assert response.status_code == 405
    assert error_of(response)["code"] == "method_not_allowed"
    assert response.headers["Allow"]


def test_crash_is_500_in_the_shape_and_tells_nothing(api: Caller, crashing_path: str) -> None:
    api.client.raise_request_exception = False

    response = api.get(crashing_path)

    assert response.status_code == 500
    assert error_of(response)["code"] == "internal_error"
    assert b"secret" not in response.content


@pytest.mark.parametrize("debug", [True, False])
def test_refusal_of_other_middleware_has_the_shape_too(api: Caller, settings: Any, debug: bool) -> None:
    settings.DEBUG = debug
    settings.ALLOWED_HOSTS = ["evergreen.example"]

    response = api.get("/api/customers")

    assert response.status_code == 400
    error_of(response)


def send_raw(api: Caller, data: bytes, content_type: str = "application/json", address: str = "/api/customers") -> Any:
    return api.client.generic("POST", address, data, content_type=content_type, headers=api.headers)


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"",
        b"nonsense",
        b'{"name": NaN}',
        b'{"name": "\xff"}',
        b"\xff\xfe",
        b"[" * 200_000,
        b"[" * 200_000 + b"]" * 200_000,
        b'{"a":' * 200_000,
        b'{"name":' + b"[" * 70 + b"]" * 70 + b"}",
        b'"text"',
        b"[]",
        b"7",
        b"null",
        b'{"name": "a\\u0000b"}',
        b'{"name": "a\\ud800b"}',
        b'{"name": "Fresh", "notes": "\\udfff"}',
        b'{"na\\u0000me": "Fresh"}',
        b'{"name": "Fresh", "healthScore": 1e999}',
        b'{"name": "Fresh", "healthScore": ' + b"9" * 5000 + b"}",
    ],
    ids=lambda data: data[:24].decode("latin-1"),
)
@pytest.mark.parametrize("address", ["/api/customers", "/api/engage/sequence"])
def test_malformed_body_is_400(api: Caller, data: bytes, address: str) -> None:
    response = send_raw(api, data, address=address)

    assert response.status_code == 400
    error_of(response)
    assert not Customer.objects.exists()


@pytest.mark.parametrize("query", ["externalId=%00", "name=a%00", "ordering=%00", "page=%00"])
def test_null_character_in_the_address_is_400(api: Caller, query: str) -> None:
    assert api.get(f"/api/customers?{query}").status_code == 400
    assert api.get("/api/customers/ext:%00").status_code == 400


@pytest.mark.parametrize("query", ["name=%ff", "name=%ed%a0%80", "externalId=%F0%9F%8C%B2", "name=" + "x" * 3000])
def test_strange_text_in_the_address_finds_nothing(api: Caller, query: str) -> None:
    response = api.get(f"/api/customers?{query}")

    assert response.status_code == 200
    assert response.json()["count"] == 0


def test_oversized_body_is_413(api: Caller) -> None:
    body = b'{"name": "' + b"x" * (2 * 1024 * 1024) + b'"}'

    response = send_raw(api, body)

    assert response.status_code == 413
    assert error_of(response)["code"] == "too_large"


def test_body_without_its_length_is_411(api: Caller) -> None:
    headers = {**api.headers, "transfer-encoding": "chunked"}

    response = api.client.generic("POST", "/api/customers", b"", headers=headers)

    assert (response.status_code, error_of(response)["code"]) == (411, "length_required")


def test_answers_are_kept_by_no_cache(api: Caller) -> None:
    assert api.get("/api/customers").headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "x"])
@pytest.mark.any_database
def test_other_content_type_is_415(api: Caller, content_type: str) -> None:
    response = send_raw(api, b'{"name": "Fresh"}', content_type)

    assert response.status_code == 415
    assert error_of(response)["code"] == "unsupported_media_type"


def test_too_many_calls_are_429_with_the_time_to_wait(api: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"token": "2/hour", "user": "2/hour"})

    answers = [api.get("/api/customers") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert error_of(answers[2])["code"] == "throttled"
    assert 0 < int(answers[2].headers["Retry-After"]) <= 3600


# The command


@pytest.mark.parametrize(
    ("arguments", "scopes"),
    [
        ([], ["read", "write", "approve"]),
        (["--scopes", "read"], ["read"]),
        (["--scopes", "write,read"], ["read", "write"]),
        (["--scopes", "approve", "read"], ["read", "approve"]),
    ],
)
def test_command_prints_the_token_alone_on_the_last_line(
    csm: User, capsys: pytest.CaptureFixture[str], arguments: list[str], scopes: list[str]
) -> None:
    call_command("create_api_token", "dana", *arguments)

    key = capsys.readouterr().out.strip().splitlines()[-1]
    token = ApiToken.objects.get()
    assert token.digest == digest_of(key)
    assert (token.user, token.scopes) == (csm, scopes)
    assert token.expires_at is not None and token.expires_at > timezone.now() + timedelta(days=89)


@pytest.mark.parametrize(
    "arguments",
    [
        ["nobody"],
        ["dana", "--scopes", "fly"],
        ["dana", "--scopes", ","],
        ["dana", "--scopes", "admin"],
        ["dana", "--days", "0"],
    ],
)
def test_command_refuses_in_words(csm: User, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("create_api_token", *arguments)

    assert not ApiToken.objects.exists()


def test_command_gives_ops_the_scope_admin(ops: User) -> None:
    call_command("create_api_token", "olga", "--scopes", "read,admin")

    assert ApiToken.objects.get().scopes == ["read", "admin"]


# The description


@pytest.mark.any_database
def test_schema_is_whole_and_without_warnings(db: None) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")


@pytest.mark.any_database
def test_schema_describes_every_path_without_a_token(db: None) -> None:
    response = Client().get("/api/schema")

    described = json.loads(response.content)
    assert response.status_code == 200
    assert "/api/customers/{id}/stakeholders/{stakeholderId}" in described["paths"]
    post = described["paths"]["/api/customers"]["post"]
    assert {"400", "401", "403", "409", "413", "422", "429"} <= set(post["responses"])
    assert "Idempotency-Key" in [parameter["name"] for parameter in post["parameters"]]
    assert b"openapi:" in Client().get("/api/schema?format=yaml").content


def test_docs_page_holds_no_inline_script_or_style_and_keeps_the_usual_csp(db: None) -> None:
    response = Client().get("/api/docs/")

    page = response.content.decode()
    script = Client().get("/api/docs?script=")
    assert response.status_code == 200
    assert "<style" not in page and "style=" not in page
    assert page.count("<script") == page.count("<script src=")
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert script.headers["Content-Type"].startswith("application/javascript")
    assert "/api/schema" in script.content.decode()


def test_list_next_and_previous_lead_through_all_rows(api: Caller, csm: User) -> None:
    for _ in range(5):
        factories.CustomerFactory.create(owner=csm, churn_risk=10)
    seen: list[str] = []
    address: str | None = "/api/customers?pageSize=2&ordering=churnRisk"

    while address:
        page = api.get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]

    assert len(seen) == len(set(seen)) == page["count"] == 5
    assert page["previous"] is not None


@pytest.mark.parametrize("words", [["read,write"], ["read", "write"], ["read write"], ["read, write"]])
def test_command_takes_scopes_with_spaces_or_commas(csm: User, words: list[str]) -> None:
    call_command("create_api_token", "dana", "--scopes", *words)

    assert ApiToken.objects.get().scopes == ["read", "write"]


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "*/*;q=0", ";;,", "", "\xff"])
@pytest.mark.parametrize("query", ["", "?format=xml"])
@pytest.mark.any_database
def test_answer_is_json_whatever_would_be_accepted(api: Caller, customer: Customer, accept: str, query: str) -> None:
    response = api("get", f"/api/customers{query}", accept=accept)

    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")
    assert response.json()["count"] == 1


def test_early_refusal_tells_its_length(api: Caller) -> None:
    response = api.get("/api/customers?name=%00")

    assert response.status_code == 400
    assert int(response.headers["Content-Length"]) == len(response.content)


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("0", "A whole number"),
        ("000", "A whole number"),
        ("x", "A whole number"),
        ("7", "no such page"),
        ("9" * 40, "no such page"),
    ],
)
def test_page_that_is_none_is_told_from_one_that_is_not_there(api: Caller, page: str, reason: str) -> None:
    response = api.get("/api/customers", page=page)

    assert response.status_code == 400
    assert reason in error_of(response)["fields"]["page"][0]
