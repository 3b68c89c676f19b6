"""Connecting Outreach.io: the whole way, and everybody who tries to connect something else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from customers.models import Activity, User
from customers.services.tokens import create_token
from outreach.clients.choice import outreach_client
from outreach.clients.outreach_io_access import unseal
from outreach.clients.outreach_io_errors import NotConnected
from outreach.clients.outreach_io_oauth import SCOPES, challenge_of
from outreach.clients.outreach_io_stand_in.http import serve
from outreach.enums import ConnectionState
from outreach.models import OAuthState, OutreachConnection, OutreachSequence, StandInGrant
from outreach.services.outreach_discovery import discover_due
from outreach.services.outreach_stand_in import answer_consent, connect_stand_in, fill_stand_in
from tests import factories
from tests.conftest import NOW
from tests.outreach.outreach_io.conftest import point_at, put_connection

CALLBACK = "/api/integrations/outreach/callback"
CONNECT = "/api/integrations/outreach/connect"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]


@pytest.fixture
def browser_of_ops(ops: User) -> Client:
    client = Client()
    client.force_login(ops)
    return client


def begin(browser: Client) -> dict[str, str]:
    """Begin a consent; gives what the authorization's address asks for."""
    answer = browser.post(CONNECT)
    assert answer.status_code == 200, answer.content
    return dict(parse_qsl(urlsplit(answer.json()["authorizationUrl"]).query))


def consent_to(asked: dict[str, str], now: datetime = NOW) -> dict[str, str]:
    """Say yes at the stand-in; gives what the browser brings back."""
    return dict(parse_qsl(urlsplit(answer_consent(asked, is_given=True, now=now)).query))


def is_connected() -> bool:
    return OutreachConnection.objects.filter(state=ConnectionState.CONNECTED).exists()


def test_ops_connect_and_land_on_the_page(browser_of_ops: Client, ops: User) -> None:
    asked = begin(browser_of_ops)
    answer = browser_of_ops.get(CALLBACK, consent_to(asked))

    row = OutreachConnection.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, "/settings/outreach")
    assert (row.state, row.connected_by, row.scopes, row.grants) == ("connected", ops, list(SCOPES), 1)
    assert asked["scope"].split() == list(SCOPES) and asked["code_challenge_method"] == "S256"
    assert Activity.objects.filter(verb="outreach_io.connected", actor=ops).count() == 1


def test_connecting_is_for_ops_with_a_session(ops: User, csm: User, client: Client) -> None:
    token = create_token(ops, name="t", scopes=["admin"], expires_at=None, now=NOW, by=ops)[1]
    bearer = client.post(CONNECT, headers={"Authorization": f"Bearer {token}"})
    stranger = client.post(CONNECT)
    client.force_login(csm)
    lesser = client.post(CONNECT)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ops)
    forged = strict.post(CONNECT)

    assert [one.status_code for one in (bearer, stranger, lesser, forged)] == [403, 401, 403, 403]
    assert not OAuthState.objects.exists()


@pytest.mark.parametrize("missing", ["state", "code"])
def test_callback_without_a_part_connects_nothing(browser_of_ops: Client, missing: str) -> None:
    brought = consent_to(begin(browser_of_ops))
    del brought[missing]

    answer = browser_of_ops.get(CALLBACK, brought)

    assert (answer.status_code, answer["Location"], is_connected()) == (302, "/settings/outreach", False)


def test_state_is_good_once(browser_of_ops: Client) -> None:
    brought = consent_to(begin(browser_of_ops))
    browser_of_ops.get(CALLBACK, brought)
    OutreachConnection.objects.all().delete()

    browser_of_ops.get(CALLBACK, brought)

    assert not is_connected()


def test_state_of_another_browser_of_the_same_person_is_refused(browser_of_ops: Client, ops: User) -> None:
    """As when somebody is lured to a callback that another began: with the attacker's code."""
    brought = consent_to(begin(browser_of_ops))
    other = Client()
    other.force_login(ops)

    other.get(CALLBACK, brought)

    assert not is_connected()


def test_state_of_another_person_in_the_same_session_store_is_refused(browser_of_ops: Client, ops: User) -> None:
    attacker = factories.UserFactory.create(role="ops")
    theirs = Client()
    theirs.force_login(attacker)
    brought = consent_to(begin(theirs))
    begin(browser_of_ops)

    browser_of_ops.get(CALLBACK, brought)

    assert not is_connected()


def test_state_that_was_made_up_is_refused(browser_of_ops: Client) -> None:
    brought = consent_to(begin(browser_of_ops))

    for state in ("x", "", "a" * 5000, OAuthState.objects.get().state_digest):
        assert browser_of_ops.get(CALLBACK, {**brought, "state": state}).status_code == 302
    assert not is_connected()


def test_state_that_took_too_long_is_refused(browser_of_ops: Client) -> None:
    brought = consent_to(begin(browser_of_ops))

    with time_machine.travel(NOW + timedelta(minutes=10, seconds=1)):
        browser_of_ops.get(CALLBACK, brought)

    assert not is_connected()


def test_stranger_is_sent_to_the_page_and_connects_nothing(browser_of_ops: Client, client: Client) -> None:
    brought = consent_to(begin(browser_of_ops))

    answer = client.get(CALLBACK, brought)

    assert (answer.status_code, answer["Location"], is_connected()) == (302, "/settings/outreach", False)


@pytest.mark.parametrize("name", ["next", "redirect_uri", "return_to", "url", "error"])
def test_callback_leads_nowhere_else(browser_of_ops: Client, name: str) -> None:
    brought = consent_to(begin(browser_of_ops))

    answer = browser_of_ops.get(CALLBACK, {**brought, name: "https://evil.example/"})

    assert answer["Location"] == "/settings/outreach"


def test_stand_in_sends_a_code_to_our_own_address_alone(browser_of_ops: Client) -> None:
    asked = {**begin(browser_of_ops), "redirect_uri": "https://evil.example/cb"}

    answer = browser_of_ops.post(f"/settings/outreach/stand-in?{urlencode(asked)}", {"answer": "yes"})

    assert answer["Location"] == "/settings/outreach"


def test_code_is_good_once_and_its_thief_ends_it_for_all(browser_of_ops: Client) -> None:
    asked = begin(browser_of_ops)
    code = consent_to(asked)["code"]
    browser_of_ops.get(CALLBACK, {"state": asked["state"], "code": code})

    with time_machine.travel(NOW + timedelta(minutes=2)):
        asked = begin(browser_of_ops)
        browser_of_ops.get(CALLBACK, {"state": asked["state"], "code": code})

        assert OutreachConnection.objects.get().grants == 1
        assert not StandInGrant.objects.filter(expires_at__gt=NOW + timedelta(minutes=3)).exists()


def test_code_without_its_verifier_is_worthless(browser_of_ops: Client, ops: User) -> None:
    """PKCE: a code that was begun elsewhere, brought with a state of one's own."""
    code = consent_to(begin(browser_of_ops))["code"]
    state = begin(browser_of_ops)["state"]

    browser_of_ops.get(CALLBACK, {"state": state, "code": code})

    assert not is_connected()


def test_refused_consent_connects_nothing_and_says_so(browser_of_ops: Client) -> None:
    asked = begin(browser_of_ops)

    answer = browser_of_ops.get(CALLBACK, {"state": asked["state"], "error": "access_denied"}, follow=True)

    assert "the consent was not given" in answer.content.decode()
    assert not is_connected()


def test_person_who_is_no_longer_of_ops_connects_nothing(browser_of_ops: Client, ops: User) -> None:
    brought = consent_to(begin(browser_of_ops))
    User.objects.filter(pk=ops.pk).update(role="csm", is_superuser=False)

    browser_of_ops.get(CALLBACK, brought)

    assert not is_connected()


@pytest.mark.django_db(transaction=True)
def test_whole_way_at_the_wire(browser_of_ops: Client, ops: User, settings: Any) -> None:
    """Consent, code, tokens, reading: nothing of the stand-in is called but over HTTP."""
    seen: list[Any] = []
    with serve(lambda: NOW, seen=seen) as address:
        point_at(settings, address)
        fill_stand_in(now=NOW)
        url = browser_of_ops.post(CONNECT).json()["authorizationUrl"]
        led = requests.get(url, allow_redirects=False, timeout=5).headers["Location"]
        browser_of_ops.get(CALLBACK, dict(parse_qsl(urlsplit(led).query)))
        assert discover_due(now=timezone.now())

    assert led.startswith(f"{settings.PUBLIC_URL}{CALLBACK}?")
    assert [one.path for one in seen[:3]] == ["/oauth/authorize", "/oauth/token", "/api/v2/sequences"]
    assert OutreachSequence.objects.count() == 6


def test_what_was_read_at_another_server_is_offered_no_more(oauth: HTTPServer, browser_of_ops: Client) -> None:
    OutreachSequence.objects.create(sequence_id=1, name="Theirs", is_enabled=True, read_at=NOW)
    put_connection(NOW, server="another", last_grant_at=NOW, rate_limit=5, rate_used=5)

    asked = begin(browser_of_ops)
    browser_of_ops.get(CALLBACK, {"state": asked["state"], "code": "good"})

    row = OutreachConnection.objects.get()
    assert (row.is_connected, row.rate_limit, row.rate_used) == (True, 10_000, 0)
    assert not OutreachSequence.objects.get().is_offered


@pytest.fixture
def oauth(base: HTTPServer) -> HTTPServer:
    """A server of consents that is not the stand-in."""

    def answer(request: Request) -> Response:
        good = request.form["code"] == "good" and request.form["client_secret"] == "client-secret"
        if not good:
            return Response('{"error": "invalid_grant", "error_description": "client-secret good"}', 400)
        return Response('{"access_token": "A1", "refresh_token": "R1", "expires_in": 7200, "token_type": "Bearer"}')

    base.expect_request("/oauth/token", method="POST").respond_with_handler(answer)
    return base


def test_real_server_is_asked_for_tokens_with_a_form(oauth: HTTPServer, browser_of_ops: Client, settings: Any) -> None:
    url = browser_of_ops.post(CONNECT).json()["authorizationUrl"]
    asked = dict(parse_qsl(urlsplit(url).query))
    browser_of_ops.get(CALLBACK, {"state": asked["state"], "code": "good"})

    form = oauth.log[-1][0].form
    assert url.startswith(f"{settings.OUTREACH_OAUTH_BASE}/oauth/authorize?client_id=client&")
    assert asked["redirect_uri"] == form["redirect_uri"] == f"{settings.PUBLIC_URL}{CALLBACK}"
    assert (form["grant_type"], form["client_id"]) == ("authorization_code", "client")
    assert challenge_of(form["code_verifier"]) == asked["code_challenge"]
    row = OutreachConnection.objects.get()
    assert (unseal(row.sealed_access), unseal(row.sealed_refresh)) == ("A1", "R1")


def test_base_that_ends_in_oauth_is_taken_as_it_is(oauth: HTTPServer, browser_of_ops: Client, settings: Any) -> None:
    settings.OUTREACH_OAUTH_BASE = oauth.url_for("/oauth")

    asked = begin(browser_of_ops)
    browser_of_ops.get(CALLBACK, {"state": asked["state"], "code": "good"})

    assert is_connected()


def test_refused_code_keeps_the_connection_that_was(oauth: HTTPServer, browser_of_ops: Client) -> None:
    put_connection(NOW)
    asked = begin(browser_of_ops)

    answer = browser_of_ops.get(CALLBACK, {"state": asked["state"], "code": "bad"}, follow=True)

    assert "Outreach.io gave no tokens" in answer.content.decode() and "client-secret" not in answer.content.decode()
    assert is_connected()


def test_second_connection_within_a_minute_is_not_asked_for(oauth: HTTPServer, browser_of_ops: Client) -> None:
    for _ in range(2):
        asked = begin(browser_of_ops)
        browser_of_ops.get(CALLBACK, {"state": asked["state"], "code": "good"})

    assert len(oauth.log) == 1


def test_tokens_of_another_server_are_sent_nowhere(base: HTTPServer, settings: Any) -> None:
    put_connection(NOW)
    settings.OUTREACH_API_BASE = base.url_for("/elsewhere")

    with pytest.raises(NotConnected, match="another address"):
        outreach_client(NOW)


def test_disconnecting_revokes_and_forgets(browser_of_ops: Client, ops: User) -> None:
    connect_stand_in(now=NOW, by=ops)

    browser_of_ops.post("/settings/outreach/disconnect")

    row = OutreachConnection.objects.get()
    assert (row.state, row.sealed_access, row.sealed_refresh) == ("disconnected", "", "")
    assert not StandInGrant.objects.filter(expires_at__gt=NOW + timedelta(hours=1)).exists()
    with pytest.raises(NotConnected):
        outreach_client(NOW)


def test_disconnecting_forgets_also_where_nothing_can_be_revoked(base: HTTPServer, browser_of_ops: Client) -> None:
    put_connection(NOW)
    base.expect_request("/oauth/revoke").respond_with_data("", status=404)

    answer = browser_of_ops.post("/settings/outreach/disconnect", follow=True)

    assert "take the app off at Outreach.io" in answer.content.decode()
    assert OutreachConnection.objects.get().sealed_refresh == ""


def test_production_has_no_stand_in(browser_of_ops: Client, settings: Any) -> None:
    settings.OUTREACH_STAND_IN = False

    answer = browser_of_ops.post(CONNECT)

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_connected")
