"""The settings page of absences: who is away, who stands in."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from customers.forms.absences import AbsenceForm
from customers.queries.absences import list_absences, may_take_back
from customers.services.absences import MayNotSetAbsence, set_absence, take_back_absence
from customers.view_base import for_writers, put_errors, reader_of
from customers.views.settings import show

TAB = "customers:settings_absences"
PAGE_SIZE = 30


@login_required
@require_http_methods(["GET"])
def listing(request: HttpRequest) -> HttpResponse:
    return _render(request, AbsenceForm(reader=reader_of(request)))


@for_writers
@require_http_methods(["POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Set an absence; what begins today begins at once."""
    reader = reader_of(request)
    form = AbsenceForm(request.POST, reader=reader)
    if form.is_valid():
        data = form.cleaned_data
        try:
            made = set_absence(
                data["person"],
                delegate=data["delegate"],
                first_date=data["first_date"],
                last_date=data["last_date"],
                now=timezone.now(),
                by=reader,
            )
        except MayNotSetAbsence:
            raise PermissionDenied from None
        except ValidationError as error:
            put_errors(form, error)
        else:
            who = made.delegate.display_name
            messages.success(request, f"{who} stands in for {made.user.display_name} from {made.first_date:%-d %b}.")
            return redirect(TAB)
    return _render(request, form, status=400)


@for_writers
@require_http_methods(["GET", "POST"])
def take_back(request: HttpRequest, absence_id: uuid.UUID) -> HttpResponse:
    """Ask once, then call it off, or end it today."""
    reader = reader_of(request)
    absence = get_object_or_404(list_absences(reader), pk=absence_id)
    if not may_take_back(reader, absence.user):
        raise PermissionDenied
    if request.method == "POST":
        done = take_back_absence(absence, now=timezone.now(), by=reader)
        messages.success(request, "Taken back." if done else "It was over already.")
        return redirect(TAB)
    return show(request, "customers/settings_absence_take_back.html", {"absence": absence}, tab=TAB)


def _render(request: HttpRequest, form: AbsenceForm, *, status: int = 200) -> HttpResponse:
    reader = reader_of(request)
    page = Paginator(list_absences(reader), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [(one, one.is_open and reader.is_writer and may_take_back(reader, one.user)) for one in page]
    context = {"form": form, "page": page, "rows": rows, "may_write": reader.is_writer}
    return show(request, "customers/settings_absences.html", context, tab=TAB, status=status)
