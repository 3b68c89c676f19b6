"""The page of Outreach.io: the connection, what was found there, and, while it is not connected, its stand-in."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.clients.base import NotAccepted
from customers.models import User
from customers.view_base import for_ops, reader_of, settings_tabs
from outreach.clients.choice import is_outreach_stand_in, outreach_redirect_uri, why_outreach_off
from outreach.clients.outreach_io_oauth import SCOPES
from outreach.queries.enrollments import count_left_behind
from outreach.queries.outreach_io import get_connection, list_mailboxes_of, list_sequences, rate_words
from outreach.queries.outreach_stand_in import list_playable
from outreach.rules.outreach_io.words import disconnect_words, scope_words
from outreach.services import outreach_connection as connecting
from outreach.services.outreach_discovery import ask_to_discover
from outreach.services.outreach_stand_in import NotPlayable, answer_consent, play
from outreach.services.outreach_webhooks import why_no_webhooks

PAGE = "outreach:outreach_settings"
SESSION_KEY = "outreach_io_consent"
MOST_PEOPLE = 200


@require_GET
@login_required
def page(request: HttpRequest) -> HttpResponse:
    now, row = timezone.now(), get_connection()
    missing = connecting.missing_scopes(row)
    people = User.objects.persons().filter(is_active=True).exclude(role="read_only").order_by("first_name", "last_name")
    context = {
        "tabs": settings_tabs(request, PAGE),
        "row": row,
        "rate": rate_words(row, now=now),
        "missing": scope_words(missing),
        "granted": scope_words(row.scopes),
        "no_webhooks": why_no_webhooks(),
        "off": why_outreach_off(),
        "is_stand_in": is_outreach_stand_in(),
        "sequences": list(list_sequences()) if row.discovered_at else [],
        "mailboxes": list_mailboxes_of(people[:MOST_PEOPLE]) if row.discovered_at else [],
        "playable": list_playable() if is_outreach_stand_in() and reader_of(request).is_ops else [],
    }
    return render(request, "outreach/settings_outreach.html", context)


@require_POST
@for_ops
@never_cache
def connect(request: HttpRequest) -> HttpResponse:
    """Say what is asked for and where to go on: a form must not lead to another host (CSP)."""
    try:
        url = connecting.begin_consent(
            session_secret=session_secret(request), now=timezone.now(), by=reader_of(request)
        )
    except NotAccepted as error:
        messages.error(request, error.reason)
        return redirect(PAGE)
    context = {"tabs": settings_tabs(request, PAGE), "url": url, "scopes": scope_words(SCOPES)}
    return render(request, "outreach/settings_outreach_connect.html", context)


@require_http_methods(["GET", "POST"])
@for_ops
def disconnect(request: HttpRequest) -> HttpResponse:
    """Ask once, with what stays behind; a POST disconnects."""
    if request.method == "GET":
        context = {"points": disconnect_words(**count_left_behind())}
        return render(request, "outreach/settings_outreach_disconnect.html", context)
    left = connecting.disconnect(now=timezone.now(), by=reader_of(request))
    if left:
        messages.warning(request, f"Disconnected here. {left}")
    else:
        messages.success(request, "Disconnected; the tokens are forgotten.")
    return redirect(PAGE)


@require_POST
@for_ops
def discover(request: HttpRequest) -> HttpResponse:
    try:
        ask_to_discover(now=timezone.now(), by=reader_of(request))
    except NotAccepted as error:
        messages.error(request, error.reason)
    else:
        messages.success(request, "Sequences and mailboxes are being read; it takes a few seconds.")
    return redirect(PAGE)


@require_http_methods(["GET", "POST"])
@for_ops
@never_cache
def stand_in_consent(request: HttpRequest) -> HttpResponse:
    """The stand-in's own page of consent: yes or no, then back to where a real one would lead."""
    asked = request.GET.dict()
    if not is_outreach_stand_in() or not asked.get("state"):
        return redirect(PAGE)
    if request.method == "POST":
        try:
            url = answer_consent(asked, is_given=request.POST.get("answer") == "yes", now=timezone.now())
        except (NotPlayable, ValueError):
            messages.error(request, "This is no consent that was asked for here.")
            return redirect(PAGE)
        if not url.startswith(f"{outreach_redirect_uri()}?"):
            messages.error(request, "This consent leads elsewhere.")
            return redirect(PAGE)
        return redirect(url)
    context = {"tabs": settings_tabs(request, PAGE), "scopes": scope_words(asked.get("scope", "").split()[:50])}
    return render(request, "outreach/settings_outreach_stand_in.html", context)


@require_POST
@for_ops
def stand_in_play(request: HttpRequest) -> HttpResponse:
    """Let a person in a sequence answer, open, bounce or opt out; it comes in through the webhook."""
    said = request.POST.get("state", "")
    number = int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else 0
    try:
        play(number, request.POST.get("deed", ""), now=timezone.now())
    except NotPlayable as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "It came in through the webhook.")
    return redirect(PAGE)


def session_secret(request: HttpRequest) -> str:
    """This will give what only this browser's session knows; made when it is first needed."""
    kept = request.session.get(SESSION_KEY)
    if not isinstance(kept, str) or not kept:
        kept = secrets.token_urlsafe(32)
        request.session[SESSION_KEY] = kept
    return kept
