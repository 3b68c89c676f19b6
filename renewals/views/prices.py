"""A renewal's price set, locked and unlocked, what Prepare found, and how it ended."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as date_format

from customers.models import Contract, Customer
from customers.view_base import put_errors, reader_of
from renewals.enums import Outcome
from renewals.forms.prices import ContractForm, OutcomeForm, PrepareForm, TargetPriceForm
from renewals.models import Renewal
from renewals.queries.facts import find_running_contract
from renewals.queries.term import Term, read_term
from renewals.rules.authority import needs_lead
from renewals.rules.cycles import term_months
from renewals.services.entering import change_renewal
from renewals.services.prepare import update_prepare
from renewals.services.renewals import (
    Ending,
    NoContract,
    NotAllowed,
    NoTargetPrice,
    PriceIsLocked,
    RenewalClosed,
    lock_price,
    open_renewal_of,
    set_outcome,
    set_target_price,
    unlock_price,
)

REFUSALS = (NotAllowed, NoTargetPrice, PriceIsLocked, RenewalClosed)
# The services name fields as the API does.
FORM_NAMES = {"targetPrice": "price", "termMonths": "term_months"}


@login_required
def contract(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """Enter the account's contract, or change the running one."""
    customer = _account(request, customer_id)
    running = find_running_contract(customer)
    shown = copy.copy(running) if running else Contract(customer=customer, currency=customer.currency)
    return _run(
        request,
        customer,
        ContractForm(request.POST or None, instance=shown),
        lambda data: change_renewal(customer, data, now=timezone.now(), by=reader_of(request)),
        heading="Edit the contract" if running else "Enter the contract",
        said="Saved.",
        columns=2,
    )


@login_required
def target_price(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    customer, renewal = _renewal(request, customer_id)
    contract = renewal.contract
    form = TargetPriceForm(request.POST or None, currency=contract.currency, initial={"price": contract.target_price})
    return _run(
        request,
        customer,
        form,
        lambda data: set_target_price(renewal, price=data["price"], now=timezone.now(), by=reader_of(request)),
        heading="Target price",
        lead="What we ask for the next term. Letters and the proposal may state it once it is locked.",
        said="Saved.",
    )


@login_required
def lock(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """Ask once, then lock."""
    customer, renewal = _renewal(request, customer_id)
    increase = renewal.contract.increase_pct
    points = ["Letters and the proposal may state it.", "To change it, it must be unlocked first."]
    if needs_lead(increase) and not reader_of(request).is_leader:
        points.append("This price needs a lead: it is a discount, or an increase above 15 %.")
    return _ask(
        request,
        customer,
        lambda: lock_price(renewal, now=timezone.now(), by=reader_of(request)),
        template="renewals/lock_price.html",
        context={"renewal": renewal, "points": points},
        said="Saved. The price is locked.",
    )


@login_required
def unlock(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    customer, renewal = _renewal(request, customer_id)
    points = ["Mails that state the price do not leave until it is locked again."]
    return _ask(
        request,
        customer,
        lambda: unlock_price(renewal, now=timezone.now(), by=reader_of(request)),
        template="renewals/unlock_price.html",
        context={"renewal": renewal, "points": points},
        said="Saved. The price is unlocked.",
    )


@login_required
def prepare(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    customer, renewal = _renewal(request, customer_id)
    form = PrepareForm(request.POST or None, instance=copy.copy(renewal))
    return _run(
        request,
        customer,
        form,
        lambda data: update_prepare(renewal, data, now=timezone.now(), by=reader_of(request)),
        heading="What Prepare found",
        said="Saved.",
        columns=2,
    )


@login_required
def outcome(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """Record how the renewal ended; anything but churn opens the next cycle."""
    customer, renewal = _renewal(request, customer_id)
    contract = renewal.contract
    initial = {
        "renewal": renewal.pk,
        "price": contract.target_price if contract.target_price is not None else contract.current_price,
        "term_months": term_months(contract.start_date, contract.renewal_date),
    }
    form = OutcomeForm(request.POST or None, initial=initial)
    return _run(
        request,
        customer,
        form,
        lambda data: set_outcome(renewal, ending=_ending(data), now=timezone.now(), by=reader_of(request)),
        heading="Record the outcome",
        lead=f"This closes the renewal of {date_format(contract.renewal_date, 'j M Y')} and its plan. "
        "Unless the customer leaves, the next term begins with it.",
        said="Recorded.",
    )


def _ending(data: Mapping[str, Any]) -> Ending:
    return Ending(Outcome(data["outcome"]), data["price"], data["term_months"], data["reason"])


def _account(request: HttpRequest, customer_id: uuid.UUID) -> Customer:
    """This will find an account of the reader's (else 404), for those who may change it (else 403)."""
    customer: Customer = get_object_or_404(Customer.objects.visible_to(reader_of(request)), pk=customer_id)
    if not reader_of(request).is_writer:
        raise PermissionDenied
    return customer


def _renewal(request: HttpRequest, customer_id: uuid.UUID) -> tuple[Customer, Renewal]:
    """This will find the account's running renewal, opened where it was not yet; 404 where it is not the reader's."""
    customer = _account(request, customer_id)
    term: Term | None = read_term(customer, now=timezone.now())
    if term is not None and term.renewal is not None:
        term.renewal.contract = term.contract
        return customer, term.renewal
    try:
        return customer, open_renewal_of(customer, now=timezone.now(), by=reader_of(request))
    except NoContract:
        raise Http404("This account has no running contract.") from None


def _run(
    request: HttpRequest,
    customer: Customer,
    form: BaseForm,
    save: Callable[[Mapping[str, Any]], Any],
    *,
    heading: str,
    said: str,
    lead: str = "",
    columns: int = 1,
) -> HttpResponse:
    """This will show the form and save what is sent; what the services refuse stands beside its field."""
    back = _panel_url(customer)
    if request.method == "POST" and form.is_valid():
        try:
            save(form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error, form_names=FORM_NAMES)
        except REFUSALS as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, said)
            return redirect(back)
    page = {"heading": heading, "lead": lead, "back": back, "action": "Save", "customer": customer, "columns": columns}
    return render(request, "customers/form_page.html", {"page": page, "form": form})


def _ask(
    request: HttpRequest,
    customer: Customer,
    act: Callable[[], bool],
    *,
    template: str,
    context: dict[str, Any],
    said: str,
) -> HttpResponse:
    if request.method != "POST":
        return render(request, template, {"customer": customer, "back": _panel_url(customer), **context})
    try:
        done = act()
    except REFUSALS as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said if done else "Nothing to do: it was so already.")
    return redirect(_panel_url(customer))


def _panel_url(customer: Customer) -> str:
    return reverse("customers:account", args=[customer.pk]) + "#renewal"
