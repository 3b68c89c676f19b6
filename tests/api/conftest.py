"""Callers of the API: a client per person and scope, through the whole stack of middleware."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from customers.models import Customer, User
from customers.services.tokens import create_token
from tests import factories

ALL_SCOPES = ("read", "write", "approve")


class Caller:
    """Another system that speaks for one person: JSON in, JSON out."""

    def __init__(self, key: str = "") -> None:
        self.client = Client(raise_request_exception=True)
        self.headers = {"authorization": f"Bearer {key}"} if key else {}

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        send = getattr(self.client, method)
        if method == "get":
            return send(path, data=body, headers=sent)
        return send(path, data=body if body is not None else {}, content_type="application/json", headers=sent)

    def get(self, path: str, **query: Any) -> Any:
        return self("get", path, query or None)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self("post", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self("patch", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self("delete", path, None, **headers)


def key_of(user: User, scopes: Iterable[str] = ALL_SCOPES) -> str:
    now = timezone.now()
    return create_token(user, name="Test", scopes=scopes, expires_at=now + timedelta(days=30), now=now, by=user)[1]


@pytest.fixture
def call_as(db: None) -> Callable[..., Caller]:
    """Give the caller who speaks for this person, with these scopes."""

    def make(user: User, scopes: Iterable[str] = ALL_SCOPES) -> Caller:
        return Caller(key_of(user, scopes))

    return make


@pytest.fixture
def api(call_as: Callable[..., Caller], csm: User) -> Caller:
    """The ordinary caller: a CSM with all scopes but admin."""
    return call_as(csm)


@pytest.fixture
def customer(csm: User) -> Customer:
    return factories.CustomerFactory.create(owner=csm, name="Acme Rail", external_id="001RAIL")


@pytest.fixture
def foreign(stranger: User) -> Customer:
    """An account of another team, which the CSM may not see."""
    return factories.CustomerFactory.create(owner=stranger, name="Foreign Freight", external_id="001FOREIGN")


def error_of(response: HttpResponse) -> dict[str, Any]:
    """Give the error, checking that it has the one shape and nothing beside it."""
    body = response.json()
    assert set(body) == {"error"}
    assert {"code", "message", "fields"} <= set(body["error"])
    assert body["error"]["message"]
    assert all(isinstance(texts, list) and texts for texts in body["error"]["fields"].values())
    error: dict[str, Any] = body["error"]
    return error
