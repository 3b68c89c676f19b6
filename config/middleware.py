"""What every page request passes."""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus
from uuid import uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from structlog.contextvars import bound_contextvars

from config.api.middleware import is_api
from customers.queries.memo import reading_once
from customers.queries.minute import note_change
from customers.view_base import MUST_BEGIN

GetResponse = Callable[[HttpRequest], HttpResponse]
REQUEST_ID = "X-Request-ID"
PLAIN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
READING = frozenset({"GET", "HEAD"})
REDIRECTS = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER})


class NamedRequest:
    """Each request has a name that stands in every line it logs, in its answer, and in the lines of the tasks it rings.

    A proxy before us may give it as X-Request-ID; anything that could break a line of the log is not taken.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(REQUEST_ID, "")
        name = given if PLAIN_ID.fullmatch(given) else uuid4().hex
        with bound_contextvars(request_id=name):
            response = self.get_response(request)
        response.headers[REQUEST_ID] = name
        return response


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
        if request.method not in READING:
            return self.get_response(request)
        with reading_once():
            return self.get_response(request)


class OwnChangesShow:
    """Who has sent something is shown nothing any more that a page of theirs had kept for the minute (PostgreSQL)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method not in READING and connection.vendor == "postgresql" and request.user.pk:
            note_change(request.user.pk)
        return response


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


class SecondStepFirst:
    """Who must sign in in two steps and has not begun sees the page that begins them, and nothing else."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begins_at = reverse("customers:two_steps")
        if not request.session.get(MUST_BEGIN) or request.path in (begins_at, reverse("customers:sign_out")):
            return self.get_response(request)
        if is_api(request):
            return HttpResponse(status=HTTPStatus.FORBIDDEN)
        return redirect(begins_at)


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
