"""The suppression list under the settings: searched, exported, and lifted with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from customers.queries.paging import LeanPaginator
from customers.rules.csv_cells import csv_line
from customers.services.activity import record
from customers.view_base import for_leaders, own_url, put_errors, reader_of, settings_tabs
from emails.enums import SuppressionCause
from emails.forms import LiftForm
from emails.models import Suppression
from emails.queries.suppression_list import ListFilter, draw_rows, iterate_cells, list_suppressions
from emails.services.suppression import CannotLift, lift

PAGE_SIZE = 25
STATES = (("open", "On the list"), ("lifted", "Lifted"), ("all", "All"))


@require_GET
@for_leaders
def listing(request: HttpRequest) -> HttpResponse:
    reader, asked = reader_of(request), _read(request)
    page = LeanPaginator(list_suppressions(reader, asked), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "tabs": settings_tabs(request, "emails:suppressions"),
        "page": page,
        "rows": draw_rows(page.object_list, reader=reader),
        "asked": asked,
        "causes": SuppressionCause.choices,
        "states": STATES,
        "query": request.GET.urlencode(),
    }
    return render(request, "emails/suppressions.html", context)


@require_GET
@for_leaders
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The rows asked for as CSV. On record, since it takes data out of the house."""
    reader, now = reader_of(request), timezone.now()
    rows = list_suppressions(reader, _read(request))
    count = rows.count()
    words = f"Exported {count} {'row' if count == 1 else 'rows'} of the suppression list"
    record("suppression.exported", words, customer=None, by=reader, now=now, count=count)
    response = StreamingHttpResponse(_csv(iterate_cells(rows)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="suppressed-{now:%Y-%m-%d}.csv"'
    return response


@require_http_methods(["GET", "POST"])
@for_leaders
def lift_one(request: HttpRequest, suppression_id: UUID) -> HttpResponse:
    """Ask for the reason, then let the address be written to again."""
    reader = reader_of(request)
    row: Suppression = get_object_or_404(Suppression.objects.visible_to(reader).select_related("by"), pk=suppression_id)
    back = own_url(request, request.POST.get("next") or request.GET.get("next", "")) or reverse("emails:suppressions")
    form = LiftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            is_lifted = lift(row, reason=form.cleaned_data["reason"], by=reader, now=timezone.now())
        except ValidationError as error:
            put_errors(form, error)
        except CannotLift as error:
            form.add_error(None, str(error))
        else:
            said = f"{row.address} may be written to again." if is_lifted else "It was lifted already."
            messages.success(request, said)
            return redirect(back)
    line = draw_rows([row], reader=reader)[0]
    return render(request, "emails/lift.html", {"line": line, "form": form, "next": back})


def _read(request: HttpRequest) -> ListFilter:
    asked: Any = {name: request.GET.get(name, "").replace("\0", "").strip()[:200] for name in ("q", "cause", "state")}
    return ListFilter(
        text=asked["q"],
        cause=asked["cause"] if asked["cause"] in SuppressionCause.values else "",
        state=asked["state"] if asked["state"] in dict(STATES) else "open",
    )


def _csv(lines: Iterable[list[Any]]) -> Iterator[bytes]:
    # The mark at the start tells Excel that this is UTF-8.
    yield b"\xef\xbb\xbf"
    for cells in lines:
        yield csv_line(cells)
