"""Two accounts that are one, by API: what would move, and the merge itself."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.serializers import CustomerSerializer
from customers.api.views import full_customers
from customers.api_base import OfCustomer, TextField, read_body
from customers.models import Customer
from customers.queries.callers import caller_of
from customers.queries.lookup import require_customer
from customers.queries.merging import count_rows
from customers.services.merging import find_obstacles, merge_customers

LONGEST_REFERENCE = 130
GONE = "The account that goes into this one: id, or ext:THEIR-ID."


class MergeIn(serializers.Serializer[Any]):
    customerId = TextField(max_length=LONGEST_REFERENCE, help_text=GONE)


class MovedRowsBody(serializers.Serializer[Any]):
    kind = serializers.CharField()
    count = serializers.IntegerField()


class MergePreviewBody(serializers.Serializer[Any]):
    """obstacles: what stands in the way, in words; none means that it can be done. moves: what goes over, by kind."""

    obstacles = serializers.ListField(child=serializers.CharField())
    moves = MovedRowsBody(many=True)


class Merge(OfCustomer):
    @extend_schema(
        parameters=[OpenApiParameter("customerId", str, required=True, description=GONE)], responses=MergePreviewBody
    )
    def get(self, request: Request, id: str) -> Response:
        """What a merge would move, and what stands in its way."""
        kept = self.get_customer()
        asked = MergeIn(data=request.query_params)
        asked.is_valid(raise_exception=True)
        gone = self._find(asked.validated_data["customerId"])
        moves = [{"kind": kind, "count": count} for kind, count in count_rows(gone)]
        return Response(MergePreviewBody({"obstacles": find_obstacles(kept=kept, gone=gone), "moves": moves}).data)

    @extend_schema(request=MergeIn, responses=CustomerSerializer)
    def post(self, request: Request, id: str) -> Response:
        """Move everything of the other account to this one, and remove it. There is no way back."""
        kept = self.get_customer()
        gone = self._find(read_body(MergeIn, request)["customerId"])
        merge_customers(kept=kept, gone=gone, now=timezone.now(), by=caller_of(request))
        return Response(CustomerSerializer(full_customers().get(pk=kept.pk)).data)

    def _find(self, reference: str) -> Customer:
        return require_customer(reference, user=caller_of(self.request))
