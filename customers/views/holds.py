"""An account put on hold and resumed; a brake released."""

from __future__ import annotations

import uuid

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from customers.enums import HoldScope
from customers.forms.work import HoldForm
from customers.models import Customer, Hold
from customers.services.holds import AlreadyHeld, HoldEndsBeforeItStarts, clear_brake, end_hold, hold_customer
from customers.view_base import for_writers, reader_of
from customers.views.pages import FormPage, Question, account_url, find, run_form, run_question


@for_writers
def hold(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    customer = find(Customer, request, customer_id)
    form = HoldForm(request.POST or None, customer=customer)
    page = FormPage(
        "Put on hold",
        form,
        account_url(customer),
        customer,
        lead="Nothing leaves for this account while it is held. What is planned waits; nothing is lost.",
        action="Hold",
    )

    def save(data: object) -> None:
        given = form.cleaned_data
        try:
            hold_customer(
                customer,
                scope=HoldScope(given["scope"]),
                until=given["until"],
                reason=given["reason"],
                now=timezone.now(),
                by=reader_of(request),
            )
        except AlreadyHeld as error:
            raise ValidationError({"scope": str(error)}) from error
        except HoldEndsBeforeItStarts as error:
            raise ValidationError({"until": str(error)}) from error

    return run_form(request, page, save=save, said="On hold. Nothing leaves for this account.")


@for_writers
def resume(request: HttpRequest, customer_id: uuid.UUID, hold_id: uuid.UUID) -> HttpResponse:
    row = find(Hold, request, hold_id, customer=customer_id, ended_at=None)

    def act() -> str:
        ended = end_hold(row, now=timezone.now(), by=reader_of(request))
        return "Resumed. What waited goes on." if ended else "The hold had ended already."

    question = Question(
        heading=f"Resume {row.customer.name}?",
        text=f"The hold ({row.get_scope_display().lower()}) ends now, and what waited may leave again.",
        action="Resume",
        back=account_url(customer_id),
        customer=row.customer,
    )
    return run_question(request, question, act=act)


@for_writers
def release(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """Release the brake that a reply set: planned contacts go on as they were."""
    customer = find(Customer, request, customer_id)

    def act() -> str:
        released = clear_brake(customer, now=timezone.now(), by=reader_of(request))
        return "Resumed. Planned contacts go on." if released else "Nothing was stopped."

    question = Question(
        heading="Go on as planned?",
        text="A reply stopped every planned contact to this account. Going on lets them leave again on their days.",
        action="Go on",
        back=account_url(customer),
        customer=customer,
    )
    return run_question(request, question, act=act)
