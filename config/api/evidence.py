"""The evidence of a renewal by API."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.evidence_bodies import SignedEvidence
from config.desk.evidence.giving import give
from config.desk.evidence.reading import choose_renewal, list_renewals, read_pack
from customers.api_base import OfCustomer
from customers.queries.callers import caller_of

RENEWAL = OpenApiParameter("renewalId", OpenApiTypes.UUID, description="Another renewal than the open, or last, one.")


class EvidenceView(OfCustomer):
    @extend_schema(parameters=[RENEWAL], responses=SignedEvidence)
    def get(self, request: Request, id: str) -> Response:
        """Who approved which mail on which facts, what left, what came back, how it ended. The call is on record."""
        customer, caller, now = self.get_customer(), caller_of(request), timezone.now()
        renewals = list_renewals(customer.pk, reader=caller)
        renewal = choose_renewal(renewals, _wanted(request))
        pack = read_pack(renewal, renewals=renewals, now=now, by=caller)
        return Response(give(pack, through="api", now=now, by=caller).body)


def _wanted(request: Request) -> UUID | None:
    said = request.query_params.get("renewalId")
    if said is None:
        return None
    try:
        return UUID(said)
    except ValueError:
        raise serializers.ValidationError({"renewalId": ["The id of a renewal."]}) from None
