"""Upsell runs: the board by state, one run with its steps, and starting one by hand."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from customers.models import Customer
from customers.queries.kept import figures_of
from customers.view_base import for_writers, put_errors, reader_of
from outreach.enums import ENDED_RUN_STATES, AutomationLevel, RunState
from outreach.queries.run_pages import show_run
from outreach.queries.upsell_runs import OPEN_STATES, count_states, list_run_lines, list_runs, read_board, with_steps
from outreach.queries.upsell_settings import read_ceiling
from outreach.run_forms import ApproveForm, ReasonForm, ReplyForm, StartForm
from outreach.services.upsell.starting import start_run
from outreach.view_base import expansion_tabs

PAGE_SIZE = 30
SHOWN = 12


@require_GET
@login_required
def board(request: HttpRequest) -> HttpResponse:
    """The open runs by state; `state` lists the runs of one state, ended ones too."""
    reader = reader_of(request)
    runs = list_run_lines(reader)
    state = request.GET.get("state", "")
    counts = figures_of(reader, "runs", read=lambda: count_states(runs))
    context: dict[str, Any] = {
        "tabs": expansion_tabs("outreach:runs"),
        "state": state if state in RunState.values else "",
        "ended": [(one, one.label, counts.get(one, 0)) for one in RunState if one in ENDED_RUN_STATES],
        "open_count": sum(counts.get(one, 0) for one in OPEN_STATES),
        "can_write": reader.is_writer,
    }
    if context["state"]:
        paginator = Paginator(runs.filter(state=state), PAGE_SIZE)
        paginator.count = counts.get(state, 0)
        context |= {"page": paginator.get_page(request.GET.get("page")), "label": RunState(state).label}
    else:
        context["columns"] = read_board(runs, counts=counts, shown=SHOWN)
    return render(request, "outreach/runs.html", context)


@require_GET
@login_required
def page(request: HttpRequest, upsell_run_id: uuid.UUID) -> HttpResponse:
    """One run: where it stands, what it waits for, what each step was given and gave."""
    return show(request, upsell_run_id)


def show(request: HttpRequest, upsell_run_id: uuid.UUID, **forms: Any) -> HttpResponse:
    """Draw the run's page. forms: those that were filled in wrongly, by name; step: at which step."""
    reader = reader_of(request)
    run = get_object_or_404(with_steps(list_runs(reader)), pk=upsell_run_id)
    context = {
        "view": show_run(run, now=timezone.now()),
        "run": run,
        "customer": run.customer,
        "can_write": reader.is_writer,
        "tabs": expansion_tabs("outreach:runs"),
        "approve_form": ApproveForm(),
        "reason_form": ReasonForm(),
        "cancel_form": ReasonForm(auto_id="id_cancel_%s"),
        "reply_form": ReplyForm(),
        **forms,
    }
    return render(request, "outreach/run.html", context, status=422 if forms else 200)


@require_http_methods(["GET", "POST"])
@for_writers
def new(request: HttpRequest) -> HttpResponse:
    """Start a run by hand; an event that has one leads to it."""
    reader, now = reader_of(request), timezone.now()
    form = StartForm(request.POST or None, reader=reader, initial=_initial(request))
    if request.method == "POST" and form.is_valid() and form.customer is not None:
        asked = form.cleaned_data
        try:
            started = start_run(
                form.customer,
                event_id=asked["event_id"],
                metric=asked["metric"],
                asked=AutomationLevel(asked["level"]),
                now=now,
                by=reader,
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            said = "The run is started." if started.is_new else "This event has a run already; here it is."
            messages.success(request, said)
            return redirect("outreach:run", started.run.pk)
    context = {"form": form, "ceiling": read_ceiling(), "tabs": expansion_tabs("outreach:runs")}
    return render(request, "outreach/run_new.html", context)


def _initial(request: HttpRequest) -> dict[str, str]:
    """What is filled in: the account that one comes from, and an event of today."""
    initial = {
        "level": min(read_ceiling(), AutomationLevel.HYBRID, key=list(AutomationLevel)[::-1].index).value,
        "event_id": f"by-hand-{timezone.now():%Y%m%d-%H%M%S}",
        "metric": request.GET.get("metric", "")[:80],
    }
    wanted = request.GET.get("account", "")
    try:
        found = Customer.objects.visible_to(reader_of(request)).filter(pk=uuid.UUID(wanted)).first()
    except ValueError:
        found = None
    return initial | ({"account": found.external_id or found.name} if found else {})
