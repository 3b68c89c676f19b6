"""The approvals queue by API: what waits, yes, no."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.desk.approvals import Queue, approve, decline, read_one
from customers.api_base import TextField
from customers.enums import Scope
from customers.queries.callers import caller_of


class ApprovalBody(serializers.Serializer[Any]):
    """One thing that waits. bulk: whether it may be approved together with others, and if not, why."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    title = serializers.CharField()
    recipient = serializers.CharField()
    customerId = serializers.UUIDField(source="customer_id")
    customerName = serializers.CharField(source="customer_name")
    version = serializers.IntegerField()
    waitsSince = serializers.DateTimeField(source="waits_since")
    leavesAt = serializers.DateTimeField(source="leaves_at", allow_null=True)
    writtenBy = serializers.CharField(source="written_by")
    warnings = serializers.ListField(child=serializers.CharField())
    bulk = serializers.BooleanField(source="is_for_bulk")
    bulkRefusal = serializers.CharField(source="single")
    mayApprove = serializers.BooleanField(source="is_for_reader")
    refusal = serializers.CharField()
    url = serializers.CharField()


class ApproveIn(serializers.Serializer[Any]):
    """version: what the caller saw; without it the present one is meant."""

    version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


class DeclineIn(ApproveIn):
    reason = TextField(required=False, allow_blank=True, default="", max_length=300)


class AnsweredBody(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    status = serializers.CharField(source="answered.state")
    message = serializers.CharField(source="answered.message")
    nextTryAt = serializers.DateTimeField(source="answered.next_try_at", allow_null=True)


WHOSE = OpenApiParameter("whose", str, enum=["mine", "all"], description="Those of the caller's own accounts, or all.")


class ApprovalList(GenericAPIView[Any]):
    """What waits for a person's yes, the longest waiting first."""

    serializer_class = ApprovalBody
    filter_backends = ()

    @extend_schema(parameters=[WHOSE], responses=ApprovalBody(many=True))
    def get(self, request: Request) -> Response:
        """List what the caller may see of it."""
        whose = request.query_params.get("whose", "all")
        if whose not in ("mine", "all"):
            raise serializers.ValidationError({"whose": ["It is mine or all."]})
        queue = Queue(caller_of(request), mine=whose == "mine", now=timezone.now())
        rows = self.paginate_queryset(cast(Any, queue))
        return self.get_paginated_response(ApprovalBody(rows, many=True).data)


class ApprovalApprove(APIView):
    scopes = {"POST": Scope.APPROVE}

    @extend_schema(request=ApproveIn, responses=AnsweredBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Approve exactly the version that was seen; it leaves on its day."""
        asked, now, by = _read(ApproveIn, request), timezone.now(), caller_of(request)
        version = asked["version"] if "version" in asked else read_one(id, user=by, now=now).version
        return _answer(id, approve(id, version=version, now=now, by=by))


class ApprovalDecline(APIView):
    scopes = {"POST": Scope.APPROVE}

    @extend_schema(request=DeclineIn, responses=AnsweredBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Take it away unsent."""
        asked, now, by = _read(DeclineIn, request), timezone.now(), caller_of(request)
        version = asked["version"] if "version" in asked else read_one(id, user=by, now=now).version
        return _answer(id, decline(id, version=version, reason=asked["reason"], now=now, by=by))


def _read(body: type[Any], request: Request) -> dict[str, Any]:
    asked = body(data=request.data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _answer(id: uuid.UUID, answered: Any) -> Response:
    return Response(AnsweredBody({"id": id, "answered": answered}).data)
