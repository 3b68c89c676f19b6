"""The workspace of a negotiation: its page, and each thing a person does on it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from customers.models import Customer, User
from customers.view_base import for_writers, put_errors, reader_of
from renewals.enums import ObjectionKind
from renewals.forms.negotiate import NextStepForm, ObjectionForm, SettleForm, StartForm, TermsForm
from renewals.models import Objection, Renewal, TermNote
from renewals.queries.negotiation import Negotiation, read_negotiation
from renewals.services.negotiate import start_negotiate
from renewals.services.objections import (
    NobodyToAnswer,
    ObjectionClosed,
    answer_objection,
    note_objection,
    settle_objection,
)
from renewals.services.renewals import NotAllowed, RenewalClosed, open_renewal_of
from renewals.services.terms import Terms, TermsDecided, decide_terms, note_terms, set_next_step

REFUSALS = (NotAllowed, RenewalClosed, ObjectionClosed, TermsDecided)
Save = Callable[[Renewal, datetime, User], object]


@login_required
@require_GET
def page(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    return _show(request, _negotiation(request, customer_id))


@for_writers
def start(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """Begin before day 70, with the reason on record."""
    form = StartForm(_sent(request))

    def save(renewal: Renewal, now: datetime, by: User) -> None:
        start_negotiate(renewal, reason=form.cleaned_data["reason"], now=now, by=by)

    return _save(request, customer_id, form, save, said="Negotiate has begun.", name="start_form")


@for_writers
def objection_new(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """Note what was said in a call or a meeting."""
    customer = _account(request, customer_id)
    form = ObjectionForm(_sent(request), customer=customer)

    def save(renewal: Renewal, now: datetime, by: User) -> None:
        given = form.cleaned_data
        kind, person = ObjectionKind(given["kind"]), given["stakeholder"]
        note_objection(renewal, kind=kind, quote=given["quote"], stakeholder=person, now=now, by=by)

    return _save(request, customer_id, form, save, said="Noted.", name="objection_form")


@for_writers
@require_POST
def answer(request: HttpRequest, customer_id: uuid.UUID, objection_id: uuid.UUID) -> HttpResponse:
    """Prepare the answer as a draft, and open it."""
    objection = _objection(request, customer_id, objection_id)
    try:
        draft = answer_objection(objection, now=timezone.now(), by=reader_of(request))
    except NobodyToAnswer as error:
        messages.error(request, str(error))
        return redirect("renewals:negotiate", customer_id)
    return redirect("emails:draft", draft.pk)


@for_writers
@require_POST
def settle(request: HttpRequest, customer_id: uuid.UUID, objection_id: uuid.UUID) -> HttpResponse:
    objection = _objection(request, customer_id, objection_id)
    form = SettleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say how the objection was met.")
    else:
        _try(
            request,
            lambda: settle_objection(
                objection, how=form.cleaned_data["how"], now=timezone.now(), by=reader_of(request)
            ),
            said="Settled.",
        )
    return redirect("renewals:negotiate", customer_id)


@for_writers
def terms(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """Note the next version of the terms."""
    form = TermsForm(_sent(request))

    def save(renewal: Renewal, now: datetime, by: User) -> None:
        note_terms(renewal, Terms(**form.cleaned_data), now=now, by=by)

    return _save(request, customer_id, form, save, said="Noted as the next version.", name="terms_form")


@for_writers
@require_POST
def decide(request: HttpRequest, customer_id: uuid.UUID, note_id: uuid.UUID) -> HttpResponse:
    """A lead says whether the terms may be offered."""
    note = get_object_or_404(TermNote.objects.visible_to(reader_of(request)), pk=note_id, renewal__customer=customer_id)
    approved = request.POST.get("decision") == "approve"
    said = "They may be offered." if approved else "They are not to be offered."
    _try(
        request,
        lambda: decide_terms(note, approved=approved, now=timezone.now(), by=reader_of(request)),
        said=said,
    )
    return redirect("renewals:negotiate", customer_id)


@for_writers
def next_step(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    form = NextStepForm(_sent(request))

    def save(renewal: Renewal, now: datetime, by: User) -> None:
        set_next_step(renewal, **form.cleaned_data, owner=by, now=now, by=by)

    return _save(request, customer_id, form, save, said="Noted as a task.", name="step_form")


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _save(
    request: HttpRequest, customer_id: uuid.UUID, form: Form, save: Save, *, said: str, name: str
) -> HttpResponse:
    """This will save what is sent; refused, the workspace is shown with the form as it was typed."""
    negotiation = _negotiation(request, customer_id)
    if request.method != "POST":
        return redirect("renewals:negotiate", customer_id)
    if form.is_valid():
        try:
            now, by = timezone.now(), reader_of(request)
            save(open_renewal_of(negotiation.customer, now=now, by=by), now, by)
        except ValidationError as error:
            put_errors(form, error)
        except REFUSALS as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, said)
            return redirect("renewals:negotiate", customer_id)
    return _show(request, negotiation, **{name: form})


def _show(request: HttpRequest, negotiation: Negotiation, **refused: Form) -> HttpResponse:
    reader = reader_of(request)
    context = {
        "negotiation": negotiation,
        "customer": negotiation.customer,
        "renewal": negotiation.renewal,
        "can_write": reader.is_writer and negotiation.renewal.is_open,
        "is_leader": reader.is_leader,
        "outcome_url": reverse("renewals:outcome", args=[negotiation.customer.pk]),
        "objection_form": ObjectionForm(customer=negotiation.customer),
        "terms_form": TermsForm(),
        "step_form": NextStepForm(),
        "start_form": StartForm(initial={"reason": negotiation.first_words}),
        **refused,
    }
    return render(request, "renewals/negotiate.html", context)


def _try(request: HttpRequest, act: Callable[[], object], *, said: str) -> None:
    try:
        act()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except REFUSALS as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)


def _negotiation(request: HttpRequest, customer_id: uuid.UUID) -> Negotiation:
    negotiation = read_negotiation(_account(request, customer_id), now=timezone.now())
    if negotiation is None:
        raise Http404("This account has no running contract to negotiate about.")
    return negotiation


def _account(request: HttpRequest, customer_id: uuid.UUID) -> Customer:
    rows = Customer.objects.visible_to(reader_of(request)).select_related("owner", "account_executive", "executive")
    customer: Customer = get_object_or_404(rows, pk=customer_id)
    return customer


def _objection(request: HttpRequest, customer_id: uuid.UUID, objection_id: uuid.UUID) -> Objection:
    rows = Objection.objects.visible_to(reader_of(request)).select_related(
        "renewal", "stakeholder", "reply__draft__sender", "answer", "customer__owner"
    )
    objection: Objection = get_object_or_404(rows, pk=objection_id, renewal__customer=customer_id)
    return objection
