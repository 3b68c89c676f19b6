"""Other systems' accounts: made by ops, their tokens made, shown once and revoked. The rest is as of a person."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache

from customers.enums import Role
from customers.forms.settings import IntegrationForm, TokenForm
from customers.models import ApiToken, User
from customers.queries.people import list_people, list_tokens_of
from customers.services.integrations import make_integration
from customers.services.tokens import create_token, revoke_token
from customers.view_base import for_ops, put_errors, reader_of
from customers.views.people_settings import show_people

TOKENS = "customers:settings_integration_tokens"


@for_ops
def new(request: HttpRequest) -> HttpResponse:
    """Name the system, and whose accounts it sees; then its first token is made."""
    form = IntegrationForm(request.POST or None, by=reader_of(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = make_integration(**form.cleaned_data, now=timezone.now(), by=reader_of(request))
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"Made: {made.display_name}. It calls with a token: make one.")
            return redirect(TOKENS, person_id=made.pk)
    return show_people(request, "customers/settings_integration_new.html", {"form": form})


@for_ops
@never_cache
def tokens(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Its tokens, and the form for a new one. The key stands on the answer to its making and nowhere else."""
    integration, now = _find(request, person_id), timezone.now()
    today = timezone.localdate(now)
    form = TokenForm(request.POST or None, by=integration, today=today)
    made, key = None, ""
    if request.method == "POST" and form.is_valid():
        try:
            made, key = _make(integration, form, now=now, by=reader_of(request))
        except ValidationError as error:
            put_errors(form, error)
        else:
            form = TokenForm(by=integration, today=today)
    rows = [(token, token.is_live(now)) for token in list_tokens_of(integration)]
    context = {"integration": integration, "form": form, "made": made, "key": key, "rows": rows}
    return show_people(request, "customers/settings_integration_tokens.html", context)


@for_ops
def token_revoke(request: HttpRequest, person_id: uuid.UUID, token_id: uuid.UUID) -> HttpResponse:
    """Ask once, then end the token."""
    integration = _find(request, person_id)
    token = get_object_or_404(list_tokens_of(integration), pk=token_id)
    if request.method != "POST":
        context = {"integration": integration, "token": token}
        return show_people(request, "customers/settings_integration_token_revoke.html", context)
    if revoke_token(token, now=timezone.now(), by=reader_of(request)):
        messages.success(request, "Revoked. The token stopped working.")
    return redirect(TOKENS, person_id=integration.pk)


def _find(request: HttpRequest, person_id: uuid.UUID) -> User:
    return get_object_or_404(list_people(reader_of(request)), pk=person_id, role=Role.INTEGRATION)


def _make(integration: User, form: TokenForm, *, now: datetime, by: User) -> tuple[ApiToken, str]:
    if not integration.is_active:
        raise ValidationError("It is disabled: enable it first.")
    data = form.cleaned_data
    return create_token(
        integration,
        name=data["name"],
        scopes=data["scopes"],
        expires_at=form.expires_at(),
        now=now,
        by=by,
    )
