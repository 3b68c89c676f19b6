"""Other systems' accounts by API: made by ops, and their tokens, each shown once. The rest is as of a person."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api.base import Conflict
from customers.api.settings import TokenBody
from customers.api_base import TextField, read_body
from customers.enums import Role, Scope
from customers.models import ApiToken, User
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from customers.queries.people import list_people, list_tokens_of
from customers.services.tokens import DEFAULT_LIFETIME, LONGEST_LIFE, create_token, revoke_token

ADMIN = dict.fromkeys(("GET", "POST", "DELETE"), Scope.ADMIN)


class IntegrationTokenIn(serializers.Serializer[Any]):
    """scopes: `read`, `write`; an integration has no others. days: how long it lives."""

    name = TextField(max_length=120)
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices), min_length=1)
    days = serializers.IntegerField(min_value=1, max_value=LONGEST_LIFE.days, default=DEFAULT_LIFETIME.days)


class IntegrationTokenMade(TokenBody):
    """key: shown this once."""

    key = serializers.CharField()


NEW = OpenApiExample(
    "For the CRM", {"name": "Nightly sync", "scopes": ["read", "write"], "days": 90}, request_only=True
)


class IntegrationTokens(ListAPIView[ApiToken]):
    """The tokens of an integration, the newest first."""

    serializer_class = TokenBody
    queryset = ApiToken.objects.none()
    filter_backends = ()
    scopes = ADMIN

    def get_queryset(self) -> QuerySet[ApiToken]:
        return list_tokens_of(find_integration(self.request, self.kwargs["id"]))

    @extend_schema(request=IntegrationTokenIn, responses={201: IntegrationTokenMade}, examples=[NEW])
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Make one. The key is in this answer and nowhere else."""
        integration, asked, now = find_integration(request, id), read_body(IntegrationTokenIn, request), timezone.now()
        if not integration.is_active:
            raise Conflict("This integration is disabled: enable it first.")
        token, key = create_token(
            integration,
            name=asked["name"],
            scopes=asked["scopes"],
            expires_at=now + timedelta(days=asked["days"]),
            now=now,
            by=caller_of(request),
        )
        return Response({**TokenBody(token).data, "key": key}, status=status.HTTP_201_CREATED)


class IntegrationToken(APIView):
    scopes = ADMIN

    @extend_schema(responses={204: None})
    def delete(self, request: Request, id: uuid.UUID, tokenId: uuid.UUID) -> Response:
        """Revoke it; whatever uses it stops working at once."""
        token = list_tokens_of(find_integration(request, id)).filter(pk=tokenId).first()
        if token is None:
            raise NotThere("This integration has no such token.")
        if not revoke_token(token, now=timezone.now(), by=caller_of(request)):
            raise Conflict("It had been revoked already.")
        return Response(status=status.HTTP_204_NO_CONTENT)


def find_integration(request: Request, person_id: uuid.UUID) -> User:
    found = list_people(caller_of(request)).filter(pk=person_id, role=Role.INTEGRATION).first()
    if found is None:
        raise NotThere("There is no such integration.")
    return found
