"""OAuth 2.0 at Outreach.io: the consent's address, and grants of tokens by a code or by a refresh token.

Source: Outreach, "OAuth 2.0": access for 2 hours, refresh for 14 days, each refresh gives a new refresh token; one
grant a minute, else 429; a dead refresh token is answered 400. RFC 7636: PKCE goes along always, since RFC 6749,
3.1 has a server ignore what it does not know. RFC 7009: revoking, which Outreach.io does not describe, is tried.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from customers.clients.base import Effect, MaybeAccepted, NotAccepted
from customers.clients.wire import Answer, Call, failure_of, unreadable
from outreach.clients.outreach_io_errors import OAUTH, RateLimited, read_errors
from outreach.rules.outreach_io.limits import read_limits

SCOPES = (
    "prospects.all",
    "accounts.read",
    "sequences.read",
    "sequenceStates.all",
    "mailings.read",
    "users.read",
    "webhooks.all",
    "mailboxes.read",
)
LIFE_S = 7200
LONGEST_LIFE_S = 24 * 3600
GRANT_PAUSE = timedelta(seconds=60)
LONGEST_TOKEN = 8000


class RefreshRefused(NotAccepted):
    """Raised when the refresh token is dead: a person has to connect again."""


@dataclass(frozen=True)
class Grant:
    """What a grant gives. The tokens are kept out of its words."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class OAuthClient:
    """Speaks to the server of consents. send: `place_call`, or what stands in for it. consent_page: "" for its own."""

    base: str
    client_id: str
    client_secret: str = field(repr=False)
    send: Callable[[Call], Answer] = field(repr=False)
    consent_page: str = ""

    def authorization_url(
        self, *, redirect_uri: str, state: str, verifier: str, scopes: tuple[str, ...] = SCOPES
    ) -> str:
        """This will give the address where a person consents. verifier: PKCE's, of which only the digest goes along."""
        query = {
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": " ".join(scopes),
            "state": state,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
        }
        return f"{self.consent_page or self._url('authorize')}?{urlencode(query)}"

    def exchange(self, code: str, *, redirect_uri: str, verifier: str, now: datetime) -> Grant:
        """This will trade the code for tokens. Raises NotAccepted; a code is good once."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        return self._grant(form, now=now)

    def refresh(self, token: str, *, redirect_uri: str, now: datetime) -> Grant:
        """This will trade the refresh token for new ones. Raises RefreshRefused, RateLimited, NotAccepted.

        MaybeAccepted: the old token may have been used up with nobody having seen the new one.
        """
        form = {"grant_type": "refresh_token", "refresh_token": token, "redirect_uri": redirect_uri}
        return self._grant(form, now=now, kept=token)

    def revoke(self, token: str, *, now: datetime) -> None:
        """This will ask to make the token worthless. Raises NotAccepted, MaybeAccepted."""
        form = {"token": token, "token_type_hint": "refresh_token"}
        answer = self._post("revoke", form, effect=Effect.REPEATABLE)
        if not answer.is_good:
            raise failure_of(answer, vendor=OAUTH, effect=Effect.REPEATABLE, now=now)

    def _grant(self, form: Mapping[str, str], *, now: datetime, kept: str = "") -> Grant:
        answer = self._post("token", form, effect=Effect.ONCE)
        if not answer.is_good:
            raise _refusal(answer, is_refresh=bool(kept), now=now)
        try:
            return _read_grant(answer.json(), now=now, kept=kept)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            raise unreadable(OAUTH, Effect.ONCE) from None

    def _post(self, path: str, form: Mapping[str, str], *, effect: Effect) -> Answer:
        whole = {"client_id": self.client_id, "client_secret": self.client_secret, **form}
        return self.send(Call("POST", self._url(path), effect, {"Accept": "application/json"}, data=whole))

    def _url(self, path: str) -> str:
        base = self.base if self.base.endswith("/oauth") else f"{self.base}/oauth"
        return f"{base}/{path}"


def challenge_of(verifier: str) -> str:
    """This will give the S256 challenge. Source: RFC 7636, 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _read_grant(row: Any, *, now: datetime, kept: str) -> Grant:
    life_s = row.get("expires_in", LIFE_S)
    if isinstance(life_s, bool) or not isinstance(life_s, int | float | str):
        raise ValueError("no life")
    seconds = min(max(float(life_s), 1.0), LONGEST_LIFE_S)
    said = row.get("scope") or ""
    return Grant(
        access=_token(row["access_token"]),
        # A server that does not rotate repeats none.
        refresh=_token(row.get("refresh_token") or kept),
        expires_at=now + timedelta(seconds=seconds),
        scopes=tuple(str(said).split())[:50],
    )


def _token(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TOKEN or not value.isascii():
        raise ValueError("no token")
    if not value.isprintable() or " " in value:
        raise ValueError("no token")
    return value


def _refusal(answer: Answer, *, is_refresh: bool, now: datetime) -> NotAccepted | MaybeAccepted:
    # Their words are not repeated: a server may quote what it was sent.
    _, code = read_errors(answer)
    if answer.status == 429:
        until = read_limits(answer.headers, now=now).when_to_go_on() or now + GRANT_PAUSE
        return RateLimited("Outreach.io gives one grant a minute.", until=until, now=now, code="grant_limit")
    error = failure_of(answer, vendor=OAUTH, effect=Effect.ONCE, now=now, code=code)
    if not isinstance(error, NotAccepted):
        return error
    error.can_retry = False
    # 401 is about our own credentials, which ops may set right.
    if is_refresh and (answer.status == 400 or code == "invalid_grant"):
        return RefreshRefused(error.reason, can_retry=False, code=code)
    return error
