"""Invitations by API: open ones listed, made, revoked; a lead those into the own team, ops all."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api.base import Conflict
from customers.api.people import find_team_named
from customers.api_base import read_body, require_leader
from customers.enums import Role
from customers.models import Invitation, User
from customers.queries.lookup import NotThere
from customers.queries.people import list_open_invitations, list_people
from customers.rules.invitations import INVITABLE_CHOICES
from customers.services.invitation_mails import link_of, mail_invitation
from customers.services.invitations import invite, revoke_invitation


class InvitationBody(serializers.Serializer[Any]):
    """Somebody who was asked to join and has not yet."""

    id = serializers.UUIDField()
    email = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)
    teamId = serializers.UUIDField(source="team_id", allow_null=True)
    invitedBy = serializers.CharField(source="invited_by.username", default=None, allow_null=True)
    expiresAt = serializers.DateTimeField(source="expires_at")


class InvitedBody(InvitationBody):
    """link: works once, and is shown this once. mailed: whether the mail server took it."""

    link = serializers.CharField()
    mailed = serializers.BooleanField()


class InvitationIn(serializers.Serializer[Any]):
    """personId: somebody whom an import named and who never joined. A lead invites into the own team alone."""

    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(choices=INVITABLE_CHOICES)
    teamId = serializers.UUIDField(required=False, allow_null=True, default=None)
    personId = serializers.UUIDField(required=False, allow_null=True, default=None)


class InvitationList(ListAPIView[Invitation]):
    """The invitations that can still be accepted, the newest first."""

    serializer_class = InvitationBody
    queryset = Invitation.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Invitation]:
        rows = list_open_invitations(require_leader(self.request), now=timezone.now())
        return rows.order_by("-created_at", "pk")

    @extend_schema(request=InvitationIn, responses={201: InvitedBody})
    def post(self, request: Request) -> Response:
        """Invite somebody; the link is mailed, and stands in this answer and nowhere else."""
        by = require_leader(request)
        asked = read_body(InvitationIn, request)
        invited = invite(
            email=asked["email"],
            role=Role(asked["role"]),
            team=find_team_named(asked["teamId"], by=by) if asked["teamId"] else None,
            person=_find_named(asked["personId"], by=by) if asked["personId"] else None,
            now=timezone.now(),
            by=by,
        )
        link = link_of(invited.secret)
        mailed = mail_invitation(invited.invitation, link)
        body = {**InvitationBody(invited.invitation).data, "link": link, "mailed": mailed}
        return Response(body, status=status.HTTP_201_CREATED)


class InvitationDetail(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, id: uuid.UUID) -> Response:
        """End the link at once."""
        by = require_leader(request)
        row = Invitation.objects.visible_to(by).filter(pk=id).first()
        if row is None:
            raise NotThere("There is no such invitation, or it is not yours.")
        if not revoke_invitation(row, now=timezone.now(), by=by):
            raise Conflict("It had been used or revoked already.")
        return Response(status=status.HTTP_204_NO_CONTENT)


def _find_named(person_id: uuid.UUID, *, by: User) -> User:
    found = list_people(by, state="named").filter(pk=person_id).first()
    if found is None:
        raise serializers.ValidationError({"personId": ["Nobody of this id waits to be invited."]})
    return found
