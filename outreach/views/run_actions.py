"""What a person does on a run's page: a yes, another try, leaving out, cancelling, the answer that they heard."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from customers.queries.workspace import get_settings
from customers.view_base import for_writers, put_errors, reader_of
from emails.services.editing import NotEditable, StaleVersion
from emails.services.sending import NotAllowed, Refused
from outreach.enums import UpsellReply, UpsellStepName
from outreach.queries.upsell_runs import list_runs
from outreach.run_forms import ApproveForm, ReasonForm, ReplyForm
from outreach.services.upsell import answering, deciding
from outreach.views.runs import show

REFUSALS = (deciding.NotPossible, answering.NothingToAnswer, NotAllowed, Refused, NotEditable, StaleVersion)


@require_POST
@for_writers
def approve(request: HttpRequest, upsell_run_id: uuid.UUID, name: str) -> HttpResponse:
    form = ApproveForm(request.POST)
    return _act(
        request, upsell_run_id, form, "approve_form", "Approved.", name,
        lambda run, asked: deciding.approve_step(
            run, _step(name), now=timezone.now(), by=reader_of(request),
            estimated_value=asked["estimated_value"], starts_at=asked["starts_at"],
            undo_seconds=get_settings().undo_seconds,
        ),
    )  # fmt: skip


@require_POST
@for_writers
def retry(request: HttpRequest, upsell_run_id: uuid.UUID, name: str) -> HttpResponse:
    form = ApproveForm(request.POST)
    return _act(
        request, upsell_run_id, form, "approve_form", "It is tried again.", name,
        lambda run, asked: deciding.retry_step(
            run, _step(name), now=timezone.now(), by=reader_of(request), starts_at=asked["starts_at"]
        ),
    )  # fmt: skip


@require_POST
@for_writers
def skip(request: HttpRequest, upsell_run_id: uuid.UUID, name: str) -> HttpResponse:
    form = ReasonForm(request.POST)
    return _act(
        request, upsell_run_id, form, "reason_form", "Left out.", name,
        lambda run, asked: deciding.skip_step(
            run, _step(name), now=timezone.now(), by=reader_of(request), reason=asked["reason"]
        ),
    )  # fmt: skip


@require_POST
@for_writers
def cancel(request: HttpRequest, upsell_run_id: uuid.UUID) -> HttpResponse:
    form = ReasonForm(request.POST, auto_id="id_cancel_%s")
    return _act(
        request, upsell_run_id, form, "cancel_form", "The run is cancelled.", "",
        lambda run, asked: deciding.cancel_run(
            run, now=timezone.now(), by=reader_of(request), reason=asked["reason"]
        ),
    )  # fmt: skip


@require_POST
@for_writers
def reply(request: HttpRequest, upsell_run_id: uuid.UUID) -> HttpResponse:
    form = ReplyForm(request.POST)
    return _act(
        request, upsell_run_id, form, "reply_form", "The answer is put down.", "",
        lambda run, asked: answering.take_reply(
            run.pk, UpsellReply(asked["reply"]), now=timezone.now(), by=reader_of(request), how="by word of a colleague"
        ),
    )  # fmt: skip


def _act(
    request: HttpRequest,
    run_id: uuid.UUID,
    form: forms.Form,
    form_name: str,
    said: str,
    step: str,
    act: Callable[[Any, dict[str, Any]], Any],
) -> HttpResponse:
    run = get_object_or_404(list_runs(reader_of(request)), pk=run_id)
    if form.is_valid():
        try:
            act(run, form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        except REFUSALS as refusal:
            messages.error(request, str(refusal))
            return redirect("outreach:run", run.pk)
        else:
            messages.success(request, said)
            return redirect("outreach:run", run.pk)
    return show(request, run_id, **{form_name: form}, wrong_step=step)


def _step(name: str) -> UpsellStepName:
    try:
        return UpsellStepName(name)
    except ValueError:
        raise Http404("There is no such step.") from None
