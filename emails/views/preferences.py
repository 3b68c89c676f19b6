"""The page behind the link in every letter: no account, no cookie, no redirect. GET shows, POST acts (RFC 8058)."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import QueryDict, UnreadablePostError
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from emails.models import Draft
from emails.queries.preferences import find_letter, read_preferences
from emails.rules.preferences import read_choice
from emails.services.preferences import choose_topics

LIMIT = 64 * 1024
HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the contact gets, or write what they chose. A token that is not ours learns nothing."""
    letter = find_letter(token)
    if letter is None:
        return _page("emails/link_unknown.html", {}, status=404)
    if request.method != "POST":
        return _show(letter)
    try:
        posted = _read(request)
    except RequestDataTooBig:
        return _page("emails/link_unknown.html", {}, status=413)
    wanted = read_choice(posted.get("action", ""), posted.getlist("topic"))
    choose_topics(letter, wanted, now=timezone.now())
    return _show(letter, is_saved=True)


def _read(request: HttpRequest) -> QueryDict:
    """Give the form; one that cannot be read is the wish of somebody who posted to their own link all the same."""
    told = request.META.get("CONTENT_LENGTH") or ""
    if told.isascii() and told.isdecimal() and int(told) > LIMIT:
        raise RequestDataTooBig
    try:
        return request.POST
    except RequestDataTooBig:
        raise
    except (MultiPartParserError, UnreadablePostError, SuspiciousOperation, UnicodeError):
        return QueryDict()


def _show(letter: Draft, *, is_saved: bool = False) -> HttpResponse:
    return _page("emails/preferences.html", {"page": read_preferences(letter), "is_saved": is_saved})


def _page(template: str, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    """Without the request: nothing of a session is read, and nothing of the desk is shown."""
    return HttpResponse(render_to_string(template, context), status=status, headers=HEADERS)
