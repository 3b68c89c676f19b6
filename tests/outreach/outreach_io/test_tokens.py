"""Tokens of Outreach.io: renewed by one, lost by nobody, told to nobody."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.test import Client
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from customers.clients.base import MaybeAccepted, NotAccepted
from customers.models import Activity, User
from outreach.clients.choice import outreach_access, outreach_client, outreach_oauth
from outreach.clients.outreach_io_access import unseal
from outreach.clients.outreach_io_errors import NotConnected, RateLimited
from outreach.clients.outreach_io_oauth import Grant
from outreach.models import OutreachConnection
from tests.outreach.outreach_io.conftest import ACCESS, REFRESH, put_connection
from tests.racing import at_once

SEQUENCES = "/api/v2/sequences"


class Rotating:
    """A server that takes each refresh token once, and only the latest access token."""

    def __init__(self, server: HTTPServer) -> None:
        self.grants, self.refused, self.current, self.access = 0, 0, REFRESH, ""
        self._lock = threading.Lock()
        server.expect_request("/oauth/token", method="POST").respond_with_handler(self.grant)
        server.expect_request(SEQUENCES).respond_with_handler(self.list)

    def grant(self, request: Request) -> Response:
        with self._lock:
            if request.form["refresh_token"] != self.current:
                self.refused += 1
                return Response('{"error": "invalid_grant"}', 400)
            self.grants += 1
            self.current, self.access = f"R{self.grants}", f"A{self.grants}"
            return Response(
                f'{{"access_token": "{self.access}", "refresh_token": "{self.current}", "expires_in": 7200}}'
            )

    def list(self, request: Request) -> Response:
        if request.headers["Authorization"] != f"Bearer {self.access}":
            return Response('{"error": "Invalid JWT token."}', 401)
        return Response('{"data": []}', 200)


@pytest.fixture
def rotating(base: HTTPServer) -> Iterator[Rotating]:
    yield Rotating(base)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["expired", "refused"])
def test_twenty_that_need_a_token_make_one_grant_and_lose_none(rotating: Rotating, now: datetime, how: str) -> None:
    put_connection(now, access_expires_at=now + (timedelta(0) if how == "expired" else timedelta(hours=2)))

    answers = at_once(*[lambda: outreach_client(now).list_sequences()] * 20)

    row = OutreachConnection.objects.get()
    assert answers == [()] * 20
    assert (rotating.grants, rotating.refused, row.grants) == (1, 0, 1)
    assert (unseal(row.sealed_refresh), row.lease) == (rotating.current, None)


@pytest.mark.django_db
def test_next_grant_uses_the_new_refresh_token_after_a_minute(rotating: Rotating, now: datetime) -> None:
    put_connection(now, access_expires_at=now)
    outreach_client(now).list_sequences()
    OutreachConnection.objects.update(access_expires_at=now)

    with pytest.raises(RateLimited) as error:
        outreach_client(now + timedelta(seconds=30)).list_sequences()
    outreach_client(now + timedelta(seconds=61)).list_sequences()

    assert (rotating.grants, rotating.refused, error.value.code) == (2, 0, "grant_limit")
    assert 29 <= (error.value.retry_after_s or 0) <= 31


@pytest.mark.django_db
def test_token_that_is_good_a_little_longer_is_used_while_another_renews_it(rotating: Rotating, now: datetime) -> None:
    put_connection(now, access_expires_at=now + timedelta(seconds=30), last_grant_at=now)
    rotating.access = ACCESS

    assert outreach_client(now).list_sequences() == ()
    assert rotating.grants == 0


@pytest.mark.django_db
def test_dead_refresh_token_asks_for_a_person(base: HTTPServer, now: datetime, ops: User, client: Client) -> None:
    put_connection(now, access_expires_at=now)
    base.expect_request("/oauth/token").respond_with_json({"error": "invalid_grant"}, status=400)

    with pytest.raises(NotConnected):
        outreach_client(now).list_sequences()
    with pytest.raises(NotConnected):
        outreach_client(now)

    row = OutreachConnection.objects.get()
    client.force_login(ops)
    assert (row.state, row.sealed_refresh, len(base.log)) == ("reconnect", "", 1)
    assert "has to be connected again" in client.get("/settings/outreach").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "kind"), [(401, NotAccepted), (403, NotAccepted), (429, RateLimited), (500, MaybeAccepted)]
)
def test_other_refusals_of_a_grant_keep_the_connection(
    base: HTTPServer, now: datetime, status: int, kind: type[Exception]
) -> None:
    put_connection(now, access_expires_at=now)
    base.expect_request("/oauth/token").respond_with_json({"error": "invalid_client"}, status=status)

    with pytest.raises(kind):
        outreach_client(now).list_sequences()

    row = OutreachConnection.objects.get()
    assert (row.state, unseal(row.sealed_refresh), row.lease) == ("connected", REFRESH, None)


@pytest.mark.django_db
def test_disconnecting_during_a_grant_is_not_undone_by_it(base: HTTPServer, now: datetime) -> None:
    put_connection(now, access_expires_at=now)

    def grant(request: Request) -> Response:
        return Response('{"access_token": "A", "refresh_token": "R", "expires_in": 7200}', 200)

    base.expect_request("/oauth/token").respond_with_handler(grant)
    access = outreach_access(now)
    lease = access._take_lease()
    OutreachConnection.objects.update(
        state="disconnected", sealed_access="", sealed_refresh="", lease=None, lease_until=None
    )

    with pytest.raises(NotConnected):
        assert lease is not None
        access._grant(lease)

    assert OutreachConnection.objects.get().sealed_refresh == ""


@pytest.mark.django_db
def test_403_for_a_missing_scope_is_neither_retried_nor_the_end(base: HTTPServer, now: datetime) -> None:
    put_connection(now)
    said = {"errors": [{"id": "unauthorizedOauthScope", "title": "x", "detail": "sequences.read"}]}
    base.expect_request(SEQUENCES).respond_with_json(said, status=403)

    with pytest.raises(NotAccepted) as error:
        outreach_client(now).list_sequences()

    assert (error.value.can_retry, error.value.code) == (False, "unauthorizedOauthScope")
    assert (OutreachConnection.objects.get().state, len(base.log)) == ("connected", 1)


@pytest.mark.django_db
def test_keys_can_be_changed_under_the_tokens(settings: Any, base: HTTPServer, now: datetime) -> None:
    put_connection(now)
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()

    settings.FIELD_KEYS = [new, old]
    call_command("rotate_keys")
    settings.FIELD_KEYS = [new]

    row = OutreachConnection.objects.get()
    assert (unseal(row.sealed_access), unseal(row.sealed_refresh)) == (ACCESS, REFRESH)
    settings.FIELD_KEYS = [old]
    with pytest.raises(NotConnected, match="FIELD_KEYS"):
        unseal(row.sealed_access)
    settings.FIELD_KEYS = [new, old]
    call_command("rotate_keys")


@pytest.mark.django_db
def test_tokens_are_told_to_nobody(
    rotating: Rotating, now: datetime, ops: User, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    row = put_connection(now, access_expires_at=now)
    client.force_login(ops)

    with caplog.at_level(logging.DEBUG):
        made = outreach_client(now)
        made.list_sequences()
    pages = [
        client.get(url).content.decode()
        for url in (
            "/settings/outreach",
            "/admin/outreach/outreachconnection/",
            f"/admin/outreach/outreachconnection/{row.pk}/change/",
            "/api/outreach/sequences",
        )
    ]
    row.refresh_from_db()
    words = [
        *pages,
        *(repr(one) for one in (row, made, outreach_oauth(now), outreach_access(now), Grant("A1", "R1", now, ()))),
        *(entry.getMessage() for entry in caplog.records if entry.name != "werkzeug"),
        *(f"{line.summary} {line.data}" for line in Activity.objects.all()),
    ]

    secrets = (ACCESS, REFRESH, "'A1'", "'R1'", "client-secret", row.sealed_access, row.sealed_refresh)
    assert [secret for secret in secrets if any(secret in text for text in words)] == []
    # At rest they are sealed.
    assert "A1" not in (row.sealed_access, row.sealed_refresh)
