"""The business plan: typed or handed in, compared, approved, its file downloaded."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.models import Customer
from customers.view_base import for_writers, put_errors, reader_of
from emails.rules.blocks import parse_document
from journeys.forms.plans import PlanForm
from journeys.models import BusinessPlan
from journeys.queries.plans import approved_plan, find_plan, last_plan, list_plans
from journeys.rules.comparing import compare_long
from journeys.services.onboarding import StaleNumber
from journeys.services.plans import NoPlan, approve_plan, save_plan
from journeys.views.shared import download, find_client, read_number, say_no


@require_http_methods(["GET", "POST"])
@login_required
def page(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """The plan as it is, and a form for those who may write. What is typed stays, whatever is wrong with it."""
    customer = find_client(request, customer_id)
    last = last_plan(customer)
    has_file = bool(last and last.file_name)
    if request.method == "POST":
        if not reader_of(request).is_writer:
            raise PermissionDenied
        return _save(request, customer, PlanForm(request.POST, request.FILES, has_file=has_file))
    initial = {"version": last.number if last else 0, "body": last.body if last else ""}
    return _render(request, customer, PlanForm(has_file=has_file, initial=initial), last)


def _save(request: HttpRequest, customer: Customer, form: PlanForm) -> HttpResponse:
    if not form.is_valid():
        return _render(request, customer, form, last_plan(customer), status=400)
    data = form.cleaned_data
    try:
        saved = save_plan(
            customer,
            body=data["body"],
            file=data["file"],
            keeps_file=not data.get("drop_file"),
            seen=data["version"],
            now=timezone.now(),
            by=reader_of(request),
        )
    except ValidationError as error:
        put_errors(form, error)
        return _render(request, customer, form, last_plan(customer), status=400)
    except StaleNumber as stale:
        return _show_both(request, customer, form, stale)
    messages.success(request, f"Saved as version {saved.number}.")
    return redirect(_url(customer))


def _show_both(request: HttpRequest, customer: Customer, form: PlanForm, stale: StaleNumber) -> HttpResponse:
    """What was typed stays in the form, which now stands on the version there is; that one is shown beside it."""
    last = last_plan(customer)
    data = request.POST.copy()
    data["version"] = str(stale.current)
    again = PlanForm(data, has_file=bool(last and last.file_name))
    pieces = compare_long(last.body if last else "", form.cleaned_data["body"])
    again.is_valid()
    return _render(request, customer, again, last, status=409, stale=stale, pieces=pieces, lost_file=form.files)


def _render(
    request: HttpRequest,
    customer: Customer,
    form: PlanForm,
    last: BusinessPlan | None,
    *,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    context = {
        "customer": customer,
        "form": form,
        "last": last,
        "approved": approved_plan(customer),
        "blocks": parse_document(last.body) if last else (),
        "may_write": reader_of(request).is_writer,
        **more,
    }
    return render(request, "journeys/business_plan.html", context, status=status)


@require_POST
@for_writers
def approve(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Approve the version that was read; the first month may be written then."""
    customer = find_client(request, customer_id)
    number = read_number(request.POST.get("version", ""))
    try:
        plan = approve_plan(customer, number=number, now=timezone.now(), by=reader_of(request))
    except (NoPlan, StaleNumber) as error:
        say_no(request, error)
    else:
        messages.success(request, f"Version {plan.number} is approved. Deliverables are built on it.")
    return redirect(_url(customer))


@require_GET
@login_required
def versions(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Every version; one is compared with the last, at first the one before it."""
    customer = find_client(request, customer_id)
    rows = list_plans(customer)
    wanted = read_number(request.GET.get("version", ""))
    chosen = next((row for row in rows if row.number == wanted), rows[min(1, len(rows) - 1)] if rows else None)
    context = {
        "customer": customer,
        "noun": "Business plan",
        "rows": rows,
        "chosen": chosen,
        "text": chosen.body if chosen else "",
        "pieces": compare_long(chosen.body, rows[0].body) if chosen else [],
        "file_url": reverse("journeys:plan_file", args=[customer.pk]),
        "back": _url(customer),
    }
    return render(request, "journeys/plan_versions.html", context)


@require_GET
@login_required
def file(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """The file of a version, the last one where none is named."""
    customer = find_client(request, customer_id)
    wanted = request.GET.get("version", "")
    plan = find_plan(customer, read_number(wanted)) if wanted else last_plan(customer)
    if plan is None or not plan.file_name:
        raise Http404
    return download(bytes(plan.content), name=plan.file_name, content_type=plan.content_type)


def _url(customer: Customer) -> str:
    return reverse("journeys:business_plan", args=[customer.pk])
