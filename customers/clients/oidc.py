"""OpenID Connect: where people consent, the trade of a code for an identity, and whether that identity holds.

Source: OpenID Connect Core 1.0, 3.1 (code flow) and 3.1.3.7 (checks of the ID token); Discovery 1.0, 4; RFC 7636.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from customers.clients.base import Effect, NotAccepted
from customers.clients.wire import Answer, Call, Vendor, failure_of, unreadable

OIDC = Vendor("The sign-in service", "OIDC_ISSUER")
SCOPES = "openid email profile"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384"]
"""Signed with the service's own key alone: none, and nothing that the client's secret could sign."""
LEEWAY_S = 60
LONGEST_LIFE_S = 24 * 3600


@dataclass(frozen=True)
class Provider:
    """What the service says of itself."""

    issuer: str
    authorization: str
    token: str
    keys: str


@dataclass(frozen=True)
class Identity:
    """Who somebody is there. subject: never changes; email: "" where it is not verified there."""

    subject: str
    email: str


class NotProven(Exception):
    """Raised when an ID token does not prove who somebody is; the words say what was wrong."""


@dataclass(frozen=True)
class OidcClient:
    """Speaks to the service. issuer: without a slash at its end; send: `place_call`, or what stands in for it."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    send: Callable[[Call], Answer] = field(repr=False)

    def discover(self, *, now: datetime) -> Provider:
        """This will read what the service says of itself. Raises NotAccepted, MaybeAccepted."""
        told = self._get(f"{self.issuer}/.well-known/openid-configuration", now=now)
        try:
            found = Provider(
                str(told["issuer"]),
                str(told["authorization_endpoint"]),
                str(told["token_endpoint"]),
                str(told["jwks_uri"]),
            )
        except (KeyError, TypeError):
            raise unreadable(OIDC, Effect.READ) from None
        if found.issuer.rstrip("/") != self.issuer:
            raise NotAccepted(f"{OIDC.name} calls itself {found.issuer}: check {OIDC.setting}.", can_retry=False)
        return found

    def consent_url(self, provider: Provider, *, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """This will give the address where the person signs in."""
        digest = hashlib.sha256(verifier.encode()).digest()
        query = {
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": SCOPES,
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{provider.authorization}{'&' if '?' in provider.authorization else '?'}{urlencode(query)}"

    def exchange(
        self, provider: Provider, code: str, *, redirect_uri: str, nonce: str, verifier: str, now: datetime
    ) -> Identity:
        """This will trade the code for an identity. Raises NotProven, NotAccepted, MaybeAccepted."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }
        answer = self.send(Call("POST", provider.token, Effect.ONCE, {"Accept": "application/json"}, data=form))
        if not answer.is_good:
            raise failure_of(answer, vendor=OIDC, effect=Effect.ONCE, now=now)
        try:
            token = answer.json()["id_token"]
        except (ValueError, TypeError, KeyError):
            raise unreadable(OIDC, Effect.ONCE) from None
        return self._prove(str(token), self._get(provider.keys, now=now), provider, nonce=nonce, now=now)

    def _prove(self, token: str, keys: Any, provider: Provider, *, nonce: str, now: datetime) -> Identity:
        try:
            claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims
        except (JoseError, ValueError, TypeError, KeyError):
            raise NotProven("its signature does not hold") from None
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        moment = now.timestamp()
        wrong = [
            words
            for words, holds in (
                ("it is of another service", claims.get("iss") == provider.issuer),
                ("it is for another system", self.client_id in audiences),
                ("it is for another system", claims.get("azp", self.client_id) == self.client_id),
                ("it is over", _number(claims, "exp") > moment - LEEWAY_S),
                ("it is of another day", abs(_number(claims, "iat") - moment) < LONGEST_LIFE_S),
                ("it answers another question", claims.get("nonce") == nonce),
                ("it names nobody", isinstance(claims.get("sub"), str) and claims["sub"] != ""),
            )
            if not holds
        ]
        if wrong:
            raise NotProven(wrong[0])
        is_verified = claims.get("email_verified") in (True, "true")
        return Identity(claims["sub"][:255], str(claims.get("email") or "").strip().lower() if is_verified else "")

    def _get(self, url: str, *, now: datetime) -> Any:
        answer = self.send(Call("GET", url, Effect.READ, {"Accept": "application/json"}))
        if not answer.is_good:
            raise failure_of(answer, vendor=OIDC, effect=Effect.READ, now=now)
        try:
            told = answer.json()
        except ValueError:
            raise unreadable(OIDC, Effect.READ) from None
        if not isinstance(told, dict):
            raise unreadable(OIDC, Effect.READ)
        return told


def _number(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else float("-inf")
