"""Opportunities by API: the pipeline, and a person's word for where one stands."""

from __future__ import annotations

import uuid
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api_base import CustomerIdFilter, read_body
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere, find_colleague
from outreach.api.expansion_bodies import OpportunityBody, StageIn
from outreach.enums import OpportunityStage, UpsellReply
from outreach.models import Opportunity
from outreach.services.opportunities import change_stage


class OpportunityFilter(filters.FilterSet):
    """`stage` may be given several times."""

    customerId = CustomerIdFilter()
    stage = filters.MultipleChoiceFilter(choices=OpportunityStage.choices)
    owner = filters.CharFilter(method="by_colleague")
    runId = filters.UUIDFilter(field_name="run")
    introResponse = filters.ChoiceFilter(field_name="intro_response", choices=UpsellReply.choices)

    class Meta:
        model = Opportunity
        fields: list[str] = []

    def by_colleague(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep those of the accounts that this colleague (user name, e-mail address or id) owns."""
        person = find_colleague(value)
        return rows.none() if person is None else rows.filter(customer__owner=person)


class OpportunityList(ListAPIView[Opportunity]):
    """The expansions that the caller may see, the latest first."""

    serializer_class = OpportunityBody
    filterset_class = OpportunityFilter
    queryset = Opportunity.objects.none()
    ordering_names = {
        "foundAt": "found_at",
        "stage": "stage",
        "estimatedValue": "estimated_value",
        "introSentAt": "intro_sent_at",
        "closedAt": "closed_at",
    }

    def get_queryset(self) -> QuerySet[Any]:
        return _opportunities(self.request)


class OpportunityDetail(APIView):
    @extend_schema(responses=OpportunityBody)
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """One expansion, with what spoke for it."""
        return Response(OpportunityBody(_require(request, id)).data)

    @extend_schema(request=StageIn, responses=OpportunityBody)
    def patch(self, request: Request, id: uuid.UUID) -> Response:
        """Move it to another stage; won and lost close it and need a reason."""
        found, asked = _require(request, id), read_body(StageIn, request)
        change_stage(
            found,
            stage=OpportunityStage(asked["stage"]),
            seen=asked.get("seen", found.stage),
            reason=asked["reason"],
            now=timezone.now(),
            by=caller_of(request),
        )
        return Response(OpportunityBody(_require(request, id)).data)


def _opportunities(request: Request) -> QuerySet[Any]:
    rows: QuerySet[Any] = Opportunity.objects.visible_to(caller_of(request))
    return rows.select_related("customer__owner")


def _require(request: Request, opportunity_id: uuid.UUID) -> Opportunity:
    found: Opportunity | None = _opportunities(request).filter(pk=opportunity_id).first()
    if found is None:
        raise NotThere("There is no such opportunity, or it is not yours.")
    return found
