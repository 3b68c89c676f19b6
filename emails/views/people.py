"""One person at an account: what mail reaches them, and taking them off."""

from __future__ import annotations

import json
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from customers.models import Stakeholder
from customers.view_base import for_leaders, for_writers, reader_of
from emails.enums import SuppressionCause
from emails.forms import SuppressForm
from emails.queries.contact_data import Encoder, collect, count_known, list_same_person
from emails.queries.suppression_list import read_person_mail
from emails.services.erasing import erase_contact, export_noted
from emails.services.suppression import suppress


@require_GET
@login_required
def mail(request: HttpRequest, customer_id: UUID, person_id: UUID) -> HttpResponse:
    """Show the topics that reach the person, what stops the others, and what waits or is away."""
    person = find_person(request, customer_id, person_id)
    reader = reader_of(request)
    context = {
        "person": person,
        "customer": person.customer,
        "mail": read_person_mail(person, reader=reader),
        "can_write": reader.is_writer,
        "can_lead": reader.is_leader,
    }
    return render(request, "emails/person_mail.html", context)


@require_http_methods(["GET", "POST"])
@for_writers
def take_off(request: HttpRequest, customer_id: UUID, person_id: UUID) -> HttpResponse:
    """Stop mail to the person on a colleague's word."""
    person = find_person(request, customer_id, person_id, has_address=True)
    form = SuppressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = suppress(
            person.email,
            cause=SuppressionCause.PERSON,
            customer=person.customer_id,
            note=form.cleaned_data["note"],
            now=timezone.now(),
            by=reader_of(request),
        )
        messages.success(request, f"Nothing more is sent to {person.name}.")
        if done.letters.in_flight:
            away = ", ".join(f"“{draft}”" for draft in done.letters.in_flight)
            messages.warning(request, f"Already on its way: {away}.")
        return redirect("emails:person_mail", customer_id, person_id)
    waiting = read_person_mail(person, reader=reader_of(request))
    context = {"person": person, "customer": person.customer, "form": form, "mail": waiting}
    return render(request, "emails/take_off.html", context)


@require_GET
@for_leaders
def export(request: HttpRequest, customer_id: UUID, person_id: UUID) -> HttpResponse:
    """Everything known of the contact as a file, on record."""
    person, reader = find_person(request, customer_id, person_id), reader_of(request)
    body = json.dumps(collect(person, reader=reader), cls=Encoder, ensure_ascii=False, indent=2)
    export_noted(person, now=timezone.now(), by=reader)
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="contact-{person.pk}.json"'
    return response


@require_http_methods(["GET", "POST"])
@for_leaders
def erase(request: HttpRequest, customer_id: UUID, person_id: UUID) -> HttpResponse:
    """Ask once, naming what goes and what stays; then erase."""
    person, reader = find_person(request, customer_id, person_id), reader_of(request)
    if request.method == "POST":
        done = erase_contact(person, now=timezone.now(), by=reader)
        letters = f"{done.letters} letter{'' if done.letters == 1 else 's'}"
        messages.success(request, f"Erased, with the text of {letters}. Nobody writes to this address again.")
        return redirect("customers:account", customer_id)
    people = list_same_person(person, reader=reader)
    context = {
        "person": person,
        "customer": person.customer,
        "accounts": [one.customer.name for one in people],
        "counts": count_known(people),
    }
    return render(request, "emails/erase.html", context)


def find_person(request: HttpRequest, customer_id: UUID, person_id: UUID, *, has_address: bool = False) -> Stakeholder:
    """Give the person if the reader may see them; not theirs is 404."""
    rows = Stakeholder.objects.visible_to(reader_of(request)).select_related("customer")
    if has_address:
        rows = rows.exclude(email="")
    found: Stakeholder = get_object_or_404(rows, pk=person_id, customer=customer_id)
    return found
