"""Signing in with the company's own service: one answer for one browser, and none that proves nobody."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from customers.models import Activity, User
from customers.services.users import change_person, disable_user

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
LEAVE, ANSWER, PAGE = "/sign-in/sso", "/sign-in/sso/answer", "/settings/profile"
KEY, FOREIGN = RSAKey.generate_key(2048, {"kid": "one"}), RSAKey.generate_key(2048, {"kid": "one"})


def signed(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, KEY)


class Service:
    """A company's sign-in service. Tokens are traded once, for the verifier whose digest came along."""

    def __init__(self, server: HTTPServer) -> None:
        self.issuer = server.url_for("").rstrip("/")
        self.said: dict[str, Any] = {}
        self.sign: Callable[[dict[str, Any]], str] = lambda claims: jwt.encode(
            {"alg": "RS256", "kid": "one"}, claims, KEY
        )
        self.trades: list[dict[str, str]] = []
        self.asked: dict[str, str] = {}
        server.expect_request("/.well-known/openid-configuration").respond_with_json(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        )
        server.expect_request("/keys").respond_with_json({"keys": [KEY.as_dict(private=False)]})
        server.expect_request("/token", method="POST").respond_with_handler(self._trade)

    def _trade(self, request: Request) -> Response:
        self.trades.append(request.form.to_dict())
        claims = {
            "iss": self.issuer,
            "aud": "evergreen",
            "sub": "emp-7",
            "email": "Dana@Evergreen.Example",
            "email_verified": True,
            "nonce": self.asked["nonce"],
            "iat": int(AT.timestamp()),
            "exp": int(AT.timestamp()) + 300,
            **self.said,
        }
        return Response(json.dumps({"id_token": self.sign(claims)}), content_type="application/json")

    def visit(self, client: Client, **query: str) -> dict[str, str]:
        """What the browser is sent there with."""
        sent = client.get(LEAVE, query)["Location"]
        assert sent.startswith(f"{self.issuer}/authorize?")
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(sent).query).items()}
        return self.asked


@pytest.fixture
def service(httpserver: HTTPServer, settings: Any) -> Iterator[Service]:
    made = Service(httpserver)
    settings.OUTBOUND, settings.OIDC_ISSUER = "on", f"{made.issuer}/"
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = "evergreen", "a-secret-of-the-service"
    with time_machine.travel(AT, tick=False):
        yield made


def is_in(client: Client) -> bool:
    return bool(client.get(PAGE).status_code == 200)


def come_back(client: Client, asked: dict[str, str], **changed: str) -> Any:
    return client.get(ANSWER, {"state": asked["state"], "code": "a-code", **changed})


def test_who_has_access_is_let_in_and_led_on(client: Client, csm: User, service: Service) -> None:
    asked = service.visit(client, next="/approvals")
    answer = come_back(client, asked)

    assert answer["Location"] == "/approvals"
    assert is_in(client)
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert service.trades[0]["code_verifier"] not in asked.values()
    csm.refresh_from_db()
    assert csm.sso_subject == "emp-7"
    assert Activity.objects.filter(verb="user.signed_in", actor=csm).count() == 1


def test_number_counts_once_known_and_the_address_no_more(
    client: Client, csm: User, ops: User, service: Service
) -> None:
    come_back(client, service.visit(client))
    service.said = {"email": "dana.new@evergreen.example"}
    again = Client()
    come_back(again, service.visit(again))
    assert is_in(again)

    service.said = {"sub": "emp-8", "email": csm.email}
    other = Client()
    come_back(other, service.visit(other))
    assert not is_in(other)


def test_changed_address_is_told_anew(client: Client, csm: User, ops: User, service: Service) -> None:
    come_back(client, service.visit(client))
    change_person(User.objects.get(pk=csm.pk), {"email": "d.whitfield@evergreen.example"}, now=AT, by=ops)

    again = Client()
    come_back(again, service.visit(again))

    assert not is_in(client)
    assert not is_in(again)


@pytest.mark.parametrize(
    "said",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email": "stranger@evergreen.example"},
        {"email": ""},
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": ["evergreen", "another"], "azp": "another"},
        {"iss": "https://evil.example"},
        {"nonce": "another"},
        {"exp": int(AT.timestamp()) - 61},
        {"exp": "soon"},
        {"iat": int((AT - timedelta(days=2)).timestamp())},
        {"sub": ""},
        {"sub": 7},
    ],
)
def test_what_proves_nobody_lets_nobody_in(client: Client, csm: User, service: Service, said: dict[str, Any]) -> None:
    service.said = said

    answer = come_back(client, service.visit(client))

    assert answer["Location"] == "/sign-in"
    assert not is_in(client)


@pytest.mark.parametrize(
    "sign",
    [
        lambda claims: jwt.encode({"alg": "RS256", "kid": "one"}, claims, FOREIGN),
        lambda claims: jwt.encode(
            {"alg": "HS256"}, claims, OctKey.import_key("a-secret-of-the-service"), algorithms=["HS256"]
        ),
        lambda claims: "eyJhbGciOiJub25lIn0.eyJzdWIiOiJlbXAtNyJ9.",
        lambda claims: "no token",
        lambda claims: "",
    ],
)
def test_forged_tokens_let_nobody_in(client: Client, csm: User, service: Service, sign: Any) -> None:
    service.sign = sign

    come_back(client, service.visit(client))

    assert not is_in(client)


def test_answer_is_good_for_its_own_browser_once_and_for_ten_minutes(
    client: Client, csm: User, service: Service
) -> None:
    asked = service.visit(client)
    assert not is_in_after(Client(), asked)
    assert not is_in_after(client, asked, state="guessed")
    assert not is_in_after(client, asked), "the first answer used it up"
    assert service.trades == []

    asked = service.visit(client)
    with time_machine.travel(AT + timedelta(minutes=10, seconds=1), tick=False):
        assert not is_in_after(client, asked)


def is_in_after(client: Client, asked: dict[str, str], **changed: str) -> bool:
    come_back(client, asked, **changed)
    return is_in(client)


def test_disabled_person_is_not_let_in(client: Client, csm: User, ops: User, service: Service) -> None:
    come_back(client, service.visit(client))
    disable_user(User.objects.get(pk=csm.pk), now=AT, by=ops)

    again = Client()
    come_back(again, service.visit(again))

    assert not is_in(client)
    assert not is_in(again)


def test_foreign_next_is_not_followed(client: Client, csm: User, service: Service) -> None:
    assert come_back(client, service.visit(client, next="https://evil.example/"))["Location"] == "/today"


def test_button_stands_only_where_it_is_set_up(client: Client, service: Service, settings: Any) -> None:
    assert LEAVE in client.get("/sign-in").content.decode()

    settings.OUTBOUND = "off"

    assert LEAVE not in client.get("/sign-in").content.decode()
    assert client.get(LEAVE)["Location"] == "/sign-in"


def test_service_that_is_down_or_another_says_so_at_the_door(
    client: Client, csm: User, service: Service, settings: Any
) -> None:
    settings.OIDC_ISSUER = service.issuer.replace("localhost", "127.0.0.1") + "/other"

    assert client.get(LEAVE)["Location"] == "/sign-in"
    assert "The sign-in service" in client.get("/sign-in").content.decode()
