"""Sequences of one account: who is in one, who could be, and what is done about it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from customers.models import Customer
from customers.view_base import for_writers, reader_of
from emails.services.sending import NotAllowed, Refused
from outreach.enrollment_forms import EnrollForm
from outreach.enums import AskedThrough, EnrollmentState, Standing, Wish
from outreach.models import Enrollment, OutreachSequence
from outreach.queries.enrollments import list_of_customer, list_people, weigh_people
from outreach.queries.outreach_io import find_mailbox, list_offered
from outreach.queries.outreach_mails import attach_mails, list_other_mails
from outreach.rules.enrollment.criteria import Wanted
from outreach.services.enrolling import (
    Asking,
    CannotEnroll,
    EnrollmentMoved,
    approve_enrollment,
    ask_to_enroll,
    decline_enrollment,
)
from outreach.services.enrollment_control import Outcome, change_all, change_of

PAST_SHOWN = 30


@require_http_methods(["GET", "POST"])
@login_required
def page(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """Show who is in which sequence; a POST puts people forward."""
    customer = _account(request, customer_id)
    sequences: list[OutreachSequence] = list(list_offered().prefetch_related(None))
    people = list_people(customer)
    form = None
    if request.method == "POST":
        if not reader_of(request).is_writer:
            raise PermissionDenied
        form = EnrollForm(request.POST, sequences=sequences, people=people)
        if form.is_valid() and _enroll(request, customer, form, people):
            return redirect(_url(customer))
    return _page(request, customer, sequences=sequences, people=people, form=form)


@require_POST
@for_writers
def change(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """Pause, resume or remove: one person's way through a sequence, or all of the account."""
    customer, now, by = _account(request, customer_id), timezone.now(), reader_of(request)
    try:
        wish = Wish(request.POST.get("wish", ""))
    except ValueError:
        messages.error(request, "There is nothing of this name to do.")
        return redirect(_url(customer))
    if not request.POST.get("enrollment"):
        _say(request, change_all(customer, wish, now=now, by=by))
        return redirect(_url(customer))
    row = _enrollment(request, customer, request.POST["enrollment"])
    outcomes = change_of(row.stakeholder, wish, now=now, by=by, sequence_id=row.sequence_id)
    _say(request, [one for one in outcomes if one.enrollment.pk == row.pk] or outcomes)
    return redirect(_url(customer))


@require_POST
@for_writers
def decide(request: HttpRequest, customer_id: uuid.UUID, enrollment_id: uuid.UUID) -> HttpResponse:
    """Approve what waits, also though an Engage plan is open, or decline it."""
    customer = _account(request, customer_id)
    row, now, by = _enrollment(request, customer, str(enrollment_id)), timezone.now(), reader_of(request)
    verdict = request.POST.get("verdict", "")
    try:
        if verdict == "decline":
            decline_enrollment(row, reason=request.POST.get("reason", ""), now=now, by=by)
            messages.success(request, f"Declined: {row.stakeholder.name} is not enrolled.")
        elif verdict in ("approve", "anyway"):
            approved = approve_enrollment(row, now=now, by=by, anyway=verdict == "anyway")
            waits = f" It waits: {approved.outcome}" if approved.outcome else " It is done in a moment."
            messages.success(request, f"Approved.{waits}")
        else:
            messages.error(request, "It is yes or no.")
    except (Refused, NotAllowed, EnrollmentMoved) as error:
        messages.error(request, str(error))
    return redirect(_url(customer))


def _enroll(request: HttpRequest, customer: Customer, form: EnrollForm, people: list[Any]) -> bool:
    """Put forward whom the reader ticked; what cannot be is said by name."""
    chosen = set(form.cleaned_data["people"])
    through = AskedThrough.STAKEHOLDER if form.data.get("person") in chosen else AskedThrough.ACCOUNT
    asking = Asking(int(form.cleaned_data["sequence"]), through)
    done = 0
    for person in (one for one in people if str(one.pk) in chosen):
        person.customer = customer
        try:
            ask_to_enroll(person, asking, now=timezone.now(), by=reader_of(request))
            done += 1
        except CannotEnroll as error:
            form.add_error("people", f"{person.name}: {error}")
        except ValidationError as error:
            form.add_error("sequence", error.messages[0])
            break
    if done:
        noun = "person waits" if done == 1 else "people wait"
        messages.success(request, f"{done} {noun} for approval. Nothing is sent before that.")
    return not form.errors


def _page(
    request: HttpRequest,
    customer: Customer,
    *,
    sequences: list[OutreachSequence],
    people: list[Any],
    form: EnrollForm | None,
) -> HttpResponse:
    now, rows = timezone.now(), list_of_customer(customer)
    said = form.data if form is not None else request.GET
    asked, wanted = said.get("sequence", ""), said.get("person", "")
    alone = next((one for one in people if str(one.pk) == wanted), None)
    chosen = next((one for one in sequences if str(one.sequence_id) == asked), None)
    candidates = []
    if chosen is not None:
        meant = [alone] if alone else people
        candidates = weigh_people(customer, meant, sequence_id=chosen.sequence_id, wanted=Wanted(), now=now)
    there = [row for row in rows if row.is_there]
    live, past = [row for row in rows if row.is_live], [row for row in rows if not row.is_live][:PAST_SHOWN]
    attach_mails([*live, *past])
    context = {
        "customer": customer,
        "rows": live,
        "past": past,
        "others": list_other_mails(customer.pk),
        "can_pause": any(row.standing != Standing.PAUSED for row in there),
        "can_resume": any(row.standing == Standing.PAUSED for row in there),
        "there": there,
        "sequences": sequences,
        "chosen": chosen,
        "candidates": candidates,
        "alone": alone,
        "ticked": form.data.getlist("people") if form is not None else [wanted],  # type: ignore[attr-defined]
        "form": form,
        "mailbox": find_mailbox(customer.owner),
        "pending": EnrollmentState.PENDING,
        "can_write": reader_of(request).is_writer,
    }
    return render(request, "outreach/sequences.html", context, status=400 if form is not None else 200)


def _say(request: HttpRequest, outcomes: list[Outcome]) -> None:
    """Say for each what happened."""
    if not outcomes:
        messages.info(request, "There was nobody to do this for.")
    for one in outcomes:
        said = f"{one.enrollment.stakeholder.name}, “{one.enrollment.sequence_name}”: {one.message}"
        (messages.success if one.is_done else messages.warning)(request, said)


def _account(request: HttpRequest, customer_id: uuid.UUID) -> Customer:
    rows = Customer.objects.visible_to(reader_of(request)).select_related("owner")
    found: Customer = get_object_or_404(rows, pk=customer_id)
    return found


def _enrollment(request: HttpRequest, customer: Customer, said: str) -> Enrollment:
    rows = Enrollment.objects.visible_to(reader_of(request)).select_related("stakeholder", "customer__owner")
    try:
        wanted = uuid.UUID(said)
    except ValueError:
        wanted = uuid.UUID(int=0)
    found: Enrollment = get_object_or_404(rows, pk=wanted, customer=customer)
    return found


def _url(customer: Customer) -> str:
    return reverse("outreach:sequences", args=[customer.pk])
