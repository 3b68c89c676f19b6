"""The forecast by API: the figures of the page, by currency, stage and quarter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.queries.callers import caller_of
from renewals.api.narrowing import NARROWING, read_narrowing
from renewals.enums import Stage
from renewals.queries.book_answers import BOOK_ANSWERS
from renewals.queries.book_summary import read_facets
from renewals.queries.forecast import CurrencyForecast, Forecast, read_forecast


class SumField(serializers.DecimalField):
    """An amount that was added up."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=24, decimal_places=2, coerce_to_string=True, **kwargs)


class ForecastSpanBody(serializers.Serializer[Any]):
    """One column: contracts that end from first to last. Null: open on that side; "behind" is what has passed."""

    ends = serializers.CharField(source="code")
    label = serializers.CharField()  # type: ignore[assignment]  # the name of an attribute of fields
    first = serializers.DateField(allow_null=True)
    last = serializers.DateField(allow_null=True)


class ForecastFiguresBody(serializers.Serializer[Any]):
    """Open renewals added up. weighted: target × confidence; withoutConfidence: the target of those that have none."""

    count = serializers.IntegerField()
    current = SumField()
    target = SumField()
    atRisk = SumField(source="at_risk")
    weighted = SumField()
    withoutConfidence = SumField(source="unweighted")
    withoutConfidenceCount = serializers.IntegerField(source="unweighted_count")


class ForecastCellBody(ForecastFiguresBody):
    stage = serializers.ChoiceField(choices=Stage.choices)
    ends = serializers.CharField()


class ForecastSettledFigures(serializers.Serializer[Any]):
    """Renewals with an outcome. committed: the new price of those that go on; lost: the old one of the churned."""

    committedCount = serializers.IntegerField(source="committed_count")
    committed = SumField()
    lostCount = serializers.IntegerField(source="lost_count")
    lost = SumField()


class ForecastSettledBody(ForecastSettledFigures):
    ends = serializers.CharField()


class CurrencyForecastBody(serializers.Serializer[Any]):
    """All of one currency; amounts are a year's. What holds nothing is left out."""

    currency = serializers.CharField()
    total = ForecastFiguresBody()
    settledTotal = ForecastSettledFigures(source="settled_total")
    cells = ForecastCellBody(many=True)
    settled = ForecastSettledBody(many=True)


class ForecastBody(serializers.Serializer[Any]):
    """asOf: the date where the caller is; by it the present quarter is told."""

    asOf = serializers.DateField(source="today")
    spans = ForecastSpanBody(many=True)
    currencies = CurrencyForecastBody(many=True)


FIGURES = {
    "count": 2,
    "current": "350000.00",
    "target": "374500.00",
    "atRisk": "91000.00",
    "weighted": "205000.00",
    "withoutConfidence": "124500.00",
    "withoutConfidenceCount": 1,
}
SETTLED = {"committedCount": 1, "committed": "268000.00", "lostCount": 0, "lost": "0.00"}
EXAMPLE = OpenApiExample(
    "Two that renew this quarter, one that has",
    value={
        "asOf": "2026-03-04",
        "spans": [
            {"ends": "behind", "label": "Behind us", "first": None, "last": None},
            {"ends": "2026-Q1", "label": "Q1 2026", "first": "2026-01-01", "last": "2026-03-31"},
            {"ends": "2026-Q2-later", "label": "Later", "first": "2026-04-01", "last": None},
        ],
        "currencies": [
            {
                "currency": "USD",
                "total": FIGURES,
                "settledTotal": SETTLED,
                "cells": [{"stage": "signature", "ends": "2026-Q1", **FIGURES}],
                "settled": [{"ends": "2026-Q1", **SETTLED}],
            }
        ],
    },
    response_only=True,
)


class ForecastView(APIView):
    @extend_schema(parameters=NARROWING, responses=ForecastBody, examples=[EXAMPLE])
    def get(self, request: Request) -> Response:
        """Amounts to renew by stage and quarter, at risk, weighted, committed and lost; currencies are not added."""
        caller, now, wanted = caller_of(request), timezone.now(), read_narrowing(request)
        mark = BOOK_ANSWERS.read_mark()
        dates = read_facets(caller, now=now, mark=mark).dates
        found = read_forecast(caller, wanted, dates=dates, today=timezone.localdate(now), mark=mark)
        return Response(ForecastBody(_shown(found)).data)


def _shown(found: Forecast) -> dict[str, Any]:
    currencies = [_currency(one, found) for one in found.currencies]
    return {"today": found.today, "spans": found.spans, "currencies": currencies}


def _currency(one: CurrencyForecast, found: Forecast) -> dict[str, Any]:
    return {
        "currency": one.currency,
        "total": one.total,
        "settled_total": one.settled_total,
        "cells": list(_cells(one, found)),
        "settled": [
            {"ends": span.code, **vars(one.settled[span.code])} for span in found.spans if span.code in one.settled
        ],
    }


def _cells(one: CurrencyForecast, found: Forecast) -> Iterator[dict[str, Any]]:
    for stage in Stage:
        for span in found.spans:
            if cell := one.cells.get((stage, span.code)):
                yield {"stage": stage, "ends": span.code, **vars(cell)}
