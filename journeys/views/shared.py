"""What the pages of a client's journey share: finding what is asked for, saying no, leading back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header

from customers.models import Customer
from customers.view_base import reader_of
from journeys.forms.deliverables import RejectForm
from journeys.models import Deliverable
from journeys.queries.deliverables import deliverable_url, find_deliverable, make_deliverable_card
from journeys.services.changing import Refused
from journeys.services.reviewing import NotAllowed, OpenClaims
from journeys.services.texts import NotOpen, StaleText

LONGEST_NUMBER = 9
EXPECTED = (ValidationError, StaleText, NotOpen, NotAllowed, OpenClaims, Refused)
"""What a service may say no with; said to the person, never a page of errors."""


def find_client(request: HttpRequest, customer_id: UUID) -> Customer:
    """Give the account if the reader may see it; not theirs is 404."""
    customer: Customer = get_object_or_404(Customer.objects.visible_to(reader_of(request)), pk=customer_id)
    return customer


def read_number(text: str) -> int:
    """A number of a form or address; -1 where it is none, which no version is."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER else -1


def say_no(request: HttpRequest, error: Exception) -> None:
    """Put a service's refusal into words on the page."""
    messages.error(request, " ".join(error.messages) if isinstance(error, ValidationError) else str(error))


def download(content: bytes, *, name: str, content_type: str) -> HttpResponse:
    """A file is handed out as it is, and never shown as a page of ours."""
    response = HttpResponse(content, content_type=content_type or "application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def find_text(request: HttpRequest, deliverable_id: UUID) -> Deliverable:
    """Give the deliverable if the reader may see it; not theirs is 404."""
    found = find_deliverable(deliverable_id, user=reader_of(request))
    if found is None:
        raise Http404
    return found


def render_text(
    request: HttpRequest, deliverable: Deliverable, *, reject: RejectForm | None = None, status: int = 200
) -> HttpResponse:
    """A deliverable's page, whole, also for a script that changed one of its claims: what stands beside it follows."""
    context = {
        "draft": deliverable,
        "card": make_deliverable_card(deliverable, reader=reader_of(request)),
        "reject": reject or RejectForm(initial={"version": deliverable.version}),
    }
    response = render(request, "journeys/deliverable.html", context, status=status)
    if request.headers.get("HX-Request") and request.method == "POST":
        response.headers["HX-Retarget"] = response.headers["HX-Reselect"] = "#content"
        response.headers["HX-Reswap"] = "outerHTML"
    return response


def act_on(request: HttpRequest, deliverable_id: UUID, act: Callable[..., Any], *, said: str = "") -> HttpResponse:
    """Do one thing to the version that was seen, and lead back to the page."""
    deliverable = find_text(request, deliverable_id)
    version = read_number(request.POST.get("version", ""))
    try:
        act(deliverable, version=version, now=timezone.now(), by=reader_of(request))
    except EXPECTED as error:
        say_no(request, error)
    else:
        if said:
            messages.success(request, said)
    if request.headers.get("HX-Request"):
        return render_text(request, find_text(request, deliverable_id))
    return back_to(deliverable)


def back_to(deliverable: Deliverable) -> HttpResponse:
    return redirect(deliverable_url(deliverable.pk))
