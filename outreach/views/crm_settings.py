"""The settings of the CRM: how our stages are called there, and what could not be written."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from customers.clients.base import NotAccepted
from customers.clients.choice import why_salesforce_off
from customers.models import User
from customers.services.workspace import StaleSettings
from customers.view_base import for_ops, for_writers, put_errors, reader_of, settings_tabs
from outreach.enums import OpportunityStage
from outreach.forms_crm import CrmSettingsForm
from outreach.models import CrmSettings, CrmWrite
from outreach.queries.crm import get_crm_settings, list_problems
from outreach.rules.words import STALE
from outreach.services import crm
from outreach.services.crm_settings import change_crm_settings, read_stages

PAGE = "outreach:crm_settings"


@login_required
def page(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    if request.method == "POST" and not reader.is_ops:
        raise PermissionDenied
    row = get_crm_settings()
    form = CrmSettingsForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid() and _save(form, by=reader):
        messages.success(request, "Saved.")
        return redirect(PAGE)
    context = {
        "tabs": settings_tabs(request, PAGE),
        "form": form,
        "row": row,
        "facts": _in_words(row),
        "off": why_salesforce_off(),
        "problems": list_problems(reader),
    }
    return render(request, "outreach/settings_crm.html", context)


@require_POST
@for_ops
def stages(request: HttpRequest) -> HttpResponse:
    """Read the organisation's stages now."""
    try:
        count = read_stages(now=timezone.now(), by=reader_of(request))
    except NotAccepted as error:
        messages.error(request, error.reason)
    else:
        messages.success(request, f"Read {count} stages.")
    return redirect(PAGE)


@require_POST
@for_writers
def retry(request: HttpRequest, write_id: uuid.UUID) -> HttpResponse:
    """Write once more what could not be written."""
    row = get_object_or_404(CrmWrite.objects.visible_to(reader_of(request)), pk=write_id)
    if not crm.retry(row.pk, now=timezone.now(), by=reader_of(request)):
        raise Http404("There is nothing to write again.")
    messages.success(request, "It is written again in a moment.")
    return redirect(PAGE)


def _save(form: CrmSettingsForm, *, by: User) -> bool:
    try:
        change_crm_settings(form.changes(), version=form.cleaned_data["version"], now=timezone.now(), by=by)
    except StaleSettings:
        form.add_error(None, STALE)
    except ValidationError as error:
        put_errors(form, error)
    else:
        return True
    return False


def _in_words(row: CrmSettings) -> list[tuple[str, str]]:
    ours = [(f"“{stage.label}”", row.stage_map.get(stage.value, "")) for stage in OpportunityStage]
    return [("“Renewal Proposed”", row.renewal_stage), *ours]
