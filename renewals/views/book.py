"""The book: every account the reader may see, its export, and the reader's saved views of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from customers.models import SavedView, Team
from customers.queries.paging import find_page, is_far
from customers.rules.csv_cells import csv_line
from customers.services.activity import record
from customers.services.saved_views import save_view
from customers.view_base import LONGEST_URL, reader_of
from renewals.enums import Stage
from renewals.forms.book import clean_view_name, read_filter
from renewals.queries.book import Book
from renewals.queries.book_answers import BOOK_ANSWERS
from renewals.queries.book_filter import GIVEN, KEPT, LOST, MISSING, NO_CONTRACT, NO_OWNER, BookFilter
from renewals.queries.book_rows import iterate_rows
from renewals.queries.book_summary import BookSummary, Facets, read_facets
from renewals.rules.quarters import read_span
from renewals.rules.stage_guide import all_guides, stage_guide
from renewals.views.book_table import EXPORT_HEAD, Addresses, Columns, draw_guides, draw_row, export_cells, list_orders

PAGE = "book"
PAGE_SIZE = 50
FROM_FORECAST = ("team", "ends", "currency", "settled", "confidence")
KEPT_IN_VIEWS = ("q", "stage", "owner", "segment", "risk", "sort", *FROM_FORECAST)
SETTLED_WORDS = {KEPT: "Settled: goes on", LOST: "Settled: left"}
CONFIDENCE_WORDS = {GIVEN: "Confidence entered", MISSING: "No confidence entered"}


@login_required
@require_GET
def book(request: HttpRequest) -> HttpResponse:
    reader, wanted = reader_of(request), read_filter(request.GET)
    mark = BOOK_ANSWERS.read_mark()
    facets = read_facets(reader, now=timezone.now(), mark=mark)
    asked = Book(reader, wanted, facets.dates, mark)
    number = request.GET.get("page")
    count = asked.count_all() if is_far(number, PAGE_SIZE) else asked.count()
    page = find_page(number, PAGE_SIZE, total=count.total, are_more=count.are_more)
    rows = asked.rows(page.start, page.end, count=count)
    to = Addresses()
    context = {
        "page": page,
        "rows": [draw_row(row, to.account(row), to.next_step(row)) for row in rows],
        "wanted": wanted,
        "columns": Columns(request.GET, wanted),
        "orders": list_orders(wanted),
        "summary": asked.summary,
        "facets": facets,
        "views": list(SavedView.objects.visible_to(reader).filter(page=PAGE)),
        "kept_query": _kept_query(request),
        "guides": draw_guides(),
        "narrowed": _words_of_forecast(wanted),
        "forecast_fields": [(name, getattr(wanted, name)) for name in FROM_FORECAST if getattr(wanted, name)],
        **_stage_words(wanted, asked.summary),
    }
    return render(request, "renewals/book.html", context)


@login_required
@require_GET
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The accounts asked for as CSV. On record, since it takes data out of the house."""
    reader, now, wanted = reader_of(request), timezone.now(), read_filter(request.GET)
    facets = read_facets(reader, now=now)
    ids = Book(reader, wanted, facets.dates).all_ids()
    record("book.exported", f"Exported {len(ids)} accounts", customer=None, by=reader, now=now, count=len(ids))
    response = StreamingHttpResponse(_csv(ids, facets), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="book-{facets.dates.usual.isoformat()}.csv"'
    return response


@login_required
@require_POST
def view_save(request: HttpRequest) -> HttpResponse:
    """Keep the present filter and order under a name."""
    query = request.POST.get("query", "").replace("\0", "")
    try:
        name = clean_view_name(request.POST.get("name", ""))
        view = save_view(user=reader_of(request), page=PAGE, name=name, query=query)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"Saved as “{view.name}”.")
    return redirect(_book_url(query if len(query) <= LONGEST_URL else ""))


@login_required
@require_POST
def view_delete(request: HttpRequest, view_id: uuid.UUID) -> HttpResponse:
    view = get_object_or_404(SavedView.objects.visible_to(reader_of(request)), pk=view_id, page=PAGE)
    view.delete()
    messages.success(request, f"Removed the view “{view.name}”.")
    return redirect(_book_url(""))


def _stage_words(wanted: BookFilter, summary: BookSummary) -> dict[str, Any]:
    guides = all_guides()
    stages = [(guide, summary.stages[guide.span.stage]) for guide in guides]
    chosen = stage_guide(Stage(wanted.stage)) if wanted.stage in Stage.values else None
    return {"stages": stages, "chosen_stage": chosen, "NO_CONTRACT": NO_CONTRACT, "NO_OWNER": NO_OWNER}


def _words_of_forecast(wanted: BookFilter) -> list[str]:
    """What a figure of the forecast has asked for besides the filters that the page offers."""
    span = read_span(wanted.ends)
    team = Team.objects.filter(pk=wanted.team).values_list("name", flat=True).first() if wanted.team else ""
    words = [
        SETTLED_WORDS.get(wanted.settled, ""),
        f"Contract ends: {span.label.lower() if span.is_behind else span.label}" if span else "",
        wanted.currency,
        CONFIDENCE_WORDS.get(wanted.confidence, ""),
        f"Team {team}" if team else "",
    ]
    return [word for word in words if word]


def _kept_query(request: HttpRequest) -> str:
    """The part of the address that a saved view keeps."""
    query = request.GET.copy()
    for name in list(query):
        if name not in KEPT_IN_VIEWS or not query[name]:
            del query[name]
    return query.urlencode()


def _book_url(query: str) -> str:
    return reverse("renewals:book") + (f"?{query}" if query else "")


def _csv(ids: list[uuid.UUID], facets: Facets) -> Iterator[bytes]:
    # The mark at the start tells Excel that this is UTF-8.
    yield b"\xef\xbb\xbf" + csv_line(EXPORT_HEAD)
    for row in iterate_rows(ids, dates=facets.dates):
        yield csv_line(export_cells(row))
