"""The stand-in's OAuth: a code after a consent, tokens that rotate, one grant a minute, PKCE, revoking.

A code or refresh token that comes a second time was stolen by somebody: all that came from it is revoked.
Source: the contract of Outreach.io; RFC 6749, 4.1.2 and 10.4; RFC 7636.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.db.models import Q

from customers.models.workspace import ONLY_ID
from outreach.clients.outreach_io_oauth import challenge_of
from outreach.clients.outreach_io_stand_in.shapes import Reply, Request
from outreach.models import StandInDesk, StandInGrant

CLIENT_ID = "evergreen"
CLIENT_SECRET = "of-the-stand-in"  # noqa: S105  # opens nothing but the stand-in
CODE_LIFE = timedelta(minutes=10)
ACCESS_LIFE_S = 7200
REFRESH_LIFE = timedelta(days=14)


def consent(query: dict[str, str], *, is_given: bool, now: datetime) -> str:
    """This will give where the browser goes after a person said yes or no. Raises ValueError for another's request."""
    if query.get("client_id") != CLIENT_ID or query.get("response_type") != "code" or not query.get("redirect_uri"):
        raise ValueError("no consent of ours")
    answer = {"state": query.get("state", "")}
    if is_given:
        answer["code"] = _give(
            "code",
            uuid4(),
            query.get("scope", "").split(),
            now + CODE_LIFE,
            challenge=query.get("code_challenge", ""),
            redirect_uri=query["redirect_uri"],
        )
    else:
        answer["error"] = "access_denied"
    return f"{query['redirect_uri']}?{urlencode(answer)}"


def grant(request: Request) -> Reply:
    """This will trade a code or a refresh token for new tokens."""
    form = request.form()
    if not _is_ours(form):
        return _no(401, "invalid_client")
    kind = {"authorization_code": "code", "refresh_token": "refresh"}.get(form.get("grant_type", ""))
    if kind is None:
        return _no(400, "unsupported_grant_type")
    if wait := _take_turn(request.now):
        return Reply(429, {"error": "rate_limited"}, {"Retry-After": str(wait)})
    row = StandInGrant.objects.filter(digest=_digest(form.get(_NAMES[kind], "")), kind=kind).first()
    if row is None or row.expires_at <= request.now or not (row.used_at or _fits(row, form)):
        return _no(400, "invalid_grant")
    if not StandInGrant.objects.filter(pk=row.pk, used_at__isnull=True).update(used_at=request.now):
        StandInGrant.objects.filter(family=row.family).update(expires_at=request.now)
        return _no(400, "invalid_grant")
    return _tokens(row.family, row.scopes, now=request.now)


def revoke(request: Request) -> Reply:
    """This will end everything that came from the same consent. Unknown tokens are fine. Source: RFC 7009, 2.2."""
    form = request.form()
    if not _is_ours(form):
        return _no(401, "invalid_client")
    row = StandInGrant.objects.filter(digest=_digest(form.get("token", ""))).first()
    if row is not None:
        StandInGrant.objects.filter(family=row.family).update(expires_at=request.now)
    return Reply(200, {})


def scopes_of(authorization: str, *, now: datetime) -> set[str] | None:
    """This will give what the bearer may do; None for a token that is not, or no longer, good."""
    token = authorization.removeprefix("Bearer ")
    row = StandInGrant.objects.filter(digest=_digest(token), kind="access", expires_at__gt=now).first()
    return None if row is None or token == authorization else set(row.scopes)


_NAMES = {"code": "code", "refresh": "refresh_token"}


def _tokens(family: UUID, scopes: list[str], *, now: datetime) -> Reply:
    access = _give("access", family, scopes, now + timedelta(seconds=ACCESS_LIFE_S))
    refresh = _give("refresh", family, scopes, now + REFRESH_LIFE)
    body = {
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": ACCESS_LIFE_S,
        "refresh_token": refresh,
        "scope": " ".join(scopes),
        "created_at": int(now.timestamp()),
    }
    return Reply(200, body)


def _give(
    kind: str,
    family: UUID,
    scopes: list[str],
    expires_at: datetime,
    *,
    challenge: str = "",
    redirect_uri: str = "",
) -> str:
    token = secrets.token_urlsafe(32)
    StandInGrant.objects.create(
        digest=_digest(token),
        kind=kind,
        family=family,
        scopes=scopes,
        expires_at=expires_at,
        challenge=challenge,
        redirect_uri=redirect_uri,
    )
    return token


def _fits(row: StandInGrant, form: dict[str, str]) -> bool:
    if row.kind == "refresh":
        return True
    is_same = form.get("redirect_uri") == row.redirect_uri
    return is_same and (
        not row.challenge or hmac.compare_digest(challenge_of(form.get("code_verifier", "")), row.challenge)
    )


def _take_turn(now: datetime) -> int:
    """This will give how many seconds to wait; 0 when it is this one's turn."""
    desk, _ = StandInDesk.objects.get_or_create(pk=ONLY_ID)
    since = now - timedelta(seconds=desk.grant_pause_s)
    free = Q(last_grant_at__isnull=True) | Q(last_grant_at__lte=since)
    if not desk.grant_pause_s or StandInDesk.objects.filter(pk=ONLY_ID).filter(free).update(last_grant_at=now):
        return 0
    left = (desk.last_grant_at - since).total_seconds() if desk.last_grant_at else desk.grant_pause_s
    return max(1, round(left))


def _is_ours(form: dict[str, str]) -> bool:
    is_known = form.get("client_id") == CLIENT_ID
    return is_known and hmac.compare_digest(form.get("client_secret", "").encode(), CLIENT_SECRET.encode())


def _no(status: int, error: str) -> Reply:
    return Reply(status, {"error": error, "error_description": "The grant is refused."})


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
