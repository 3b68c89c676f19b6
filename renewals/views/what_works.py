"""What works: how settled renewals ended by the way they were approached, each share with its interval."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from customers.queries.minute import once_a_minute
from customers.view_base import reader_of
from outreach.rules.upsell.conversion import ENOUGH
from renewals.forms.book import read_filter
from renewals.queries.book_answers import BOOK_ANSWERS
from renewals.queries.book_filter import NO_OWNER
from renewals.queries.book_summary import read_facets
from renewals.queries.what_works import DIMENSIONS, Dimension, read_what_works
from renewals.rules.what_works import Way, compare
from renewals.view_base import figures_key, insight_tabs, narrowed_query, narrowing_for


@dataclass(frozen=True)
class WaysTable:
    """One comparison. verdict: whether the highest and the lowest are apart, in a sentence."""

    dimension: Dimension
    ways: tuple[Way, ...]
    verdict: str


@login_required
@require_GET
def what_works(request: HttpRequest) -> HttpResponse:
    reader, now, wanted = reader_of(request), timezone.now(), read_filter(request.GET)
    facets = read_facets(reader, now=now, mark=BOOK_ANSWERS.read_mark())
    found = once_a_minute(
        figures_key("what-works", wanted),
        reader,
        now=now,
        read=lambda: read_what_works(reader, wanted, dates=facets.dates, now=now),
    )
    context = {
        "found": found,
        "tables": [WaysTable(one, found.ways[one.key], compare(found.ways[one.key])) for one in DIMENSIONS],
        "enough": ENOUGH,
        "wanted": wanted,
        "is_narrowed": bool(narrowed_query(wanted)),
        "narrowing": narrowing_for(reader, facets),
        "tabs": insight_tabs(reader, "renewals:what_works"),
        "NO_OWNER": NO_OWNER,
    }
    return render(request, "renewals/what_works.html", context)
