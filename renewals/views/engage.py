"""The doors of the Engage workspace: its page, and each thing a person does on it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from customers.enums import TodoState
from customers.models import User
from customers.services.todos import finish_todo, reopen_todo
from customers.view_base import reader_of
from emails.enums import PriceApproach
from outreach.enums import OwnerKind, PlanEnd, SequencingApproach, TouchState
from outreach.services.plans import TouchSettled, close_plan, finish_touch
from renewals.forms.engage import (
    CloseForm,
    OrderForm,
    OwnerForm,
    PriceForm,
    ReasonForm,
    StrategyForm,
    TaskForm,
    TouchForm,
    VariationForm,
)
from renewals.models import EngageRun
from renewals.queries.steps.actions import FILTERS, find_task
from renewals.queries.workspace import Workspace
from renewals.services import crm, engage
from renewals.services.letters import Letters, refresh_letters, write_letters
from renewals.services.renewals import NoContract, NotAllowed
from renewals.views.engage_page import (
    BY_CODE,
    FormState,
    page_url,
    require_workspace,
    show,
    step_url,
    usual_step,
)

Save = Callable[[EngageRun, datetime, User], object]


@login_required
@require_GET
def page(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """The workspace at the step where the work is; before it is opened, what it will do and what is missing."""
    workspace = require_workspace(request, customer_id)
    return show(request, workspace, usual_step(workspace))


@login_required
@require_GET
def step(request: HttpRequest, customer_id: uuid.UUID, code: str) -> HttpResponse:
    if code not in BY_CODE:
        raise Http404
    workspace = require_workspace(request, customer_id)
    if workspace.run is None:
        return redirect(page_url(customer_id))
    return show(request, workspace, code)


@login_required
def open_engage(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """Open Engage and have the emails written."""
    workspace = _writable(request, customer_id)
    if request.method != "POST":
        return redirect(page_url(customer_id))
    now, by = timezone.now(), reader_of(request)
    try:
        run = engage.open_engage(workspace.customer, now=now, by=by)
    except (NoContract, engage.EngageNotOpen, NotAllowed) as error:
        messages.error(request, str(error))
        return redirect(page_url(customer_id))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(page_url(customer_id))
    letters = write_letters(run, now=now, by=by)
    messages.success(request, f"Engage is open. {_said(letters)}")
    return redirect(step_url(customer_id, "sequence"))


@login_required
def write(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """Have the emails written that are missing."""
    workspace = _writable(request, customer_id)
    if request.method == "POST" and workspace.run is not None and workspace.is_live:
        letters = write_letters(workspace.run, now=timezone.now(), by=reader_of(request))
        messages.success(request, _said(letters))
    return redirect(step_url(customer_id, "emails"))


@login_required
def replan(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """Compute the plan again from what is known now."""
    workspace = _writable(request, customer_id)
    if request.method == "POST" and workspace.run is not None:
        now, by = timezone.now(), reader_of(request)
        try:
            engage.replan(workspace.run, now=now, by=by)
        except (engage.PlanClosed, NoContract) as error:
            messages.error(request, str(error))
        else:
            refresh_letters(workspace.run, now=now, by=by)
            messages.success(request, "The plan is computed again from what is known now.")
    code = request.POST.get("from", "")
    return redirect(step_url(customer_id, code if code in BY_CODE else "plan"))


@login_required
def close(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """Ask why, and close the plan."""
    workspace = _writable(request, customer_id)
    plan = workspace.plan
    if plan is None or not plan.is_live:
        messages.error(request, "There is no plan to close.")
        return redirect(page_url(customer_id))
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now, by = timezone.now(), reader_of(request)
        close_plan(plan, end=PlanEnd.PERSON, reason=form.cleaned_data["reason"], now=now, by=by)
        messages.success(request, "The plan is closed. What was sent stays on record.")
        return redirect(page_url(customer_id))
    pending = sum(touch.state == TouchState.PLANNED for touch in workspace.touches)
    context = {"customer": workspace.customer, "form": form, "pending": pending, "back": page_url(customer_id)}
    return render(request, "renewals/engage/close.html", context)


@login_required
def strategy(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    form = StrategyForm(request.POST)

    def save(run: EngageRun, now: datetime, by: User) -> None:
        approach = SequencingApproach(form.cleaned_data["approach"])
        engage.choose_strategy(run, approach=approach, reason=form.cleaned_data["reason"], now=now, by=by)

    return _change(request, customer_id, form, save, code="sequence", field="approach", said="The strategy is changed.")


@login_required
def order(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    form = OrderForm(request.POST)

    def save(run: EngageRun, now: datetime, by: User) -> None:
        ids = tuple(uuid.UUID(key) for key in form.cleaned_data["order"])
        engage.reorder(run, order=ids, reason=form.cleaned_data["reason"], now=now, by=by)

    return _change(request, customer_id, form, save, code="sequence", field="order", said="The order is saved.")


@login_required
def owner(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    form = OwnerForm(request.POST)

    def save(run: EngageRun, now: datetime, by: User) -> None:
        data = form.cleaned_data
        kind = OwnerKind(data["owner"])
        engage.change_owner(run, stakeholder_id=data["stakeholder"], owner=kind, reason=data["reason"], now=now, by=by)

    return _change(request, customer_id, form, save, code="sequence", field="stakeholder", said="The owner is changed.")


@login_required
def price(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    form = PriceForm(request.POST)

    def save(run: EngageRun, now: datetime, by: User) -> None:
        approach = PriceApproach(form.cleaned_data["approach"])
        engage.choose_price_approach(run, approach=approach, reason=form.cleaned_data["reason"], now=now, by=by)

    return _change(request, customer_id, form, save, code="pricing", field="approach", said="The approach is changed.")


@login_required
def variation(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    form = VariationForm(request.POST)

    def save(run: EngageRun, now: datetime, by: User) -> None:
        data = form.cleaned_data
        approach = PriceApproach(data["approach"])
        engage.set_variation(
            run, stakeholder_id=data["stakeholder"], approach=approach, reason=data["reason"], now=now, by=by
        )

    return _change(
        request, customer_id, form, save, code="pricing", field="stakeholder", said="Changed for this person."
    )


@login_required
def task(request: HttpRequest, customer_id: uuid.UUID, task_id: uuid.UUID) -> HttpResponse:
    """Mark a task as done, or open it again."""
    workspace = _writable(request, customer_id)
    form = TaskForm(request.POST)
    found = find_task(workspace.run, task_id, draft_ids=workspace.draft_ids) if workspace.run else None
    if found is None:
        raise Http404
    if request.method == "POST" and form.is_valid():
        now, by = timezone.now(), reader_of(request)
        if form.cleaned_data["state"] == TodoState.DONE:
            finish_todo(found, now=now, by=by)
        else:
            reopen_todo(found, now=now, by=by)
    looked_at = request.POST.get("show", "")
    url = step_url(customer_id, "actions")
    return redirect(f"{url}?show={looked_at}" if looked_at in FILTERS and looked_at != "all" else url)


@require_POST
@login_required
def crm_stage(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """Have the CRM asked again to set the stage."""
    workspace = _writable(request, customer_id)
    if workspace.renewal is None or not crm.retry(workspace.renewal, now=timezone.now(), by=reader_of(request)):
        raise Http404("There is nothing to try again.")
    messages.success(request, "It is tried again in a moment.")
    return redirect(step_url(customer_id, "actions"))


@login_required
def touch(request: HttpRequest, customer_id: uuid.UUID, touch_id: uuid.UUID) -> HttpResponse:
    """Settle a step of the plan as done or skipped."""
    workspace = _writable(request, customer_id)
    form = TouchForm(request.POST)
    found = next((row for row in workspace.touches if row.pk == touch_id), None)
    if found is None:
        raise Http404
    if request.method == "POST" and form.is_valid():
        try:
            finish_touch(found, state=TouchState(form.cleaned_data["state"]), now=timezone.now(), by=reader_of(request))
        except TouchSettled as error:
            messages.error(request, str(error))
    return redirect(step_url(customer_id, "plan"))


def _change(
    request: HttpRequest,
    customer_id: uuid.UUID,
    form: ReasonForm,
    save: Save,
    *,
    code: str,
    field: str,
    said: str,
) -> HttpResponse:
    """This will save a choice with its reason and bring the emails in line; refused, the step is shown with the input.

    field: which typed value tells the forms of the page apart.
    """
    workspace = _writable(request, customer_id)
    if request.method != "POST" or workspace.run is None:
        return redirect(step_url(customer_id, code))
    if form.is_valid():
        now, by = timezone.now(), reader_of(request)
        try:
            save(workspace.run, now, by)
        except (ValidationError, engage.PlanClosed, NoContract, NotAllowed) as error:
            form.add_error(None, error.messages if isinstance(error, ValidationError) else str(error))
        else:
            refresh_letters(workspace.run, now=now, by=by)
            messages.success(request, f"{said} The plan follows it.")
            return redirect(step_url(customer_id, code))
    refused = FormState(
        field=form.data.get(field, ""),
        reason=form.data.get("reason", ""),
        error=form.reason_error,
        problem=form.other_error,
    )
    return show(request, require_workspace(request, customer_id), code, form=refused)


def _writable(request: HttpRequest, customer_id: uuid.UUID) -> Workspace:
    """This will read the workspace for somebody who may change it: not yours 404, read only 403."""
    workspace = require_workspace(request, customer_id)
    if not reader_of(request).is_writer:
        raise PermissionDenied
    return workspace


def _said(letters: Letters) -> str:
    count = len(letters.drafts)
    words = f"{count} email{'' if count == 1 else 's'} written." if count else "No email could be written."
    missing = "; ".join(f"{row.name}: {row.reason}" for row in letters.not_written)
    return f"{words} {missing}".strip()
