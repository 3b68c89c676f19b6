"""The forecast: amounts to renew by stage and quarter, each with the way to the rows that make it; and as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from customers.rules.csv_cells import csv_line
from customers.services.activity import record
from customers.view_base import reader_of
from renewals.forms.book import read_filter
from renewals.queries.book_answers import BOOK_ANSWERS
from renewals.queries.book_filter import NO_OWNER, BookFilter
from renewals.queries.book_summary import Facets, read_facets
from renewals.queries.forecast import CurrencyForecast, Figures, Forecast, Settled, read_forecast
from renewals.rules.quarters import Span
from renewals.rules.stages import STAGE_SPANS
from renewals.view_base import insight_tabs, narrowed_query, narrowing_for
from renewals.views.forecast_table import lay_out

EXPORT_HEAD = (
    "Currency",
    "What",
    "Contract ends",
    "Renewals",
    "Current",
    "Target",
    "At risk",
    "Weighted",
    "Target without confidence",
    "Committed",
    "Lost",
)


@login_required
@require_GET
def forecast(request: HttpRequest) -> HttpResponse:
    reader, wanted = reader_of(request), read_filter(request.GET)
    facets, found = _read(request, wanted)
    query = narrowed_query(wanted)
    context = {
        "forecast": found,
        "tables": [lay_out(one, found.spans, wanted) for one in found.currencies],
        "wanted": wanted,
        "is_narrowed": bool(query),
        "kept_query": query,
        "narrowing": narrowing_for(reader, facets),
        "tabs": insight_tabs(reader, "renewals:forecast"),
        "zone": timezone.get_current_timezone_name(),
        "NO_OWNER": NO_OWNER,
    }
    return render(request, "renewals/forecast.html", context)


@login_required
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The figures as CSV. On record, since it takes data out of the house."""
    reader, now, wanted = reader_of(request), timezone.now(), read_filter(request.GET)
    _, found = _read(request, wanted)
    lines = [line for one in found.currencies for line in _lines(one, found)]
    record("forecast.exported", f"Exported the forecast, {found.count} renewals", customer=None, by=reader, now=now)
    # The mark at the start tells Excel that this is UTF-8.
    content = b"\xef\xbb\xbf" + b"".join([csv_line(EXPORT_HEAD), *map(csv_line, lines)])
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="forecast-{found.today.isoformat()}.csv"'
    return response


def _read(request: HttpRequest, wanted: BookFilter) -> tuple[Facets, Forecast]:
    reader, now = reader_of(request), timezone.now()
    mark = BOOK_ANSWERS.read_mark()
    facets = read_facets(reader, now=now, mark=mark)
    today = timezone.localdate(now)
    return facets, read_forecast(reader, wanted, dates=facets.dates, today=today, mark=mark)


def _lines(one: CurrencyForecast, found: Forecast) -> Iterator[list[object]]:
    """A line for each stage and span that holds anything, then one for what is settled in each."""
    for stage in STAGE_SPANS:
        for span in found.spans:
            cell = one.cells.get((stage.stage, span.code))
            if cell:
                yield _open_line(one.currency, stage.title, span, cell)
    for span in found.spans:
        settled = one.settled.get(span.code)
        if settled:
            yield _settled_line(one.currency, span, settled)


def _open_line(currency: str, what: str, span: Span, cell: Figures) -> list[object]:
    amounts: list[Decimal] = [cell.current, cell.target, cell.at_risk, cell.weighted, cell.unweighted]
    return [currency, what, span.label, cell.count, *amounts, None, None]


def _settled_line(currency: str, span: Span, settled: Settled) -> list[object]:
    count = settled.committed_count + settled.lost_count
    return [currency, "Settled", span.label, count, *[None] * 5, settled.committed, settled.lost]
