"""The record by API, for ops: how far it is sealed, what came of verifying it, and having it verified."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api.base import Conflict
from customers.enums import CheckState, Scope
from customers.queries.callers import caller_of
from customers.queries.record import get_record_state
from customers.services.record_checks import ask_for_check
from customers.tasks import seal_record


class RecordCheckBody(serializers.Serializer[Any]):
    """One verification. faults: how many there are."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=CheckState.choices)
    askedAt = serializers.DateTimeField(source="asked_at")
    finishedAt = serializers.DateTimeField(source="finished_at", allow_null=True)
    lines = serializers.IntegerField()
    faults = serializers.IntegerField(source="fault_count")


class RecordBody(serializers.Serializer[Any]):
    """links: the number of the last one. waiting: lines without one, a thousand at most. checks: the latest first."""

    links = serializers.IntegerField()
    sealedAt = serializers.DateTimeField(source="sealed_at", allow_null=True)
    waiting = serializers.IntegerField()
    checks = RecordCheckBody(many=True)


class Record(APIView):
    scopes = {"GET": Scope.ADMIN}

    @extend_schema(responses=RecordBody)
    def get(self, request: Request) -> Response:
        """How far the record is sealed, and what came of verifying it."""
        return Response(RecordBody(get_record_state(caller_of(request))).data)


class RecordVerify(APIView):
    scopes = {"POST": Scope.ADMIN}

    @extend_schema(request=None, responses={202: RecordCheckBody})
    def post(self, request: Request) -> Response:
        """Have it verified in the background; a long record takes minutes."""
        check = ask_for_check(now=timezone.now(), by=caller_of(request))
        if check is None:
            raise Conflict("It is being verified already.")
        seal_record.delay()
        return Response(RecordCheckBody(check).data, status=status.HTTP_202_ACCEPTED)
