"""API tokens of one's own: made, shown once, revoked."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from customers.forms.settings import TokenForm
from customers.models import ApiToken
from customers.services.tokens import create_token, revoke_token
from customers.view_base import put_errors, reader_of
from customers.views.settings import show

TAB = "customers:tokens"


@login_required
@never_cache
def tokens(request: HttpRequest) -> HttpResponse:
    """The reader's tokens, and the form for a new one. The key stands on the answer to its making and nowhere else."""
    person, now = reader_of(request), timezone.now()
    form = TokenForm(request.POST or None, by=person, today=timezone.localdate(now))
    made, key = None, ""
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made, key = create_token(
                person, name=data["name"], scopes=data["scopes"], expires_at=form.expires_at(), now=now, by=person
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            form = TokenForm(by=person, today=timezone.localdate(now))
    rows = [(token, token.is_live(now)) for token in ApiToken.objects.visible_to(person)]
    context = {"form": form, "made": made, "key": key, "rows": rows}
    return show(request, "customers/settings_tokens.html", context, tab=TAB)


@login_required
@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, token_id: uuid.UUID) -> HttpResponse:
    """Ask once, then end the token."""
    token = get_object_or_404(ApiToken.objects.visible_to(reader_of(request)), pk=token_id)
    if request.method == "POST":
        if revoke_token(token, now=timezone.now(), by=reader_of(request)):
            messages.success(request, "Revoked. The token stopped working.")
        return redirect(TAB)
    return show(request, "customers/settings_token_revoke.html", {"token": token}, tab=TAB)
