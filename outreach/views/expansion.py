"""The expansion of one account: what speaks for it, how to introduce it, and what came of introductions."""

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
from customers.queries.memo import reading_once
from customers.view_base import for_writers, own_url, put_errors, reader_of
from emails.services.editing import NotEditable, StaleVersion
from outreach.enums import Directness, Framing
from outreach.expansion_forms import IntroductionForm, RequestForm
from outreach.models import FeatureRequest, UpsellIntroduction
from outreach.queries.expansion import read_expansion_context
from outreach.queries.introductions import (
    MEANINGS,
    find_unsent,
    list_introductions,
    list_requests,
    read_idle_people,
)
from outreach.queries.opportunities import find_open_opportunity
from outreach.services.feature_requests import Wish, add_requests, remove_request
from outreach.services.introduction_copies import copy_account_executive, drop_account_executive
from outreach.services.introduction_tracking import set_response
from outreach.services.introductions import write_introduction
from outreach.services.opportunities import look_for_expansion

FORM_NAMES = {"to": "__all__", "sender": "__all__"}


@require_http_methods(["GET", "POST"])
@login_required
def page(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """Show what speaks for an expansion; a POST writes the introduction as the person chose."""
    customer = _account(request, customer_id)
    form = IntroductionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not reader_of(request).is_writer:
            raise PermissionDenied
        if form.is_valid() and _write(request, customer, form):
            return redirect(f"{_url(customer)}#introduction")
    return _page(request, customer, form=form)


@require_POST
@for_writers
def request_add(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """Keep what the account asked for."""
    customer = _account(request, customer_id)
    form = RequestForm(request.POST)
    if form.is_valid():
        try:
            made = add_requests(customer, [Wish(**form.cleaned_data)], now=timezone.now(), by=reader_of(request))
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Noted." if made else "This was on record already.")
            return redirect(f"{_url(customer)}#requests")
    return _page(request, customer, request_form=form, status=400)


@require_POST
@for_writers
def request_remove(request: HttpRequest, customer_id: uuid.UUID, request_id: uuid.UUID) -> HttpResponse:
    """Take off what was asked for, as when it was delivered."""
    rows = FeatureRequest.objects.visible_to(reader_of(request))
    row = get_object_or_404(rows, pk=request_id, customer=customer_id)
    gone = remove_request(row, now=timezone.now(), by=reader_of(request))
    messages.success(request, f"Taken off: {row.text}" if gone else "This was taken off already.")
    return redirect(f"{reverse('outreach:expansion', args=[customer_id])}#requests")


@require_POST
@for_writers
def look(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """Put the expansion into the pipeline now, without waiting for the clock."""
    customer = _account(request, customer_id)
    found = look_for_expansion(customer, now=timezone.now(), by=reader_of(request))
    if found is None:
        messages.info(request, "Nothing on record speaks for an expansion yet.")
        return redirect(_url(customer))
    return redirect("outreach:opportunity", found.pk)


@require_POST
@for_writers
def copy(request: HttpRequest, introduction_id: uuid.UUID) -> HttpResponse:
    """Put the account executive into copy, or with `drop` out of it again."""
    introduction = _introduction(request, introduction_id)
    version = request.POST.get("version", "")
    change = drop_account_executive if "drop" in request.POST else copy_account_executive
    try:
        change(
            introduction,
            version=int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else -1,
            now=timezone.now(),
            by=reader_of(request),
        )
    except (ValidationError, StaleVersion, NotEditable) as error:
        messages.error(request, " ".join(error.messages) if isinstance(error, ValidationError) else str(error))
    else:
        executive = introduction.customer.account_executive
        name = executive.display_name if executive else "The account executive"
        said = "is no longer in copy." if "drop" in request.POST else "is in copy, and is told why."
        messages.success(request, f"{name} {said} An approval given before is void.")
    return redirect(_back(request, introduction))


@require_POST
@for_writers
def respond(request: HttpRequest, introduction_id: uuid.UUID) -> HttpResponse:
    """Keep what a person knows was answered."""
    introduction = _introduction(request, introduction_id)
    try:
        answered = set_response(
            introduction, response=request.POST.get("response", ""), now=timezone.now(), by=reader_of(request)
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"Noted: {answered.get_response_display().lower()}.")
    return redirect(_back(request, introduction, anchor="history"))


def _write(request: HttpRequest, customer: Customer, form: IntroductionForm) -> bool:
    chosen = form.cleaned_data
    try:
        write_introduction(
            customer.pk,
            by=reader_of(request),
            now=timezone.now(),
            framing=Framing(chosen["approach"]),
            directness=Directness(chosen["directness"]),
            copies_account_executive=chosen["copies_account_executive"],
        )
    except ValidationError as error:
        put_errors(form, error, form_names=FORM_NAMES)
        return False
    messages.success(request, "The introduction is written. Nothing leaves before you send it.")
    return True


def _page(
    request: HttpRequest,
    customer: Customer,
    *,
    form: IntroductionForm | None = None,
    request_form: RequestForm | None = None,
    status: int = 200,
) -> HttpResponse:
    with reading_once():
        return render(
            request, "outreach/expansion.html", _context(request, customer, form, request_form), status=status
        )


def _context(
    request: HttpRequest, customer: Customer, form: IntroductionForm | None, request_form: RequestForm | None
) -> dict[str, Any]:
    context = read_expansion_context(customer, now=timezone.now())
    introductions = list_introductions(customer)
    given = form.data if form is not None and form.is_bound else {}
    leads_with_ae = context.expansion is not None and context.expansion.led_by == "csm_and_ae"
    return {
        "customer": customer,
        "facts": context.facts,
        "expansion": context.expansion,
        "framing": context.framing,
        "approaches": [(code, code.label, MEANINGS[code]) for code in (context.framing.framing, *_others(context))],
        "chosen": given.get("approach") or context.framing.framing.value,
        "directness": given.get("directness") or Directness.SOFT.value,
        "copies": "copies_account_executive" in given if given else leads_with_ae and _executive(customer),
        "directnesses": Directness.choices,
        "executive": _executive(customer),
        "savings": context.savings,
        "idle": read_idle_people(customer),
        "requests": list_requests(customer),
        "introductions": introductions,
        "unsent": find_unsent(introductions),
        "opportunity": find_open_opportunity(customer),
        "form": form or IntroductionForm(),
        "request_form": request_form or RequestForm(),
        "can_write": reader_of(request).is_writer,
    }


def _others(context: Any) -> list[Framing]:
    return [framing for framing in MEANINGS if framing != context.framing.framing]


def _executive(customer: Customer) -> Any:
    executive = customer.account_executive
    return executive if executive is not None and executive.email and executive.is_active else None


def _account(request: HttpRequest, customer_id: uuid.UUID) -> Customer:
    rows = Customer.objects.visible_to(reader_of(request)).select_related("owner", "account_executive")
    customer: Customer = get_object_or_404(rows, pk=customer_id)
    return customer


def _introduction(request: HttpRequest, introduction_id: uuid.UUID) -> UpsellIntroduction:
    rows = UpsellIntroduction.objects.visible_to(reader_of(request))
    found: UpsellIntroduction = get_object_or_404(
        rows.select_related("customer__account_executive", "draft__sender", "opportunity"), pk=introduction_id
    )
    return found


def _url(customer: Customer) -> str:
    return reverse("outreach:expansion", args=[customer.pk])


def _back(request: HttpRequest, introduction: UpsellIntroduction, *, anchor: str = "") -> str:
    """The page that the person came from, one of ours; else the account's."""
    given = own_url(request, request.POST.get("next", "") or request.headers.get("Referer", ""))
    back = (given or reverse("outreach:expansion", args=[introduction.customer_id])).split("#")[0]
    return f"{back}#{anchor or f'draft-{introduction.draft_id}'}"
