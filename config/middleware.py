"""What every page request passes."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from config.api.middleware import is_api

GetResponse = Callable[[HttpRequest], HttpResponse]


class ReadersZone:
    """Times on a page are the reader's: the zone of whoever is signed in, UTC for strangers. The API speaks UTC."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(zone_of(request)):
            return self.get_response(request)


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
