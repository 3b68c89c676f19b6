"""Overrules: where people chose otherwise than recommended, why, who, and how that ended beside what was followed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from customers.queries.kept import figures_of
from customers.queries.minute import once_a_minute
from customers.view_base import reader_of
from outreach.rules.upsell.conversion import ENOUGH
from renewals.forms.book import read_filter, read_id
from renewals.queries.book_answers import BOOK_ANSWERS
from renewals.queries.book_filter import NO_OWNER
from renewals.queries.book_summary import read_facets
from renewals.queries.overrules import KINDS, OverruleFilter, Overrules, label_of, show
from renewals.rules.overrules import PersonCount, Recommendation
from renewals.view_base import figures_key, insight_tabs, narrowed_query, narrowing_for

PAGE_SIZE = 25
ANY_CODE = "As it was laid out"
"""Orders, owners and single prices recommend people: there are no few of them to tell apart."""


@dataclass(frozen=True)
class RecommendationRow:
    """One line of the table. kind, label: in words."""

    kind: str
    label: str
    found: Recommendation


@dataclass(frozen=True)
class PersonRow:
    found: PersonCount
    kinds: str
    url: str


@login_required
@require_GET
def overrules(request: HttpRequest) -> HttpResponse:
    reader, now = reader_of(request), timezone.now()
    wanted = read_overrule_filter(request.GET)
    facets = read_facets(reader, now=now, mark=BOOK_ANSWERS.read_mark())
    asked = Overrules(reader, wanted, dates=facets.dates, now=now)
    counts = once_a_minute(figures_key("overrules", wanted.narrowed), reader, now=now, read=asked.count)
    page: Page[int] = Paginator(range(counts.count_of(wanted)), PAGE_SIZE).get_page(request.GET.get("page"))
    begin = (page.number - 1) * PAGE_SIZE
    query = _query(wanted)

    def read() -> list[Any]:
        return list(asked.rows()[begin : begin + PAGE_SIZE])

    context = {
        "page": page,
        "rows": show(figures_of(reader, "overrules", wanted, begin, read=read)) if page.object_list else [],
        "recommendations": [_recommendation(one) for one in counts.recommendations],
        "people": [_person(one, wanted) for one in counts.people],
        "total": sum(one.count for one in counts.people),
        "kinds": list(KINDS.items()),
        "enough": ENOUGH,
        "asked": wanted,
        "wanted": wanted.narrowed,
        "is_narrowed": bool(query),
        "narrowing": narrowing_for(reader, facets),
        "tabs": insight_tabs(reader, "renewals:overrules"),
        "NO_OWNER": NO_OWNER,
    }
    return render(request, "renewals/overrules.html", context)


def read_overrule_filter(query: Mapping[str, str]) -> OverruleFilter:
    """This will read the filter of an address; what it does not know counts as not asked."""
    kind = query.get("kind", "")
    return OverruleFilter(read_filter(query), kind if kind in KINDS else "", read_id(query.get("person", "")))


def _recommendation(found: Recommendation) -> RecommendationRow:
    return RecommendationRow(KINDS[found.kind], label_of(found.kind, found.code) or ANY_CODE, found)


def _person(found: PersonCount, wanted: OverruleFilter) -> PersonRow:
    parts = sorted(found.kinds.items(), key=lambda part: (-part[1], part[0]))
    words = ", ".join(f"{KINDS[kind].lower()} {count}" for kind, count in parts)
    return PersonRow(found, words, f"?{_query(wanted, person=str(found.person_id))}" if found.person_id else "")


def _query(wanted: OverruleFilter, **more: str) -> str:
    asked: dict[str, Any] = {"kind": wanted.kind, "person": wanted.person, **more}
    own = urlencode({name: value for name, value in asked.items() if value})
    return "&".join(part for part in (narrowed_query(wanted.narrowed), own) if part)
