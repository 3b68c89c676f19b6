"""What is done to one client's journey: a form, the old and new dates, and only then the deed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer
from customers.queries.calendars import local_date
from customers.view_base import for_writers, reader_of
from journeys.actions import ACTIONS, Action, Asked
from journeys.enums import AutomationStatus
from journeys.forms.actions import ActionForm, Ground, ReasonForm
from journeys.models import AutomationSchedule, Journey, JourneyChange
from journeys.queries.facts import facts_of, read_journey
from journeys.queries.journeys import get_open_journey
from journeys.queries.rows import SUBJECT
from journeys.rules.changes import Plan
from journeys.rules.journeys import MonthFacts
from journeys.rules.naming import name_automation
from journeys.services.by_hand import trigger_by_hand
from journeys.services.changing import NotAllowed, Refused
from journeys.services.journeys import preview_trigger
from journeys.services.scheduling import NotScheduled
from journeys.services.ticked import cancel_row, cancel_words, preview_cancel_row
from journeys.services.undo_preview import preview_undo
from journeys.services.undoing import undo_change
from journeys.views.plans import PlanView
from journeys.views.timeline import find_client


@for_writers
def action(request: HttpRequest, customer_id: uuid.UUID, code: str) -> HttpResponse:
    """Ask, show what changes, do it. What is confirmed is what was shown: a field changed since is shown anew."""
    customer, now, wanted = find_client(request, customer_id), timezone.now(), _find_action(request, code)
    journey = get_open_journey(customer)
    months = facts_of([journey])[journey.pk].months if journey else ()
    form = wanted.form(request.POST or None, ground=_ground(customer, journey, months, request, now))
    context: dict[str, Any] = {"action": wanted, "customer": customer, "form": form, "back": timeline_url(customer.pk)}
    arguments = _arguments(form, wanted)
    if arguments is None:
        return render(request, "journeys/action.html", context)
    asked = Asked(customer, journey, arguments, now, reader_of(request))
    seen = signature(arguments)
    try:
        if request.method == "POST" and request.POST.get("seen") == seen:
            wanted.carry_out(asked)
            messages.success(request, wanted.said)
            return redirect(timeline_url(customer.pk))
        plan: Plan | None = wanted.preview(asked)
    except (Refused, NotAllowed) as refusal:
        plan, context["refusal"] = None, str(refusal)
    context |= {"plan": PlanView(plan, months) if plan else None, "seen": seen}
    return render(request, "journeys/action.html", context)


@for_writers
def automation(request: HttpRequest, customer_id: uuid.UUID, automation_id: uuid.UUID, verb: str) -> HttpResponse:
    """Ask once, then trigger or cancel one automation of the client."""
    customer = find_client(request, customer_id)
    row: AutomationSchedule = get_object_or_404(
        AutomationSchedule.objects.visible_to(reader_of(request)), pk=automation_id, customer=customer
    )
    ground = Ground(local_date(timezone.now(), customer.timezone), customer.timezone)
    form = ReasonForm(request.POST if request.method == "POST" else None, ground=ground)
    if request.method == "POST" and form.is_valid():
        _run_automation(request, row, verb, form.cleaned_data["reason"])
        return redirect(timeline_url(customer.pk))
    context: dict[str, Any] = {
        "form": form,
        "customer": customer,
        "row": row,
        "name": name_automation(row.kind, row.occurrence),
        "is_trigger": verb == "trigger",
        "back": timeline_url(customer.pk),
        "plan": _preview_row(row, verb, request),
    }
    return render(request, "journeys/automation.html", context)


@for_writers
def undo(request: HttpRequest, customer_id: uuid.UUID, change_id: uuid.UUID) -> HttpResponse:
    """Ask once, then take a change back."""
    customer = find_client(request, customer_id)
    rows = JourneyChange.objects.visible_to(reader_of(request)).select_related("by", "journey__version")
    change: JourneyChange = get_object_or_404(rows, pk=change_id, customer=customer)
    if request.method == "POST":
        try:
            undo_change(change, now=timezone.now(), by=reader_of(request))
            messages.success(request, "Taken back. Everything is as it was before.")
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect(timeline_url(customer.pk))
    context: dict[str, Any] = {"customer": customer, "change": change, "back": timeline_url(customer.pk)}
    try:
        plan = preview_undo(change, now=timezone.now(), by=reader_of(request))
        context["plan"] = PlanView(plan, read_journey(change.journey).months)
    except Refused as refusal:
        context["refusal"] = str(refusal)
    return render(request, "journeys/undo.html", context)


def timeline_url(customer_id: uuid.UUID) -> str:
    return reverse("journeys:timeline", args=[customer_id])


def signature(arguments: Mapping[str, Any], *others: Any) -> str:
    """This will say the arguments so that they can be told from others; why it is done changes no date."""
    told = {name: value for name, value in arguments.items() if name != "reason"}
    return json.dumps([told, *others], default=str, sort_keys=True)


def _find_action(request: HttpRequest, code: str) -> Action:
    wanted = ACTIONS.get(code)
    if wanted is None:
        raise Http404
    if wanted.for_leaders and not reader_of(request).is_leader:
        raise PermissionDenied
    return wanted


def _arguments(form: ActionForm, wanted: Action) -> dict[str, Any] | None:
    """What was asked for; None while something is missing or wrong. A form without fields asks for nothing."""
    if form.is_bound:
        return form.arguments() if form.is_valid() else None
    return {} if not wanted.needs_words else None


def _ground(
    customer: Customer, journey: Journey | None, months: Sequence[MonthFacts], request: HttpRequest, now: datetime
) -> Ground:
    if journey is None:
        return Ground(local_date(now, customer.timezone), customer.timezone, customer.programme_start_date)
    chosen = request.GET.get("month", "")
    return Ground(
        today=local_date(now, journey.zone),
        zone=journey.zone,
        start_date=journey.start_date,
        months=[(month.number, month.title) for month in months if not month.is_settled],
        month=int(chosen) if chosen.isascii() and chosen.isdigit() else None,
    )


def _preview_row(row: AutomationSchedule, verb: str, request: HttpRequest) -> PlanView | None:
    """Old and new moment; None of what is no journey's, or has run."""
    if row.subject_kind != SUBJECT or row.status != AutomationStatus.SCHEDULED:
        return None
    if verb == "cancel":
        plan = preview_cancel_row(row, reason=cancel_words(reader_of(request)))
    else:
        plan = preview_trigger(row, now=timezone.now())
    return PlanView(plan, plan.months)


def _run_automation(request: HttpRequest, row: AutomationSchedule, verb: str, reason: str) -> None:
    by, now = reader_of(request), timezone.now()
    try:
        if verb == "cancel":
            cancel_row(row, reason=cancel_words(by, reason), now=now, by=by)
            messages.success(request, "Cancelled. It stays in the list, and never runs.")
        else:
            trigger_by_hand(row, now=now, by=by, reason=reason)
            messages.success(request, "Triggered. The clock runs it with its next tick.")
    except NotScheduled as refusal:
        messages.error(request, str(refusal))
