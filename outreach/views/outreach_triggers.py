"""Which trigger leads to which sequence: kept by ops, tried on a real account, with a log of what came of it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.models import Customer
from customers.queries.lookup import find_customer
from customers.view_base import for_ops, put_errors, reader_of, settings_tabs
from outreach.enrollment_forms import CustomFieldsForm, MappingForm, TrialForm, find_account
from outreach.models import OutreachSequence, TriggerMapping
from outreach.queries.enrollments import get_desk, list_log, list_mappings, wanted_of
from outreach.queries.outreach_io import list_offered
from outreach.rules.enrollment.criteria import direction_words, role_words
from outreach.services.enrollment_triggers import try_mapping
from outreach.services.trigger_mappings import MappingValues, delete_mapping, save_custom_fields, save_mapping

PAGE = "outreach:outreach_triggers"
LOG_SHOWN = 30


@require_GET
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Show the mappings, try one where an account is named, and what triggers did."""
    return _page(request)


@require_POST
@for_ops
def add(request: HttpRequest) -> HttpResponse:
    form = MappingForm(request.POST, sequences=_sequences())
    if _save(request, form, None):
        return redirect(PAGE)
    return _page(request, form=form, status=400)


@require_http_methods(["GET", "POST"])
@for_ops
def edit(request: HttpRequest, mapping_id: uuid.UUID) -> HttpResponse:
    """Change one, or take it away."""
    mapping = get_object_or_404(TriggerMapping.objects.visible_to(reader_of(request)), pk=mapping_id)
    if request.method == "POST" and "delete" in request.POST:
        delete_mapping(mapping.pk, now=timezone.now(), by=reader_of(request))
        messages.success(request, "Taken away. Whom it put forward stays.")
        return redirect(PAGE)
    data = request.POST if request.method == "POST" else None
    form = MappingForm(data, sequences=_sequences(), mapping=mapping)
    if request.method == "POST" and _save(request, form, mapping):
        return redirect(PAGE)
    context = {"tabs": settings_tabs(request, PAGE), "form": form, "mapping": mapping}
    return render(request, "outreach/settings_trigger.html", context, status=400 if request.method == "POST" else 200)


@require_POST
@for_ops
def custom_fields(request: HttpRequest) -> HttpResponse:
    form = CustomFieldsForm(request.POST)
    if form.is_valid():
        try:
            save_custom_fields(form.cleaned_data["custom_fields"], now=timezone.now(), by=reader_of(request))
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Kept. People are written so when they are next enrolled.")
            return redirect(PAGE)
    return _page(request, fields_form=form, status=400)


def _save(request: HttpRequest, form: MappingForm, mapping: TriggerMapping | None) -> bool:
    if not form.is_valid():
        return False
    said = form.cleaned_data
    values = MappingValues(
        trigger_type=said["trigger_type"],
        sequence_id=int(said["sequence_id"]),
        sequence_name=mapping.sequence_name if mapping and str(mapping.sequence_id) == said["sequence_id"] else "",
        stakeholder_roles=tuple(said["stakeholder_roles"]),
        segment_filter=said["segment_filter"],
        health_threshold=said["health_threshold"],
        enabled=said["enabled"],
    )
    try:
        save_mapping(values, now=timezone.now(), by=reader_of(request), mapping=mapping)
    except ValidationError as error:
        put_errors(form, error)
        return False
    messages.success(request, "Kept.")
    return True


def _page(
    request: HttpRequest,
    *,
    form: MappingForm | None = None,
    fields_form: CustomFieldsForm | None = None,
    status: int = 200,
) -> HttpResponse:
    reader, now, desk = reader_of(request), timezone.now(), get_desk()
    mappings = list_mappings()
    trial = TrialForm(request.GET if request.GET.get("account") else None, mappings=mappings)
    lines = "\n".join(f"{name} = {source}" for name, source in desk.custom_fields.items())
    context = {
        "tabs": settings_tabs(request, PAGE),
        "mappings": [(mapping, _words(mapping)) for mapping in mappings],
        "form": form or MappingForm(sequences=_sequences()),
        "fields_form": fields_form or CustomFieldsForm(initial={"custom_fields": lines}),
        "trial_form": trial,
        "trial": _try(request, trial, mappings, now=now) if trial.is_bound else None,
        "log": [] if trial.is_bound else list_log(user=reader, limit=LOG_SHOWN),
        "reading": desk,
        "is_ops": reader.is_ops,
    }
    return render(request, "outreach/settings_triggers.html", context, status=status)


def _try(request: HttpRequest, form: TrialForm, mappings: list[TriggerMapping], *, now: Any) -> dict[str, Any] | None:
    """What the mappings would do for the named account; the error stands beside the field."""
    if not form.is_valid():
        return None
    said, reader = form.cleaned_data["account"].strip(), reader_of(request)
    rows = Customer.objects.select_related("owner")
    customer = find_customer(said, user=reader, queryset=rows) or find_account(said, rows.visible_to(reader))
    if customer is None:
        form.add_error("account", "There is no such account, or more than one.")
        return None
    only = form.cleaned_data["mapping"]
    chosen = next((one for one in mappings if str(one.pk) == only), mappings[0] if mappings else None)
    if chosen is None:
        return None
    return {"customer": customer, "mapping": chosen, "result": try_mapping(chosen, customer, now=now)}


def _words(mapping: TriggerMapping) -> str:
    """For whom it is, in words."""
    wanted = wanted_of(mapping)
    segment = f"segment {wanted.segment}" if wanted.segment else ""
    parts = [part for part in (role_words(wanted.roles), segment, direction_words(wanted)) if part]
    return ", ".join(parts) or "Everybody"


def _sequences() -> list[OutreachSequence]:
    return list(list_offered().prefetch_related(None))
