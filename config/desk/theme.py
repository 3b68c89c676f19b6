"""Light or dark: a cookie that the server reads, so that the first paint is right."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from customers.view_base import own_url

COOKIE = "theme"
THEMES = frozenset({"light", "dark"})
A_YEAR_S = 365 * 24 * 3600


def read_theme(request: HttpRequest) -> str:
    """This will give "light" or "dark" as the reader chose, or "" where the system decides."""
    theme = request.COOKIES.get(COOKIE, "")
    return theme if theme in THEMES else ""


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """This will keep the chosen theme in a cookie and go back to the page it was chosen on."""
    response = HttpResponseRedirect(own_url(request, request.POST.get("next", "")) or "/")
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        # theme.js writes the same cookie, so it is not HttpOnly; it holds nothing but the word.
        response.set_cookie(COOKIE, theme, max_age=A_YEAR_S, samesite="Lax", secure=request.is_secure())
    return response
