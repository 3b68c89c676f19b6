"""Introductions by API: listed, the account executive in copy, the answer that a colleague heard; another channel."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api_base import Conflict, OfCustomer, read_body
from customers.models import Todo
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from emails.queries.bodies import DraftBody
from outreach.api.expansion_bodies import OpportunityBody
from outreach.enums import Channel, Directness, Framing, UpsellReply
from outreach.models import Opportunity, UpsellIntroduction
from outreach.services.channels import CHANNEL_TODO, write_by
from outreach.services.introduction_copies import copy_account_executive, drop_account_executive
from outreach.services.introduction_tracking import BY_HAND, set_response
from outreach.services.opportunities import look_for_expansion

HEARD = [(code.value, code.label) for code in BY_HAND]


class IntroductionRow(serializers.Serializer[Any]):
    """One introduction without its text. recommendedApproach: what the rules chose."""

    id = serializers.UUIDField()
    opportunityId = serializers.UUIDField(source="opportunity_id", allow_null=True)
    draftId = serializers.UUIDField(source="draft_id", allow_null=True)
    approach = serializers.ChoiceField(source="framing", choices=Framing.choices)
    recommendedApproach = serializers.ChoiceField(source="proposed", choices=Framing.choices)
    directness = serializers.ChoiceField(choices=Directness.choices)
    ccAccountExecutive = serializers.BooleanField(source="copies_account_executive")
    writtenAt = serializers.DateTimeField(source="written_at")
    writtenBy = serializers.CharField(source="written_by.username", allow_null=True, default=None)
    sentAt = serializers.DateTimeField(source="sent_at", allow_null=True)
    response = serializers.ChoiceField(choices=UpsellReply.choices, allow_blank=True)
    respondedAt = serializers.DateTimeField(source="responded_at", allow_null=True)


class CopyIn(serializers.Serializer[Any]):
    """copied: whether the account executive gets a copy. version: of the draft, as it was read."""

    copied = serializers.BooleanField()
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class HeardIn(serializers.Serializer[Any]):
    """What a colleague knows was answered, on the phone for instance."""

    response = serializers.ChoiceField(choices=HEARD)


class OptionBody(serializers.Serializer[Any]):
    """One other way to reach somebody. wording: what could be said or written."""

    channel = serializers.ChoiceField(choices=Channel.choices)
    title = serializers.CharField()
    reason = serializers.CharField()
    possible = serializers.BooleanField(source="is_possible")
    recommended = serializers.BooleanField(source="is_recommended")
    wording = serializers.CharField()


class ChannelsBody(serializers.Serializer[Any]):
    """The ways to reach somebody who does not answer. drafts: channel → the mail that was written for it."""

    todoId = serializers.UUIDField(source="pk")
    customerId = serializers.UUIDField(source="customer_id")
    options = serializers.SerializerMethodField("list_options")
    drafts = serializers.SerializerMethodField("map_drafts")

    @extend_schema_field(OptionBody(many=True))
    def list_options(self, todo: Todo) -> Any:
        return OptionBody(todo.metadata.get("options", []), many=True).data

    def map_drafts(self, todo: Todo) -> dict[str, str]:
        drafts: dict[str, str] = todo.metadata.get("drafts", {})
        return drafts


class ChannelIn(serializers.Serializer[Any]):
    """An introduction by an executive, or a word by the champion; a call is made, not written."""

    channel = serializers.ChoiceField(choices=Channel.choices)


class IntroductionList(OfCustomer, ListAPIView[UpsellIntroduction]):
    """The introductions of an account, the latest first."""

    serializer_class = IntroductionRow
    filter_backends = ()
    queryset = UpsellIntroduction.objects.none()

    def get_queryset(self) -> QuerySet[Any]:
        rows = UpsellIntroduction.objects.filter(customer=self.get_customer()).select_related("written_by")
        return rows.order_by("-written_at", "pk")


class IntroductionCopy(APIView):
    @extend_schema(request=CopyIn, responses=DraftBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Put the account executive into copy, or out of it again. An approval given before is void."""
        introduction, asked = _require(request, id), read_body(CopyIn, request)
        change = copy_account_executive if asked["copied"] else drop_account_executive
        draft = change(introduction, version=asked["version"], now=timezone.now(), by=caller_of(request))
        return Response(DraftBody(draft).data)


class IntroductionAnswer(APIView):
    @extend_schema(request=HeardIn, responses=IntroductionRow)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Keep what was answered; the opportunity follows."""
        introduction, asked = _require(request, id), read_body(HeardIn, request)
        answered = set_response(introduction, **asked, now=timezone.now(), by=caller_of(request))
        return Response(IntroductionRow(answered).data)


class ExpansionLook(OfCustomer):
    @extend_schema(request=None, responses=OpportunityBody)
    def post(self, request: Request, id: str) -> Response:
        """Put the expansion into the pipeline now, without waiting for the clock; the open one is given back."""
        found = look_for_expansion(self.get_customer(), now=timezone.now(), by=caller_of(request))
        if found is None:
            raise Conflict("Nothing on record speaks for an expansion yet.")
        return Response(OpportunityBody(Opportunity.objects.select_related("customer__owner").get(pk=found.pk)).data)


class ChannelView(APIView):
    @extend_schema(responses=ChannelsBody)
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """The ways behind a task of the kind `other_channel`, with their wording."""
        return Response(ChannelsBody(_require_todo(request, id)).data)

    @extend_schema(request=ChannelIn, responses=DraftBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Write the mail of this way as a draft; the one that was written before is given back."""
        todo, asked = _require_todo(request, id), read_body(ChannelIn, request)
        draft = write_by(todo, Channel(asked["channel"]), now=timezone.now(), by=caller_of(request))
        return Response(DraftBody(draft).data)


def _require(request: Request, introduction_id: uuid.UUID) -> UpsellIntroduction:
    rows = UpsellIntroduction.objects.visible_to(caller_of(request)).select_related(
        "customer__account_executive", "draft__sender", "opportunity", "written_by"
    )
    found: UpsellIntroduction | None = rows.filter(pk=introduction_id).first()
    if found is None:
        raise NotThere("There is no such introduction, or it is not yours.")
    return found


def _require_todo(request: Request, todo_id: uuid.UUID) -> Todo:
    rows = Todo.objects.visible_to(caller_of(request)).select_related("customer", "owner")
    found: Todo | None = rows.filter(pk=todo_id, kind=CHANNEL_TODO).first()
    if found is None:
        raise NotThere("There is no such task, or it is not yours.")
    return found
