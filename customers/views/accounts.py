"""An account made, changed, merged with another."""

from __future__ import annotations

import copy
import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from customers.forms.accounts import AccountForm
from customers.forms.sending_rules import SendingRulesForm
from customers.models import Customer
from customers.queries.merging import count_rows, list_candidates
from customers.queries.workspace import get_settings
from customers.services.accounts import create_customer, update_customer
from customers.services.merging import MergeRefused, find_obstacles, merge_customers
from customers.services.sending_rules import change_sending_rules
from customers.view_base import for_writers, reader_of
from customers.views.pages import FormPage, account_url, find, run_form


@for_writers
def new(request: HttpRequest) -> HttpResponse:
    """Make an account; it is the maker's unless a lead says otherwise."""
    reader = reader_of(request)
    form = AccountForm(request.POST or None, user=reader, initial={"owner": reader, "timezone": reader.timezone})
    page = FormPage("New account", form, back="/", action="Make the account", columns=2)
    made: list[Customer] = []
    response = run_form(
        request,
        page,
        save=lambda data: made.append(create_customer(data, now=timezone.now(), by=reader)),
        said="Made. Enter its contract and its people next.",
    )
    return redirect(account_url(made[0])) if made else response


@for_writers
def edit(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    customer, reader = find(Customer, request, customer_id), reader_of(request)
    form = AccountForm(request.POST or None, user=reader, instance=copy.copy(customer))
    page = FormPage("Edit account", form, back=account_url(customer), customer=customer, columns=2)
    return run_form(
        request,
        page,
        save=lambda data: update_customer(customer, data, now=timezone.now(), by=reader),
        said="Saved.",
    )


@for_writers
def sending(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """When and how often mails leave to this account."""
    customer, reader = find(Customer, request, customer_id), reader_of(request)
    form = SendingRulesForm(request.POST or None, user=reader, workspace=get_settings(), instance=copy.copy(customer))
    page = FormPage(
        "When mails leave",
        form,
        back=account_url(customer),
        customer=customer,
        lead="What is left empty is as the workspace has it. Letters that wait are looked at again.",
        columns=2,
    )
    return run_form(
        request,
        page,
        save=lambda data: change_sending_rules(customer, data, now=timezone.now(), by=reader),
        said="Saved.",
    )


@for_writers
def merge(request: HttpRequest, customer_id: uuid.UUID) -> HttpResponse:
    """Look for the account that goes into this one."""
    kept = find(Customer, request, customer_id)
    text = request.GET.get("q", "").replace("\0", "").strip()
    candidates = list_candidates(kept, reader_of(request), text=text)
    return render(request, "customers/merge.html", {"customer": kept, "text": text, "candidates": candidates})


@for_writers
def merge_confirm(request: HttpRequest, customer_id: uuid.UUID, gone_id: uuid.UUID) -> HttpResponse:
    """Show what moves, ask once, merge."""
    kept, gone = find(Customer, request, customer_id), find(Customer, request, gone_id)
    if request.method == "POST":
        try:
            merge_customers(kept=kept, gone=gone, now=timezone.now(), by=reader_of(request))
        except MergeRefused as error:
            messages.error(request, f"Nothing was merged. {error}")
            return redirect(reverse("customers:merge_confirm", args=[kept.pk, gone.pk]))
        except ValidationError as error:
            messages.error(request, f"Nothing was merged. {' '.join(error.messages)}")
            return redirect(account_url(kept))
        messages.success(request, f"Merged: {gone.name} is part of this account now.")
        return redirect(account_url(kept))
    context = {
        "customer": kept,
        "gone": gone,
        "obstacles": find_obstacles(kept=kept, gone=gone),
        "counts": count_rows(gone),
    }
    return render(request, "customers/merge_confirm.html", context)
