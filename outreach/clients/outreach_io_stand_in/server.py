"""The stand-in as a server: one request in, one reply out, the same over HTTP and within the process."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import F, Q

from customers.clients.wire import Answer, Call
from customers.models.workspace import ONLY_ID
from outreach.clients.outreach_io_stand_in import grants, hooks, people, states
from outreach.clients.outreach_io_stand_in.grants import CLIENT_ID, CLIENT_SECRET
from outreach.clients.outreach_io_stand_in.shapes import (
    CONTENT_TYPE,
    Refusal,
    Reply,
    Request,
    answer_of,
    missing,
    request_of,
    text_of,
)
from outreach.clients.outreach_io_stand_in.things import PATHS, find_thing, list_things, tell
from outreach.models import StandInDesk

__all__ = ["API_BASE", "CLIENT_ID", "CLIENT_SECRET", "OAUTH_BASE", "SERVER", "reply_to", "send"]

SERVER = "stand-in"
OAUTH_BASE = "https://outreach.stand-in.invalid"
API_BASE = f"{OAUTH_BASE}/api/v2"
WINDOW = timedelta(hours=1)
WRONG_TYPE = {
    "errors": [
        {
            "id": "unsupportedMediaType",
            "title": "Unsupported Media Type",
            "details": f"Expected Content-Type header to be '{CONTENT_TYPE}'.",
        }
    ]
}
BAD_TOKEN = {"error": "Invalid JWT token.", "description": "The JWT token could not be decoded."}
Handler = Callable[..., Reply]
ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("POST", r"prospects", people.create_prospect),
    ("PATCH", r"prospects/(\d+)", people.change_prospect),
    ("POST", r"sequenceStates", states.create_state),
    ("POST", r"sequenceStates/(\d+)/actions/(pause|resume|finish)", states.act),
    ("DELETE", r"sequenceStates/(\d+)", states.remove),
    ("POST", r"webhooks", hooks.create_webhook),
    ("DELETE", r"webhooks/(\d+)", hooks.remove_webhook),
)
_READ = re.compile(rf"({'|'.join(PATHS)})(?:/(\d+))?", re.ASCII)


def send(call: Call, *, now: datetime) -> Answer:
    """This will answer a call of our client without leaving the process."""
    return answer_of(reply_to(request_of(call, now=now)))


def reply_to(request: Request) -> Reply:
    """This will answer any request. Raises nothing that a server would not answer with 500."""
    if request.method == "GET" and request.path == "/oauth/authorize":
        return _consent(request)
    if request.method == "POST" and request.path == "/oauth/token":
        return grants.grant(request)
    if request.method == "POST" and request.path == "/oauth/revoke":
        return grants.revoke(request)
    path = request.path.removeprefix("/api/v2/")
    if path == request.path:
        return Reply(404)
    scopes = grants.scopes_of(request.headers.get("authorization", ""), now=request.now)
    if scopes is None:
        return Reply(401, BAD_TOKEN)
    left, resets_at = _take_call(request.now)
    if left < 0:
        return _too_many(resets_at, now=request.now)
    if request.headers.get("content-type") != CONTENT_TYPE:
        return Reply(415, WRONG_TYPE)
    try:
        reply = _route(path, request, scopes)
    except Refusal as refusal:
        reply = refusal.reply
    return Reply(reply.status, reply.body, {**_limits(left, resets_at), "Content-Type": CONTENT_TYPE, **reply.headers})


def _consent(request: Request) -> Reply:
    """This will say yes at once: whoever asks for this page over HTTP is the suite's browser."""
    try:
        return Reply(302, None, {"Location": grants.consent(dict(request.query), is_given=True, now=request.now)})
    except ValueError:
        return Reply(400, {"error": "invalid_request"})


def _route(path: str, request: Request, scopes: set[str]) -> Reply:
    resource = path.split("/")[0]
    _check_scope(resource, request.method, scopes)
    for method, pattern, handler in ROUTES:
        match = re.fullmatch(pattern, path, re.ASCII) if method == request.method else None
        if match:
            return handler(*match.groups(), request)
    match = _READ.fullmatch(path) if request.method == "GET" else None
    if match is None:
        raise missing()
    if match[2] is None:
        return list_things(match[1], request)
    return Reply(200, {"data": tell(find_thing(PATHS[match[1]], match[2]))})


def _check_scope(resource: str, method: str, scopes: set[str]) -> None:
    """Scopes do not add up: `write` gives no `read`, `all` gives everything. Steps belong to their sequences."""
    owner = "sequences" if resource == "sequenceSteps" else resource
    right = {"GET": "read", "DELETE": "delete"}.get(method, "write")
    if not scopes & {f"{owner}.{right}", f"{owner}.all"}:
        raise Refusal(403, "unauthorizedOauthScope", "Unauthorized OAuth Scope", f"{owner}.{right} is missing.")


def _take_call(now: datetime) -> tuple[int, datetime]:
    """This will count the call and give how many are left, below 0 when it was one too many, and when the hour ends."""
    StandInDesk.objects.get_or_create(pk=ONLY_ID)
    rows = StandInDesk.objects.filter(pk=ONLY_ID)
    rows.filter(Q(resets_at__isnull=True) | Q(resets_at__lte=now)).update(resets_at=now + WINDOW, calls_used=0)
    is_taken = rows.filter(calls_used__lt=F("calls_limit")).update(calls_used=F("calls_used") + 1)
    if not is_taken:
        rows.update(refused_calls=F("refused_calls") + 1)
    desk = rows.get()
    return (desk.calls_limit - desk.calls_used if is_taken else -1), desk.resets_at or now


def _limits(left: int, resets_at: datetime) -> dict[str, str]:
    """Both forms that were seen, by turns: epoch and ISO, one value and two."""
    is_even = left % 2 == 0
    limit = StandInDesk.objects.values_list("calls_limit", flat=True).get(pk=ONLY_ID)
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": f"{max(0, left)}, 19988" if is_even else str(max(0, left)),
        "X-RateLimit-Reset": str(int(resets_at.timestamp()) + 1) if is_even else text_of(resets_at),
    }


def _too_many(resets_at: datetime, *, now: datetime) -> Reply:
    seconds = max(1, int((resets_at - now).total_seconds()) + 1)
    body = {"errors": [{"id": "rateLimitExceeded", "title": "Rate Limit Exceeded", "detail": "Too many calls."}]}
    return Reply(429, body, {**_limits(0, resets_at), "Retry-After": str(seconds)})
