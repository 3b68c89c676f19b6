"""Endpoints that are told of news, by API: ops with the scope admin."""

from __future__ import annotations

import uuid
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.base import Conflict
from customers.api_base import TextField, read_body
from customers.enums import ClaimState, Scope
from customers.models import WebhookDelivery, WebhookEndpoint
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from customers.rules.public_addresses import LONGEST
from customers.rules.webhook_events import EVENT_TYPES
from customers.services.webhook_endpoints import (
    EndpointOff,
    redeliver,
    remove_endpoint,
    rotate_secret,
    save_endpoint,
    send_test,
)
from customers.services.workspace import StaleSettings

ADMIN = dict.fromkeys(("GET", "POST", "PATCH", "DELETE"), Scope.ADMIN)


class EndpointIn(serializers.Serializer[Any]):
    """eventTypes: none is every event."""

    url = TextField(max_length=LONGEST, help_text="https, public, port 443 or 8443.")
    description = TextField(max_length=120, required=False, allow_blank=True)
    eventTypes = serializers.ListField(
        source="event_types", child=serializers.ChoiceField(choices=EVENT_TYPES), required=False
    )
    enabled = serializers.BooleanField(source="is_enabled", required=False)


class EndpointPatch(EndpointIn):
    url = TextField(max_length=LONGEST, required=False, help_text="https, public, port 443 or 8443.")
    version = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, required=False, help_text="As it was read; left out, the present one."
    )


class EndpointBody(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    url = serializers.CharField()
    description = serializers.CharField()
    eventTypes = serializers.ListField(source="event_types", child=serializers.CharField())
    enabled = serializers.BooleanField(source="is_enabled")
    failingSince = serializers.DateTimeField(source="failing_since", allow_null=True)
    offReason = serializers.CharField(source="off_reason")
    oldSecretUntil = serializers.DateTimeField(source="old_secret_until", allow_null=True)
    version = serializers.IntegerField()
    createdAt = serializers.DateTimeField(source="created_at")


class EndpointWithSecret(EndpointBody):
    """secret: shown this once."""

    secret = serializers.CharField()


class SecretBody(serializers.Serializer[Any]):
    secret = serializers.CharField()


class DeliveryAttemptBody(serializers.Serializer[Any]):
    at = serializers.CharField()
    status = serializers.IntegerField(allow_null=True)
    outcome = serializers.CharField()
    tookMs = serializers.IntegerField()


class DeliveryBody(serializers.Serializer[Any]):
    """id: of the delivery; webhookId: what it carries, the same at every attempt."""

    id = serializers.UUIDField()
    webhookId = serializers.CharField(source="message_id")
    endpointId = serializers.UUIDField(source="endpoint_id")
    type = serializers.CharField()
    state = serializers.ChoiceField(choices=ClaimState.choices)
    body = serializers.JSONField()
    happenedAt = serializers.DateTimeField(source="happened_at")
    nextTryAt = serializers.DateTimeField(source="next_try_at", allow_null=True)
    attempts = serializers.ListField(source="receipt", child=DeliveryAttemptBody())
    status = serializers.IntegerField(allow_null=True)
    outcome = serializers.CharField()
    answer = serializers.CharField()


class DeliveryFilter(filters.FilterSet):
    endpointId = filters.UUIDFilter(field_name="endpoint_id")
    state = filters.ChoiceFilter(choices=ClaimState.choices)
    type = filters.CharFilter()

    class Meta:
        model = WebhookDelivery
        fields = ()


MADE = OpenApiExample(
    "An endpoint",
    {"url": "https://hooks.example.com/evergreen", "description": "CRM", "eventTypes": ["mail.sent", "mail.replied"]},
    request_only=True,
)
CHANGED = OpenApiExample("Switched off", {"enabled": False, "version": 1}, request_only=True)


class EndpointList(ListAPIView[WebhookEndpoint]):
    """Who is told of news."""

    serializer_class = EndpointBody
    queryset = WebhookEndpoint.objects.none()
    filter_backends = ()
    scopes = ADMIN

    def get_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = WebhookEndpoint.objects.visible_to(caller_of(self.request)).filter(removed_at=None)
        return rows.order_by("created_at", "pk")

    @extend_schema(request=EndpointIn, responses={201: EndpointWithSecret}, examples=[MADE])
    def post(self, request: Request) -> Response:
        """Enter an endpoint. The secret that its messages are signed with is in this answer and nowhere else."""
        asked = read_body(EndpointIn, request)
        made, secret = save_endpoint(WebhookEndpoint(), asked, now=timezone.now(), by=caller_of(request))
        return Response({**EndpointBody(made).data, "secret": secret}, status=status.HTTP_201_CREATED)


class EndpointDetail(GenericAPIView[WebhookEndpoint]):
    serializer_class = EndpointBody
    filter_backends = ()
    scopes = ADMIN

    def get(self, request: Request, id: uuid.UUID) -> Response:
        return Response(EndpointBody(find_endpoint(request, id)).data)

    @extend_schema(request=EndpointPatch, responses=EndpointBody, examples=[CHANGED])
    def patch(self, request: Request, id: uuid.UUID) -> Response:
        """Change it; what is not sent stays. Switched on again it starts afresh."""
        endpoint, asked = find_endpoint(request, id), read_body(EndpointPatch, request)
        version = asked.pop("version", endpoint.version)
        try:
            saved, _ = save_endpoint(endpoint, asked, version=version, now=timezone.now(), by=caller_of(request))
        except StaleSettings as error:
            raise Conflict(str(error)) from None
        return Response(EndpointBody(saved).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, id: uuid.UUID) -> Response:
        """Tell it no more. What was sent stays in the log."""
        remove_endpoint(find_endpoint(request, id), now=timezone.now(), by=caller_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class EndpointSecret(GenericAPIView[WebhookEndpoint]):
    serializer_class = SecretBody
    scopes = ADMIN

    @extend_schema(request=None, responses=SecretBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Make another secret, shown this once. For a day both sign."""
        secret = rotate_secret(find_endpoint(request, id), now=timezone.now(), by=caller_of(request))
        return Response({"secret": secret})


class EndpointTest(GenericAPIView[WebhookEndpoint]):
    serializer_class = DeliveryBody
    scopes = ADMIN

    @extend_schema(request=None, responses={202: DeliveryBody})
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Send a test event; its delivery tells what came of it."""
        try:
            row = send_test(find_endpoint(request, id), now=timezone.now(), by=caller_of(request))
        except EndpointOff as error:
            raise Conflict(str(error)) from None
        return Response(DeliveryBody(row).data, status=status.HTTP_202_ACCEPTED)


class DeliveryList(ListAPIView[WebhookDelivery]):
    """What was sent, the newest first."""

    serializer_class = DeliveryBody
    queryset = WebhookDelivery.objects.none()
    filterset_class = DeliveryFilter
    ordering_names = {"happenedAt": "happened_at", "type": "type", "state": "state"}
    scopes = ADMIN

    def get_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = WebhookDelivery.objects.visible_to(caller_of(self.request))
        return rows.order_by("-happened_at", "-created_at", "pk")


class DeliveryDetail(GenericAPIView[WebhookDelivery]):
    serializer_class = DeliveryBody
    filter_backends = ()
    scopes = ADMIN

    def get(self, request: Request, id: uuid.UUID) -> Response:
        return Response(DeliveryBody(find_delivery(request, id)).data)


class DeliveryAgain(GenericAPIView[WebhookDelivery]):
    serializer_class = DeliveryBody
    scopes = ADMIN

    @extend_schema(request=None, responses={202: DeliveryBody})
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Send the message again, under the same webhook-id."""
        try:
            moved = redeliver(find_delivery(request, id), now=timezone.now(), by=caller_of(request))
        except EndpointOff as error:
            raise Conflict(str(error)) from None
        if not moved:
            raise Conflict("It is on its way just now.")
        return Response(DeliveryBody(find_delivery(request, id)).data, status=status.HTTP_202_ACCEPTED)


def find_endpoint(request: Request, id: uuid.UUID) -> WebhookEndpoint:
    found: WebhookEndpoint | None = (
        WebhookEndpoint.objects.visible_to(caller_of(request)).filter(pk=id, removed_at=None).first()
    )
    if found is None:
        raise NotThere("There is no such endpoint.")
    return found


def find_delivery(request: Request, id: uuid.UUID) -> WebhookDelivery:
    rows = WebhookDelivery.objects.visible_to(caller_of(request)).select_related("endpoint")
    found: WebhookDelivery | None = rows.filter(pk=id).first()
    if found is None:
        raise NotThere("There is no such delivery.")
    return found
