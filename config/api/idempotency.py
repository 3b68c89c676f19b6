"""Idempotency-Key on every POST, PATCH, PUT and DELETE. Source: INTERFACES, Conventions."""

from __future__ import annotations

from hashlib import sha256
from time import monotonic, sleep

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed

from config.api.middleware import GetResponse, is_api
from config.api.shape import error_response
from customers.api.authentication import BearerTokenAuthentication
from customers.models import IdempotentCall, User
from customers.services.calls import Begun, Standing, begin_call, finish_call, forget_call, is_running
from customers.services.kept_answers import open_answer

METHODS = frozenset({"POST", "PATCH", "PUT", "DELETE"})
LONGEST_KEY = 200
WAITED_FOR_S = 6.0
"""A little longer than a send takes at most. Each caller who waits holds a thread."""
LOOKED_AGAIN_AFTER_S = 0.05
NOT_REMEMBERED = frozenset({401, 403, 408, 429})
"""Nothing was decided about the request itself: with another token, or later, it may be carried out."""


class IdempotencyMiddleware:
    """The first call with a key is carried out, a repeat gets its answer. Stands after the session is known."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        key = request.headers.get("Idempotency-Key")
        if key is None or request.method not in METHODS or not is_api(request):
            return self.get_response(request)
        if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
            return error_response(400, "malformed", f"Idempotency-Key: 1 to {LONGEST_KEY} printable ASCII characters.")
        user = _person(request)
        if user is None:
            return self.get_response(request)
        begun = _begin(user, key=key, digest=_digest(request))
        if begun.standing is Standing.FIRST:
            return self._carry_out(request, begun.call)
        return _answer_repeat(begun.standing, begun.call)

    def _carry_out(self, request: HttpRequest, call: IdempotentCall) -> HttpResponseBase:
        try:
            response = self.get_response(request)
            if isinstance(response, HttpResponse) and _is_final(response):
                finish_call(
                    call,
                    status=response.status_code,
                    content_type=response.headers.get("Content-Type", ""),
                    body=response.content,
                    now=timezone.now(),
                )
            return response
        finally:
            # Only a call without a kept answer: a 5xx, or whatever ended this before the answer was written down.
            forget_call(call)


def _begin(user: User, *, key: str, digest: str) -> Begun:
    """This will take the key, or wait a little for the call that has it: its answer beats being told to come again."""
    give_up_at = monotonic() + WAITED_FOR_S
    while True:
        begun = begin_call(user, key=key, digest=digest, now=timezone.now())
        while begun.standing is Standing.RUNNING and monotonic() < give_up_at and is_running(begun.call):
            sleep(LOOKED_AGAIN_AFTER_S)
        if begun.standing is not Standing.RUNNING or monotonic() >= give_up_at:
            return begun


def _is_final(response: HttpResponse) -> bool:
    return response.status_code < 500 and response.status_code not in NOT_REMEMBERED


def _answer_repeat(standing: Standing, call: IdempotentCall) -> HttpResponse:
    if standing is Standing.DIFFERENT:
        return error_response(422, "idempotency_key_reused", "This Idempotency-Key was used for another request.")
    if standing is Standing.RUNNING:
        response: HttpResponse = error_response(409, "still_running", "The first call with this key is still running.")
        response.headers["Retry-After"] = "1"
        return response
    response = HttpResponse(open_answer(call), status=call.status, content_type=call.content_type)
    if not call.content_type:
        del response.headers["Content-Type"]
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _person(request: HttpRequest) -> User | None:
    """This will give who calls, by token or session; None for nobody, whom the view refuses."""
    try:
        by_token = BearerTokenAuthentication().authenticate(request)
    except AuthenticationFailed:
        return None
    if by_token is not None:
        return by_token[0]
    user = getattr(request, "user", None)
    return user if isinstance(user, User) and user.is_active else None


def _digest(request: HttpRequest) -> str:
    """This will tell requests apart. A form's boundary is new in each repeat, so it does not count."""
    body = request.body
    boundary = request.content_params.get("boundary", "").encode() if request.content_params else b""
    if boundary:
        body = body.replace(boundary, b"")
    parts = (str(request.method), request.path_info, request.META.get("QUERY_STRING", ""), str(request.content_type))
    return sha256(b"\n".join([*(part.encode("utf-8", "surrogatepass") for part in parts), body])).hexdigest()
