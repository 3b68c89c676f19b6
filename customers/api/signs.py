"""What other systems report of an account: usage."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.serializers import ReadingSerializer, RecordedSerializer
from customers.api_base import OfCustomer
from customers.queries.callers import caller_of
from customers.services.usage import Reading, record_usage


class Usage(OfCustomer):
    """Readings of usage. A reading that repeats a metric and moment replaces the earlier one."""

    @extend_schema(request=ReadingSerializer(many=True), responses={201: RecordedSerializer})
    def post(self, request: Request, id: str) -> Response:
        """Keep a list of readings; without `at` a reading is of this moment. None may lie more than a day ahead."""
        customer = self.get_customer()
        now = timezone.now()
        body = ReadingSerializer(data=request.data, many=True, context={"now": now})
        body.is_valid(raise_exception=True)
        readings = [Reading(**{"at": now, **values}) for values in body.validated_data]
        recorded = record_usage(customer, readings, now=now, by=caller_of(request))
        return Response(RecordedSerializer(recorded).data, status=status.HTTP_201_CREATED)
