"""How a person wants to be told: their own page of the settings."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from customers.forms.notices import NoticesForm
from customers.queries.notices import find_settings
from customers.services.notice_reading import choose_notices
from customers.view_base import put_errors, reader_of
from customers.views.settings import show


@login_required
def choose(request: HttpRequest) -> HttpResponse:
    """Which news by which channel; escalations always arrive."""
    reader = reader_of(request)
    kept = find_settings(reader)
    initial = {"digest_every": kept.digest_every}
    form = NoticesForm(request.POST if request.method == "POST" else None, choices=kept.choices, initial=initial)
    if request.method == "POST" and form.is_valid():
        every = form.cleaned_data["digest_every"]
        try:
            choose_notices(form.chosen(), digest_every=every, by=reader, now=timezone.now())
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("customers:settings_notices")
    context = {"form": form, "has_slack": bool(reader.slack_id), "has_address": bool(reader.email)}
    return show(request, "customers/settings_notices.html", context, tab="customers:settings_notices")
