"""Overrules by API: each choice that was not the recommended one, and counts by recommendation and person."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.queries.callers import caller_of
from renewals.api.narrowing import NARROWING, read_id_of, read_narrowing
from renewals.queries.book_summary import read_facets
from renewals.queries.overrules import KINDS, OverruleFilter, Overrules, show

KIND_CHOICES = list(KINDS.items())


class OverruleBody(serializers.Serializer[Any]):
    """One choice. recommended, chosen: codes, for an order names. ended: the outcome, or the answer; "" while open."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=KIND_CHOICES)
    at = serializers.DateTimeField()
    customerId = serializers.UUIDField(source="customer_id")
    customerName = serializers.CharField(source="customer_name")
    personId = serializers.UUIDField(source="person_id", allow_null=True)
    personName = serializers.CharField(source="person_name", allow_blank=True)
    recommended = serializers.CharField(allow_blank=True)
    chosen = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    ended = serializers.CharField(allow_blank=True)
    stakeholderName = serializers.CharField(source="about", allow_blank=True)


class TakenBody(serializers.Serializer[Any]):
    """worked: of the settled, those that ended well. low, high: the 95 % interval of their share, in percent."""

    count = serializers.IntegerField()
    settled = serializers.IntegerField()
    worked = serializers.IntegerField()
    low = serializers.FloatField(source="rate.low")
    high = serializers.FloatField(source="rate.high")
    enough = serializers.BooleanField(source="rate.is_enough")


class RecommendationBody(serializers.Serializer[Any]):
    """One recommendation, followed and overruled. code: "" for orders, owners and single prices, which name people."""

    kind = serializers.ChoiceField(choices=KIND_CHOICES)
    code = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField()
    followed = TakenBody()
    overruled = TakenBody()


class OverrulingPersonBody(serializers.Serializer[Any]):
    personId = serializers.UUIDField(source="person_id", allow_null=True)
    personName = serializers.CharField(source="name")
    count = serializers.IntegerField()
    kinds = serializers.DictField(child=serializers.IntegerField())


class OverruleSummaryBody(serializers.Serializer[Any]):
    recommendations = RecommendationBody(many=True)
    people = OverrulingPersonBody(many=True)


EXAMPLE = OpenApiExample(
    "Another strategy than recommended",
    value={
        "id": "5f0c1d1e-6f0f-4b0c-9d38-1d5c7f0e2a11",
        "kind": "strategy",
        "at": "2026-03-04T09:12:00Z",
        "customerId": "0d3f7a52-2c1b-4d5e-8a44-95e0f1b2c3d4",
        "customerName": "Castellan Insurance Group",
        "personId": "9b2d4c6e-1a3f-4e5d-8c7b-6a5f4e3d2c1b",
        "personName": "Dana Whitfield",
        "recommended": "champion_first",
        "chosen": "parallel",
        "reason": "Their budget closes early this year",
        "ended": "renewed",
        "stakeholderName": "",
    },
    response_only=True,
)


class OverruleList(GenericAPIView[Any]):
    """Where somebody chose otherwise than recommended, within three years; only at accounts that the caller sees."""

    serializer_class = OverruleBody
    filter_backends = ()

    @extend_schema(
        parameters=[
            OpenApiParameter("kind", str, enum=list(KINDS)),
            OpenApiParameter("person", uuid.UUID, description="The id of who overruled."),
            *NARROWING,
        ],
        responses=OverruleBody(many=True),
        examples=[EXAMPLE],
    )
    def get(self, request: Request) -> Response:
        """List them, the latest first."""
        rows = _asked(request, kind=_kind(request), person=read_id_of(request, "person")).rows()
        page = self.paginate_queryset(rows) or []
        return self.get_paginated_response(OverruleBody(show(page), many=True).data)


class OverruleSummary(APIView):
    @extend_schema(parameters=NARROWING, responses=OverruleSummaryBody)
    def get(self, request: Request) -> Response:
        """Count them by recommendation, beside what was followed, and by person."""
        return Response(OverruleSummaryBody(_asked(request).count()).data)


def _asked(request: Request, *, kind: str = "", person: str = "") -> Overrules:
    caller, now = caller_of(request), timezone.now()
    wanted = OverruleFilter(read_narrowing(request), kind, person)
    return Overrules(caller, wanted, dates=read_facets(caller, now=now).dates, now=now)


def _kind(request: Request) -> str:
    kind = request.query_params.get("kind")
    if kind is not None and kind not in KINDS:
        raise serializers.ValidationError({"kind": [f"One of {', '.join(KINDS)}."]})
    return kind or ""
