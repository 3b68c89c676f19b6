"""The second step: its question at the door, and its page in the settings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_lockout_response
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from customers.forms.access import CodeForm, TurnOffForm
from customers.models import User
from customers.services.second_factors import (
    WrongCode,
    begin,
    check_code,
    confirm,
    draw_picture,
    find_factor,
    new_recovery_codes,
    turn_off,
)
from customers.view_base import MUST_BEGIN, own_url, reader_of
from customers.views.settings import show

TAB = "customers:two_steps"
HALFWAY = "second_step"
"""Where a session keeps who gave the right password and has not given the code yet."""
TIME_FOR_CODE = timedelta(minutes=5)


def ask_second_step(request: HttpRequest, person: User, *, backend: str, to: str) -> HttpResponse:
    """This will keep that the password was right, in a session of a new name, and lead to the question for the code."""
    request.session.flush()
    request.session[HALFWAY] = {
        "person": str(person.pk),
        "backend": backend,
        "to": to,
        "at": timezone.now().isoformat(),
        "tied_to": person.get_session_auth_hash(),
    }
    return redirect("customers:sign_in_code")


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code. Wrong ones count as wrong passwords do and lock the same way."""
    person = _halfway(request)
    if person is None:
        request.session.pop(HALFWAY, None)
        messages.info(request, "That took too long. Sign in again.")
        return redirect("customers:sign_in")
    credentials = {"username": person.username}
    if not AxesProxyHandler.is_allowed(request, credentials):
        return get_lockout_response(request, None, credentials)
    form = CodeForm(request.POST or None)
    form.fields["code"].widget.attrs["autofocus"] = True
    if request.method == "POST" and form.is_valid():
        try:
            check_code(person, form.cleaned_data["code"], now=timezone.now())
        except WrongCode as error:
            form.add_error("code", str(error))
            user_login_failed.send(sender=__name__, credentials=credentials, request=request)
            if not AxesProxyHandler.is_allowed(request, credentials):
                return get_lockout_response(request, None, credentials)
        else:
            kept = request.session.pop(HALFWAY)
            login(request, person, backend=kept["backend"])
            return redirect(own_url(request, kept["to"]) or "today")
    return render(request, "customers/sign_in_code.html", {"form": form}, status=200 if not form.errors else 422)


def _halfway(request: HttpRequest) -> User | None:
    kept: dict[str, Any] | None = request.session.get(HALFWAY)
    began = parse_datetime(kept["at"]) if kept else None
    if kept is None or began is None or not timedelta() <= timezone.now() - began <= TIME_FOR_CODE:
        return None
    person = User.objects.filter(pk=kept["person"], is_active=True).first()
    return person if person and person.get_session_auth_hash() == kept["tied_to"] else None


@login_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def two_steps(request: HttpRequest) -> HttpResponse:
    """Turn it on with a first code, take new recovery codes, or turn it off with the password."""
    person = reader_of(request)
    if request.method == "POST":
        act = {"confirm": _confirm, "renew": _renew, "off": _turn_off}.get(request.POST.get("act", ""))
        if act is not None:
            return act(request, person)
    return _show(request, person)


def _show(request: HttpRequest, person: User, **context: Any) -> HttpResponse:
    factor = find_factor(person)
    shown: dict[str, Any] = {
        "must_begin": request.session.get(MUST_BEGIN),
        "is_on": factor is not None,
        "form": CodeForm(),
        "off_form": TurnOffForm(person),
        **context,
    }
    if factor is not None:
        shown |= {"left": len(factor.recovery), "since": factor.confirmed_at}
    else:
        secret = begin(person)
        # Drawn by us from our own secret; it carries no text from outside.
        shown |= {"secret": secret, "picture": mark_safe(draw_picture(person, secret))}  # noqa: S308
    return show(request, "customers/settings_two_steps.html", shown, tab=TAB)


def _confirm(request: HttpRequest, person: User) -> HttpResponse:
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            codes = confirm(person, form.cleaned_data["code"], now=timezone.now())
        except WrongCode as error:
            form.add_error("code", str(error))
        else:
            update_session_auth_hash(request, User.objects.get(pk=person.pk))
            request.session.pop(MUST_BEGIN, None)
            return _show(request, person, codes=codes)
    return _show(request, person, form=form)


def _renew(request: HttpRequest, person: User) -> HttpResponse:
    try:
        codes = new_recovery_codes(person, now=timezone.now())
    except WrongCode:
        return redirect(TAB)
    return _show(request, person, codes=codes)


def _turn_off(request: HttpRequest, person: User) -> HttpResponse:
    form = TurnOffForm(person, request.POST)
    if not form.is_valid():
        return _show(request, person, off_form=form)
    turn_off(person, now=timezone.now(), by=person)
    update_session_auth_hash(request, User.objects.get(pk=person.pk))
    messages.success(request, "Off. You sign in with the password alone, and are signed out everywhere else.")
    return redirect("customers:profile")
