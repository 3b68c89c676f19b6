"""What every page request passes."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from config.api.middleware import is_api
from customers.queries.memo import reading_once

GetResponse = Callable[[HttpRequest], HttpResponse]
REDIRECTS = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER})


class ReadersZone:
    """Times on a page are the reader's: the zone of whoever is signed in, UTC for strangers. The API speaks UTC."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(zone_of(request)):
            return self.get_response(request)


class ReadOnce:
    """A page that only shows reads what several of its parts ask for once. What writes reads rows as they are."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with reading_once():
            return self.get_response(request)


class InPlace:
    """A form that its page sends by itself (static/js/in-place.js) is told where it leads instead of being taken there.

    The script then shows that page's content without a reload, and only that second request reads its messages.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "X-In-Place" not in request.headers or response.status_code not in REDIRECTS:
            return response
        told = HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"X-Location": response["Location"]})
        told.cookies = response.cookies
        return told


class KeptNowhere:
    """No answer is kept by a browser or a proxy, unless its view says so: after signing out, Back shows nothing."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


def zone_of(request: HttpRequest) -> ZoneInfo | None:
    """This will give the reader's zone; None for the API, for strangers, and for a name that is no zone."""
    if is_api(request):
        return None
    name = getattr(request.user, "timezone", "")
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
