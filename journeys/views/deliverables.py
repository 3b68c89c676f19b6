"""A deliverable's page: read, typed into, written again, compared, approved or sent back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.queries.workspace import get_settings
from customers.view_base import for_writers, put_errors, reader_of
from emails.services.files import clean_file_name
from emails.writing.writers import claude_client
from journeys.forms.deliverables import ByHandForm, RejectForm, RewriteForm
from journeys.models import Deliverable
from journeys.queries.deliverables import (
    deliverable_url,
    find_month,
)
from journeys.queries.journeys import get_open_journey
from journeys.services.changing import Refused
from journeys.services.deliverables import write_deliverable_by_hand
from journeys.services.reviewing import (
    NotAllowed,
    approve_deliverable,
    reject_deliverable,
    submit_revision,
)
from journeys.services.texts import NotOpen, StaleText
from journeys.services.writing import ask_again
from journeys.views.shared import EXPECTED, act_on, back_to, download, find_client, find_text, render_text, say_no
from journeys.writing.deliverable_pdf import make_deliverable_pdf


@require_GET
@login_required
def page(request: HttpRequest, deliverable_id: UUID) -> HttpResponse:
    return render_text(request, find_text(request, deliverable_id))


@require_POST
@for_writers
def approve(request: HttpRequest, deliverable_id: UUID) -> HttpResponse:
    """Deliver it; the client is told."""
    return act_on(request, deliverable_id, approve_deliverable, said="Delivered. The client is told.")


@require_POST
@for_writers
def submit(request: HttpRequest, deliverable_id: UUID) -> HttpResponse:
    """Put the revised text up for review."""
    return act_on(request, deliverable_id, submit_revision, said="Revised. It waits for review again.")


@require_POST
@for_writers
def reject(request: HttpRequest, deliverable_id: UUID) -> HttpResponse:
    """Send it back with a note; a note that is missing is asked for beside its field."""
    deliverable = find_text(request, deliverable_id)
    form = RejectForm(request.POST)
    if not form.is_valid():
        return render_text(request, deliverable, reject=form, status=400)
    data = form.cleaned_data
    try:
        reject_deliverable(
            deliverable, note=data["note"], version=data["version"], now=timezone.now(), by=reader_of(request)
        )
    except ValidationError as error:
        put_errors(form, error)
        return render_text(request, deliverable, reject=form, status=400)
    except (StaleText, NotOpen, NotAllowed) as error:
        say_no(request, error)
        again = RejectForm({"note": data["note"], "version": find_text(request, deliverable_id).version})
        return render_text(request, find_text(request, deliverable_id), reject=again, status=409)
    messages.success(request, "Rejected. A reminder of the revision comes in three days.")
    return back_to(deliverable)


@require_http_methods(["GET", "POST"])
@for_writers
def rewrite(request: HttpRequest, deliverable_id: UUID) -> HttpResponse:
    """Ask what should differ, and have it written again; the old text is kept."""
    deliverable = find_text(request, deliverable_id)
    initial = {"version": deliverable.version, "instruction": deliverable.rejection_note[:500]}
    form = RewriteForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            asked = ask_again(
                deliverable,
                instruction=data["instruction"],
                built_in=data["built_in"],
                version=data["version"],
                now=timezone.now(),
                by=reader_of(request),
            )
        except ValidationError as error:
            put_errors(form, error)
        except EXPECTED as error:
            say_no(request, error)
            return back_to(deliverable)
        else:
            is_there = asked.body and not asked.due_at
            messages.success(request, "Written again." if is_there else "Claude writes it; it comes by itself.")
            return back_to(deliverable)
    context = {"draft": deliverable, "form": form, "back": deliverable_url(deliverable.pk), "has_model": _has_model()}
    return render(request, "journeys/rewrite.html", context, status=400 if form.errors else 200)


def _has_model() -> bool:
    return claude_client() is not None


@require_GET
@login_required
def pdf(request: HttpRequest, deliverable_id: UUID) -> HttpResponse:
    """The deliverable as it would be printed."""
    deliverable = find_text(request, deliverable_id)
    place = f"{deliverable.journey.version.phase_name} {deliverable.month.number}"
    content = make_deliverable_pdf(
        title=deliverable.title,
        heading=place if deliverable.is_delivered else f"{place} · draft, not delivered",
        customer=deliverable.customer.name,
        company=get_settings().company_name,
        body=deliverable.body,
    )
    name = clean_file_name(f"{deliverable.customer.name} M{deliverable.month.number} {deliverable.title}.pdf")
    return download(content, name=name, content_type="application/pdf")


@require_http_methods(["GET", "POST"])
@for_writers
def write(request: HttpRequest, customer_id: UUID, number: int) -> HttpResponse:
    """Write the deliverable of a month of the open journey by hand, where there is no text yet."""
    customer = find_client(request, customer_id)
    journey = get_open_journey(customer)
    month = find_month(customer.pk, journey.pk, number) if journey else None
    if month is None:
        raise Http404
    existing: Deliverable | None = getattr(month, "deliverable", None)
    initial = {"title": existing.title if existing else month.step.title, "body": existing.body if existing else ""}
    form = ByHandForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            made = write_deliverable_by_hand(month, now=timezone.now(), by=reader_of(request), **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
            status = 400
        except (Refused, NotOpen) as error:
            form.add_error(None, str(error))
            status = 409
        else:
            messages.success(request, "Written. It waits for review.")
            return back_to(made)
    context = {"customer": customer, "month": month, "form": form, "existing": existing}
    return render(request, "journeys/write_by_hand.html", context, status=status)
