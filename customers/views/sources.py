"""Sources of usage and contracts: ops enter them, have them asked, and see what each pull brought."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from customers.forms.settings import STALE
from customers.forms.sources import SourceForm
from customers.models import UsageSource, User
from customers.queries.sources import list_pulls, list_sources
from customers.services.sources import ask_now, remove_source, save_source
from customers.services.workspace import StaleSettings
from customers.tasks import pull_usage
from customers.view_base import for_ops, put_errors, reader_of
from customers.views.settings import show

TAB = "customers:settings_sources"


@require_GET
@for_ops
def listing(request: HttpRequest) -> HttpResponse:
    rows = list(list_sources(reader_of(request)))
    return show(request, "customers/settings_sources.html", {"sources": rows}, tab=TAB)


@sensitive_post_parameters("secret")
@for_ops
def edit(request: HttpRequest, source_id: uuid.UUID | None = None) -> HttpResponse:
    """Enter a source, or change it; below stands what its pulls brought."""
    source = _find(request, source_id) if source_id else UsageSource()
    form = SourceForm(request.POST or None, instance=_find(request, source_id) if source_id else UsageSource())
    if request.method == "POST" and form.is_valid():
        saved = _save(form, source, by=reader_of(request))
        if saved is not None:
            messages.success(request, "Saved. It is asked in a moment." if saved.is_enabled else "Saved.")
            pull_usage.delay()
            return redirect("customers:settings_source", source_id=saved.pk)
    pulls = list_pulls(source) if source_id else []
    context = {"form": form, "source": source if source_id else None, "pulls": pulls}
    return show(request, "customers/settings_source.html", context, tab=TAB)


@require_POST
@for_ops
def pull(request: HttpRequest, source_id: uuid.UUID) -> HttpResponse:
    """Have it asked now; the answer may take its time, so the result stands on the page a moment later."""
    source = _find(request, source_id)
    if ask_now(source, now=timezone.now(), by=reader_of(request)):
        pull_usage.delay()
        messages.success(request, "It is asked now; open this page again for the result.")
    else:
        messages.error(request, "It is switched off.")
    return redirect("customers:settings_source", source_id=source.pk)


@for_ops
def remove(request: HttpRequest, source_id: uuid.UUID) -> HttpResponse:
    """Ask once, then remove it."""
    source = _find(request, source_id)
    if request.method != "POST":
        return show(request, "customers/settings_source_remove.html", {"source": source}, tab=TAB)
    remove_source(source, now=timezone.now(), by=reader_of(request))
    messages.success(request, f"Removed: {source}.")
    return redirect(TAB)


def _save(form: SourceForm, source: UsageSource, *, by: User) -> UsageSource | None:
    data = form.cleaned_data
    try:
        return save_source(
            source, form.values(), secret=data["secret"], version=data["version"] or 0, now=timezone.now(), by=by
        )
    except StaleSettings:
        form.add_error(None, STALE)
    except ValidationError as error:
        put_errors(form, error)
    return None


def _find(request: HttpRequest, source_id: uuid.UUID) -> UsageSource:
    found: UsageSource = get_object_or_404(UsageSource.objects.visible_to(reader_of(request)), pk=source_id)
    return found
