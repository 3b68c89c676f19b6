"""The links of a client's contacts: who has one, a new one, and an end to one that went astray."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from customers.models import Customer
from customers.view_base import for_writers, put_errors, reader_of
from journeys.forms.portal import LinkForm
from journeys.models import Journey, PortalLink
from journeys.queries.portal_links import find_linked_journey, list_links
from journeys.services.portal import make_link, revoke_link


@require_GET
@login_required
def listing(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Who may open the journey. The addresses themselves are shown to those who may write: they are keys."""
    customer, reader = _find_customer(request, customer_id), reader_of(request)
    context = {
        "customer": customer,
        "lines": list_links(customer, now=timezone.now(), with_urls=reader.is_writer),
        "journey": find_linked_journey(customer),
        "can_write": reader.is_writer,
    }
    return render(request, "journeys/portal_links.html", context)


@require_http_methods(["GET", "POST"])
@for_writers
def new(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    customer = _find_customer(request, customer_id)
    journey: Journey = get_object_or_404(Journey, pk=getattr(find_linked_journey(customer), "pk", None))
    form = LinkForm(request.POST or None, customer=customer)
    if request.method == "POST" and form.is_valid():
        person = form.cleaned_data["stakeholder"]
        try:
            make_link(journey, person, now=timezone.now(), by=reader_of(request))
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"{person.name} has a new link; copy it from the list.")
            return redirect("journeys:portal_links", customer_id)
    return render(request, "journeys/portal_link_new.html", {"customer": customer, "form": form})


@require_http_methods(["GET", "POST"])
@for_writers
def revoke(request: HttpRequest, customer_id: UUID, link_id: UUID) -> HttpResponse:
    rows = PortalLink.objects.visible_to(reader_of(request)).select_related("stakeholder", "customer")
    link: PortalLink = get_object_or_404(rows, pk=link_id, customer=customer_id)
    if request.method == "POST":
        done = revoke_link(link, now=timezone.now(), by=reader_of(request))
        messages.success(request, "Revoked: it opens nothing any more." if done else "It was revoked already.")
        return redirect("journeys:portal_links", customer_id)
    return render(request, "journeys/portal_link_revoke.html", {"link": link, "customer": link.customer})


def _find_customer(request: HttpRequest, customer_id: UUID) -> Customer:
    found: Customer = get_object_or_404(Customer.objects.visible_to(reader_of(request)), pk=customer_id)
    return found
