"""How the automations do, and what they are thought to save."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from customers.view_base import for_ops, reader_of
from journeys.enums import AutomationType
from journeys.forms.savings import SavingsForm
from journeys.queries.health import Health, read_kept_health
from journeys.queries.savings import read_estimates
from journeys.services.savings import set_savings
from journeys.views.tabs import list_tabs


@login_required
@require_GET
def health(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    found = read_kept_health(reader, now=timezone.now())
    context = {"health": found, "counts": _counts(found), "tabs": list_tabs("journeys:health")}
    return render(request, "journeys/health.html", context)


@for_ops
def savings(request: HttpRequest) -> HttpResponse:
    """The estimates behind “hours saved”, minutes for each type of automation."""
    form = SavingsForm(request.POST or None, minutes=read_estimates())
    if request.method == "POST" and form.is_valid():
        set_savings(form.cleaned_data, now=timezone.now(), by=reader_of(request))
        messages.success(request, "Saved. The hours are counted anew.")
        return redirect(reverse("journeys:health"))
    return render(request, "journeys/savings.html", {"form": form})


def _counts(health: Health) -> dict[str, int]:
    """The figures that the page shows of the counts by type."""
    return {
        "generated": health.done.today.get(AutomationType.GENERATE_DELIVERABLE, 0),
        "reminders": health.done.today.get(AutomationType.SEND_REMINDER, 0),
        "escalations": health.done.today.get(AutomationType.ESCALATE_TO_ADMIN, 0),
        "to_generate": health.ahead.get(AutomationType.GENERATE_DELIVERABLE, 0),
        "to_remind": health.ahead.get(AutomationType.SEND_REMINDER, 0),
    }
