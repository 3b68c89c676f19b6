"""The way to the company's own sign-in service and back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from customers.services.single_sign_on import SignInRefused, begin, finish
from customers.view_base import own_url

KEPT = "single_sign_on"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_GET
@never_cache
def leave(request: HttpRequest) -> HttpResponse:
    """Lead to the service; what the answer must match stays in this browser's session."""
    try:
        url, kept = begin(to=own_url(request, request.GET.get("next", "")), now=timezone.now())
    except SignInRefused as error:
        return _refuse(request, error)
    request.session[KEPT] = kept
    return redirect(url)


@require_GET
@never_cache
def answer(request: HttpRequest) -> HttpResponse:
    """Let in who was proven there. What was kept is good for one answer, whatever it says."""
    kept = request.session.pop(KEPT, None)
    if request.GET.get("error"):
        return _refuse(request, SignInRefused("The sign-in service did not let you in."))
    try:
        person = finish(
            kept, state=request.GET.get("state", ""), code=request.GET.get("code", "")[:4000], now=timezone.now()
        )
    except SignInRefused as error:
        return _refuse(request, error)
    request.is_proven_elsewhere = True  # type: ignore[attr-defined]  # a second step here would be a third
    login(request, person, backend=BACKEND)
    return redirect(own_url(request, kept["to"] if kept else "") or "today")


def _refuse(request: HttpRequest, error: SignInRefused) -> HttpResponse:
    messages.error(request, str(error))
    return redirect("customers:sign_in")
