"""The links of a client's contacts by API: who has one, a new one, and an end to one that went astray."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api_base import Conflict, OfCustomer, read_body
from customers.enums import Scope
from customers.models import ApiToken, Stakeholder
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from journeys.models import PortalLink
from journeys.queries.portal_links import find_linked_journey, list_links
from journeys.services.portal import make_link, revoke_link


class LinkIn(serializers.Serializer[Any]):
    """stakeholderId: whose link it is; the one that they have opens nothing any more."""

    stakeholderId = serializers.UUIDField()


class LinkBody(serializers.Serializer[Any]):
    """One link. url: the address, a key; empty where it opens nothing, and for who may only read."""

    id = serializers.UUIDField(source="link.pk")
    journeyId = serializers.UUIDField(source="link.journey_id")
    stakeholderId = serializers.UUIDField(source="link.stakeholder_id")
    name = serializers.CharField(source="link.stakeholder.name")
    live = serializers.BooleanField(source="is_live")
    ending = serializers.SerializerMethodField(help_text="Why it opens nothing; empty while it does.")
    url = serializers.CharField()
    expiresAt = serializers.DateTimeField(source="link.expires_at")
    lastUsedAt = serializers.DateTimeField(source="link.last_used_at", allow_null=True)
    revokedAt = serializers.DateTimeField(source="link.revoked_at", allow_null=True)
    revokedBy = serializers.CharField(source="link.revoked_by.username", allow_null=True, default=None)

    def get_ending(self, line: Any) -> str:
        return "" if line.is_live else str(line.ending)


class OfLinks(OfCustomer):
    def list_shown(self) -> list[dict[str, Any]]:
        """This will list the links, those that open something first, with their addresses for who may write."""
        lines = list_links(self.get_customer(), now=timezone.now(), with_urls=_may_write(self.request))
        return list(LinkBody(lines, many=True).data)

    def show(self, link_id: uuid.UUID) -> dict[str, Any]:
        return next(line for line in self.list_shown() if line["id"] == str(link_id))


class PortalLinks(OfLinks):
    @extend_schema(responses=LinkBody(many=True))
    def get(self, request: Request, id: str) -> Response:
        """The links of the client's contacts."""
        return Response(self.list_shown())

    @extend_schema(request=LinkIn, responses={201: LinkBody})
    def post(self, request: Request, id: str) -> Response:
        """Make a contact a new link to the journey; the one before opens nothing any more. Nobody is written to."""
        customer, asked = self.get_customer(), read_body(LinkIn, request)
        person = Stakeholder.objects.filter(customer=customer, left_at=None, pk=asked["stakeholderId"]).first()
        if person is None:
            raise NotThere("There is no such person at this account.")
        journey = find_linked_journey(customer)
        if journey is None:
            raise Conflict("This client has no journey to which a link could lead.")
        made = make_link(journey, person, now=timezone.now(), by=caller_of(request))
        return Response(self.show(made.pk), status=status.HTTP_201_CREATED)


class PortalLinkRevoke(OfLinks):
    @extend_schema(request=None, responses=LinkBody)
    def post(self, request: Request, id: str, linkId: uuid.UUID) -> Response:
        """End a link at once. Revoked before, it stays so."""
        rows = PortalLink.objects.select_related("stakeholder", "customer")
        link = rows.filter(customer=self.get_customer(), pk=linkId).first()
        if link is None:
            raise NotThere("There is no such link at this account.")
        revoke_link(link, now=timezone.now(), by=caller_of(request))
        return Response(self.show(linkId))


def _may_write(request: Request) -> bool:
    """The addresses are keys: for who may write, by a token that may."""
    has_scope = not isinstance(request.auth, ApiToken) or request.auth.has_scope(Scope.WRITE)
    return has_scope and caller_of(request).is_writer
