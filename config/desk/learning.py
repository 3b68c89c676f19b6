"""What works in expansion: how often introductions led where they should. Renewals have `/what-works`.

It informs people. Nothing is ever switched by it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET

from customers.queries.minute import once_a_minute
from customers.view_base import reader_of
from outreach.queries.learning import STILL_OPEN, read_introduction_rates
from outreach.rules.upsell.conversion import ENOUGH, Rate, overlap
from outreach.view_base import expansion_tabs


@dataclass(frozen=True)
class RateTable:
    """One comparison. noun: what the rows are."""

    title: str
    noun: str
    rates: tuple[Rate, ...]

    @property
    def verdict(self) -> str:
        """Whether the best and the worst differ by more than chance, in a sentence."""
        known = sorted((rate for rate in self.rates if rate.is_enough), key=lambda rate: rate.percent)
        if len(known) < 2:
            return f"Nothing can be compared yet: {ENOUGH} of at least two are needed."
        worst, best = known[0], known[-1]
        if overlap(worst, best):
            return "The differences may be chance: the intervals overlap."
        return f"{best.label} does better than {worst.label}, by more than chance explains."


@login_required
@require_GET
def learning(request: HttpRequest) -> HttpResponse:
    """Count what came of introductions at the reader's accounts."""
    reader, now = reader_of(request), timezone.now()
    introductions = once_a_minute("learning", reader, now=now, read=lambda: read_introduction_rates(reader, now=now))
    context = {
        "introductions": introductions,
        "introduction_tables": [
            RateTable("Said yes, by framing", "Framing", introductions.framing),
            RateTable("Won, by framing", "Framing", introductions.won),
            RateTable("Said yes, by segment", "Segment", introductions.segment),
            RateTable("Said yes, by time of year", "Quarter", introductions.quarter),
        ],
        "enough": ENOUGH,
        "open_days": STILL_OPEN.days,
        "tabs": expansion_tabs("expansion_learning"),
    }
    return render(request, "config/learning.html", context)


learning_patterns = [path("expansion/learning", learning, name="expansion_learning")]
