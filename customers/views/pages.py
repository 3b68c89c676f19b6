"""What the pages of an account share: finding a row of the reader's, a page with one form, a page that asks once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from customers.models import Customer
from customers.view_base import put_errors, reader_of

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class FormPage:
    """A page with one form. back: where it leads when left. columns: 2 sets short fields side by side."""

    heading: str
    form: BaseForm
    back: str
    customer: Customer | None = None
    lead: str = ""
    action: str = "Save"
    columns: int = 1


@dataclass(frozen=True)
class Question:
    """A page that asks once before something is done. points: what will happen, in sentences."""

    heading: str
    text: str
    action: str
    back: str
    customer: Customer
    points: tuple[str, ...] = ()
    danger: bool = False


def find(model: type[Row], request: HttpRequest, pk: uuid.UUID, **conditions: Any) -> Row:
    """This will find a row that the reader may see; what is not theirs is not there (404)."""
    rows: Any = model._default_manager
    found: Row = get_object_or_404(rows.visible_to(reader_of(request)), pk=pk, **conditions)
    return found


def account_url(customer: Customer | uuid.UUID, anchor: str = "") -> str:
    pk = customer.pk if isinstance(customer, Customer) else customer
    return reverse("customers:account", args=[pk]) + (f"#{anchor}" if anchor else "")


def run_form(
    request: HttpRequest, page: FormPage, *, save: Callable[[Mapping[str, Any]], Any], said: str, then: str = ""
) -> HttpResponse:
    """This will show the form, and save what is sent: errors stand beside their fields, with the input kept.

    said: the message after saving. then: where to go on; empty: page.back.
    """
    form = page.form
    if request.method == "POST" and form.is_valid():
        try:
            save(form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, said)
            return redirect(then or page.back)
    return render(request, "customers/form_page.html", {"page": page, "form": form})


def run_question(request: HttpRequest, question: Question, *, act: Callable[[], str]) -> HttpResponse:
    """This will ask, and act on the answer. act: gives the message; its ValidationError is shown instead."""
    if request.method != "POST":
        return render(request, "customers/question_page.html", {"page": question})
    try:
        messages.success(request, act())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(question.back)
