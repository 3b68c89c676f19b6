"""The connection to Outreach.io by API: how it stands, ended, read again, and which custom field holds what."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.enums import Scope
from customers.queries.callers import caller_of
from outreach.clients.choice import why_outreach_off
from outreach.enums import ConnectionState
from outreach.models import EnrollmentDesk, OutreachConnection
from outreach.queries.custom_fields import SOURCES
from outreach.queries.enrollments import get_desk
from outreach.queries.outreach_io import get_connection
from outreach.services.outreach_connection import disconnect
from outreach.services.outreach_discovery import ask_to_discover
from outreach.services.trigger_mappings import save_custom_fields

SOURCE_CHOICES = [(code, label) for code, (label, _) in SOURCES.items()]


class ConnectionBody(serializers.Serializer[Any]):
    """reason: why it has to be connected again. readAt: when sequences and mailboxes were read last.

    off: why nothing leaves; else empty. left: what could not be undone there when it was disconnected.
    """

    state = serializers.ChoiceField(choices=ConnectionState.choices)
    reason = serializers.CharField()
    connectedAt = serializers.DateTimeField(source="connected_at", allow_null=True)
    connectedBy = serializers.CharField(source="connected_by.username", allow_null=True, default=None)
    readAt = serializers.DateTimeField(source="discovered_at", allow_null=True)
    problem = serializers.CharField(source="discover_error")
    off = serializers.SerializerMethodField("say_off")
    left = serializers.SerializerMethodField("say_left")

    def say_off(self, row: OutreachConnection) -> str:
        return why_outreach_off()

    def say_left(self, row: OutreachConnection) -> str:
        return str(self.context.get("left", ""))


class CustomFieldBody(serializers.Serializer[Any]):
    """field: custom1 to custom150 of a person at Outreach.io. holds: what of ours stands there."""

    field = serializers.RegexField(r"^custom[1-9][0-9]{0,2}\Z")
    holds = serializers.ChoiceField(choices=SOURCE_CHOICES)


class ConnectionView(APIView):
    @extend_schema(responses=ConnectionBody)
    def get(self, request: Request) -> Response:
        """How the connection stands."""
        return Response(ConnectionBody(get_connection()).data)


class ConnectionEnd(APIView):
    scopes = {"POST": Scope.ADMIN}

    @extend_schema(request=None, responses=ConnectionBody)
    def post(self, request: Request) -> Response:
        """Disconnect: the tokens are forgotten here whatever Outreach.io answers, and revoked there."""
        left = disconnect(now=timezone.now(), by=caller_of(request))
        return Response(ConnectionBody(get_connection(), context={"left": left}).data)


class ConnectionRead(APIView):
    scopes = {"POST": Scope.ADMIN}

    @extend_schema(request=None, responses={202: ConnectionBody})
    def post(self, request: Request) -> Response:
        """Have sequences and mailboxes read again; it takes a few seconds."""
        ask_to_discover(now=timezone.now(), by=caller_of(request))
        return Response(ConnectionBody(get_connection()).data, status=status.HTTP_202_ACCEPTED)


class CustomFields(APIView):
    scopes = {"PUT": Scope.ADMIN}

    @extend_schema(responses=CustomFieldBody(many=True))
    def get(self, request: Request) -> Response:
        """Which custom field of a person at Outreach.io holds what of ours."""
        return Response(_list(get_desk()))

    @extend_schema(request=CustomFieldBody(many=True), responses=CustomFieldBody(many=True))
    def put(self, request: Request) -> Response:
        """Replace the whole list. People are written so when they are next enrolled."""
        body = CustomFieldBody(data=request.data, many=True)
        body.is_valid(raise_exception=True)
        lines = [f"{one['field']} = {one['holds']}" for one in body.validated_data]
        save_custom_fields("\n".join(lines), now=timezone.now(), by=caller_of(request))
        return Response(_list(get_desk()))


def _list(desk: EnrollmentDesk) -> Any:
    rows = [{"field": name, "holds": source} for name, source in desk.custom_fields.items()]
    return CustomFieldBody(rows, many=True).data
