"""The frame of every call under /api: no redirect for a slash, limits on size, one shape for every error."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase

from config.api.paths import read_path
from config.api.rates import RATE_LIMIT
from config.api.shape import code_for, error_response, message_for

PREFIX = "/api/"
JSON_LIMIT = 2 * 1024 * 1024
DRAFT_PREFIX = "/api/emails/drafts"
DRAFT_LIMIT = 15 * 1024 * 1024
"""A draft carries its attachments, at most 10 MB, in Base64, which takes a third more."""
UPLOAD_LIMIT = 32 * 1024 * 1024
"""A book of 10,000 accounts is a few MB. No other door under /api takes a file larger than this."""
MOST_READ_IN_VAIN = 2 * UPLOAD_LIMIT
READ_AT_ONCE = 256 * 1024

KEPT_HEADERS = ("Retry-After", "WWW-Authenticate", "Allow")

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class ApiFrameMiddleware:
    """Stands first, so that a refusal of any other middleware, too, is answered as the API answers."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_api(request):
            return self.get_response(request)
        request.path_info = _without_slash(read_path(request))
        response = _refuse_early(request) or _in_shape(self.get_response(request))
        response.headers.setdefault("Cache-Control", "no-store")
        if left := getattr(request, RATE_LIMIT, None):
            for name, value in left.headers().items():
                response.headers[name] = value
        if isinstance(response, HttpResponse):
            # Refused early, it has not passed the middleware that says so.
            response.headers.setdefault("Content-Length", str(len(response.content)))
        _read_to_the_end(request)
        return response


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(PREFIX) or request.path_info == PREFIX.rstrip("/")


def _without_slash(path: str) -> str:
    return path[:-1] if path.endswith("/") and not path.endswith("//") and path != PREFIX else path


def _refuse_early(request: HttpRequest) -> HttpResponseBase | None:
    if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
        return error_response(400, "malformed", "Null characters are not allowed.")
    if request.headers.get("Transfer-Encoding"):
        return error_response(411, "length_required", "Send the body with its Content-Length.")
    if _length(request) > _limit(request):
        return error_response(413, "too_large", f"At most {_limit(request) // 1024 // 1024} MB are taken here.")
    return None


def _read_to_the_end(request: HttpRequest) -> None:
    """Read what nobody has read of the body.

    gunicorn promises to keep the connection and then drops it when more than 64 KB are left unread, so that the
    caller's next call would fail for a refusal of this one.
    """
    if _length(request) > MOST_READ_IN_VAIN:
        return
    with suppress(UnreadablePostError):
        while request.read(READ_AT_ONCE):
            pass


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _limit(request: HttpRequest) -> int:
    if request.content_type == "multipart/form-data":
        return UPLOAD_LIMIT
    return DRAFT_LIMIT if request.path_info.startswith(DRAFT_PREFIX) else JSON_LIMIT


def _in_shape(response: HttpResponseBase) -> HttpResponseBase:
    """This will put an error that is a page (an unknown path, a crash) into the one shape."""
    status = response.status_code
    if status < 400 or response.headers.get("Content-Type", "").startswith("application/json"):
        return response
    shaped = error_response(status, code_for(status), message_for(status))
    for name in KEPT_HEADERS:
        if name in response.headers:
            shaped.headers[name] = response.headers[name]
    return shaped
