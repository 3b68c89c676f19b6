"""What works by API: the shares of the page, each with n and its interval."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.queries.callers import caller_of
from renewals.api.narrowing import NARROWING, read_narrowing
from renewals.queries.book_summary import read_facets
from renewals.queries.what_works import SEEN_FOR, read_what_works


class RateBody(serializers.Serializer[Any]):
    """How often something ended well. low, high: the 95 % interval of the share (Wilson), in percent.

    enough: whether n is large enough to say anything by it; sharePercent is null without any.
    """

    n = serializers.IntegerField(source="rate.tried")
    renewed = serializers.IntegerField(source="rate.worked")
    sharePercent = serializers.SerializerMethodField(method_name="get_share")
    low = serializers.FloatField(source="rate.low")
    high = serializers.FloatField(source="rate.high")
    enough = serializers.BooleanField(source="rate.is_enough")

    def get_share(self, row: Any) -> float | None:
        return row.rate.percent if row.rate.tried else None


class WayBody(RateBody):
    """One way that renewals were approached. Averages are null where there is none to take them of.

    averageIncreasePercent, averageTargetPercent: of the same renewals, those that go on and had a target price.
    """

    code = serializers.CharField(allow_blank=True)
    name = serializers.CharField(source="label")
    averageIncreasePercent = serializers.FloatField(source="average_increase_pct", allow_null=True)
    averageTargetPercent = serializers.FloatField(source="average_target_pct", allow_null=True)
    pricedCount = serializers.IntegerField(source="sums.priced")
    averageDaysToAnswer = serializers.FloatField(source="average_days", allow_null=True)
    answeredCount = serializers.IntegerField(source="sums.answered")


class WhatWorksBody(serializers.Serializer[Any]):
    """Renewals with a letter sent that were settled since then; the highest share first of those with enough to say."""

    since = serializers.DateTimeField()
    settledCount = serializers.IntegerField()
    openCount = serializers.IntegerField()
    priceApproach = WayBody(many=True)
    strategy = WayBody(many=True)
    firstRole = WayBody(many=True)
    segment = WayBody(many=True)
    quarter = WayBody(many=True)


WAY = {
    "n": 24,
    "renewed": 19,
    "sharePercent": 79.2,
    "low": 59.5,
    "high": 90.8,
    "enough": True,
    "code": "value_first",
    "name": "Value first",
    "averageIncreasePercent": 4.1,
    "averageTargetPercent": 6.0,
    "pricedCount": 20,
    "averageDaysToAnswer": 3.4,
    "answeredCount": 21,
}
EXAMPLE = OpenApiExample(
    "One price approach that was used often",
    value={
        "since": "2023-03-05T09:00:00Z",
        "settledCount": 24,
        "openCount": 3,
        "priceApproach": [WAY],
        "strategy": [{**WAY, "code": "champion_first", "name": "Champion first"}],
        "firstRole": [{**WAY, "code": "champion", "name": "Champion"}],
        "segment": [{**WAY, "code": "Enterprise", "name": "Enterprise"}],
        "quarter": [{**WAY, "code": "1", "name": "January to March"}],
    },
    response_only=True,
)


class WhatWorksView(APIView):
    @extend_schema(parameters=NARROWING, responses=WhatWorksBody, examples=[EXAMPLE])
    def get(self, request: Request) -> Response:
        """How settled renewals ended by the way they were approached. No difference says why."""
        caller, now = caller_of(request), timezone.now()
        dates = read_facets(caller, now=now).dates
        found = read_what_works(caller, read_narrowing(request), dates=dates, now=now)
        shown = {
            "since": now - SEEN_FOR,
            "settledCount": found.total.count,
            "openCount": found.waiting,
            **found.ways,
        }
        return Response(WhatWorksBody(shown).data)
