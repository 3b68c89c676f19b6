"""The price list: what can be sold, kept by leads and ops, seen by all of us."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from customers.view_base import for_leaders, put_errors, reader_of
from outreach.expansion_forms import OfferForm
from outreach.models import Offer
from outreach.services.feature_requests import save_offer
from outreach.view_base import expansion_tabs


@require_GET
@login_required
def listing(request: HttpRequest) -> HttpResponse:
    """The plans, cheapest first."""
    context = {
        "offers": list(Offer.objects.visible_to(reader_of(request))),
        "can_change": reader_of(request).is_leader,
        "tabs": expansion_tabs("outreach:offers"),
    }
    return render(request, "outreach/offers.html", context)


@require_http_methods(["GET", "POST"])
@for_leaders
def new(request: HttpRequest) -> HttpResponse:
    """Put a plan on the list."""
    return _edit(request, None)


@require_http_methods(["GET", "POST"])
@for_leaders
def edit(request: HttpRequest, offer_id: uuid.UUID) -> HttpResponse:
    """Change a plan, or take it off what is offered."""
    return _edit(request, get_object_or_404(Offer.objects.visible_to(reader_of(request)), pk=offer_id))


def _edit(request: HttpRequest, offer: Offer | None) -> HttpResponse:
    form = OfferForm(request.POST or None, instance=offer)
    if request.method == "POST" and form.is_valid():
        try:
            kept = save_offer(offer, form.cleaned_data, now=timezone.now(), by=reader_of(request))
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"On the price list: {kept.name}")
            return redirect("outreach:offers")
    return render(request, "outreach/offer.html", {"form": form, "offer": offer})
