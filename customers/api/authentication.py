"""Who calls: a token's person, or whoever is signed in to the pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from customers.models import ApiToken, User
from customers.services.tokens import find_token, note_use

KEYWORD = "bearer"


class BearerTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer TOKEN`. The token is `request.auth`; a session leaves that empty."""

    def authenticate(self, request: Request | HttpRequest) -> tuple[User, ApiToken] | None:
        words = get_authorization_header(request).split()  # type: ignore[arg-type]
        if not words or words[0].lower() != KEYWORD.encode():
            return None
        if len(words) != 2:
            raise AuthenticationFailed("Write it as Authorization: Bearer TOKEN.")
        token = _find_once(getattr(request, "_request", request), words[1].decode("latin-1"))
        if token is None:
            raise AuthenticationFailed("This token is unknown, expired or revoked.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class PageSessionAuthentication(SessionAuthentication):
    """The session of the pages, with their CSRF token on every call that changes something."""


def _find_once(request: HttpRequest, key: str) -> ApiToken | None:
    """This will look the token up once in a request, though middleware and view both ask."""
    kept: dict[str, Any] = request.__dict__.setdefault("_bearer_tokens", {})
    if key not in kept:
        now = timezone.now()
        kept[key] = find_token(key, now=now)
        if kept[key] is not None:
            note_use(kept[key], now=now)
    found: ApiToken | None = kept[key]
    return found
