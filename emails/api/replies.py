"""Replies by API: what came back by mail, and a person's word for what it is."""

from __future__ import annotations

import uuid
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api_base import CustomerIdFilter
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from emails.enums import ClassifiedBy, MatchedBy, ReplyClass
from emails.models import Reply
from emails.queries.replies import list_replies
from emails.services.replies import correct_reply, handle_reply


class ReplyFileBody(serializers.Serializer[Any]):
    name = serializers.CharField()
    contentType = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")


class ReplyBody(serializers.Serializer[Any]):
    """One mail that came in. `verified`: the sender is known and proven, or a person vouches for them."""

    id = serializers.UUIDField()
    customerId = serializers.UUIDField(source="customer_id", allow_null=True, help_text="Null: it belongs to nobody.")
    stakeholderId = serializers.UUIDField(source="stakeholder_id", allow_null=True)
    emailId = serializers.UUIDField(source="draft_id", allow_null=True, help_text="The email that it answers.")
    fromEmail = serializers.CharField(source="from_email")
    fromName = serializers.CharField(source="from_name")
    subject = serializers.CharField()
    text = serializers.CharField(help_text="Without what it quotes and without signature.")
    receivedAt = serializers.DateTimeField(source="received_at")
    messageId = serializers.CharField(source="message_id")
    matchedBy = serializers.ChoiceField(source="matched_by", choices=MatchedBy.choices)
    classification = serializers.ChoiceField(choices=ReplyClass.choices)
    likelyClassification = serializers.CharField(
        source="likely_classification", help_text="What the words say, also where the sender is not verified."
    )
    classifiedBy = serializers.ChoiceField(source="classified_by", choices=ClassifiedBy.choices)
    confidence = serializers.IntegerField(help_text="Of a rule, in percent.")
    unsure = serializers.BooleanField(source="is_unsure")
    proof = serializers.ListField(child=serializers.CharField(), help_text="The words that say so.")
    reason = serializers.CharField()
    verified = serializers.BooleanField(source="is_verified")
    automatic = serializers.BooleanField(source="is_machine", help_text="No person wrote it.")
    returnDate = serializers.DateField(
        source="return_date", allow_null=True, help_text="Of an absence: first day back."
    )
    handledAt = serializers.DateTimeField(source="handled_at", allow_null=True)
    handledBy = serializers.CharField(source="handled_by.username", allow_null=True, default=None)
    attachments = ReplyFileBody(source="files", many=True)


class ReplyDetailBody(ReplyBody):
    fullText = serializers.CharField(source="full_text", help_text="With what it quotes; never HTML.")


class ReplyChange(serializers.Serializer[Any]):
    """`returnDate` counts for out_of_office; left out, it is read from the text."""

    classification = serializers.ChoiceField(choices=ReplyClass.choices, required=False)
    returnDate = serializers.DateField(source="return_date", required=False, allow_null=True)
    handled = serializers.ChoiceField(choices=[True], required=False, help_text="true: a person has seen to it.")

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if not asked.keys() & {"classification", "handled"}:
            raise serializers.ValidationError({"classification": ["Say what the reply is."]})
        if "return_date" in asked and asked.get("classification") != ReplyClass.OUT_OF_OFFICE:
            raise serializers.ValidationError({"returnDate": ["Only for out_of_office."]})
        return asked


class ReplyFilter(filters.FilterSet):
    customerId = CustomerIdFilter()
    stakeholderId = filters.UUIDFilter(field_name="stakeholder")
    emailId = filters.UUIDFilter(field_name="draft")
    classification = filters.ChoiceFilter(choices=ReplyClass.choices)
    classifiedBy = filters.ChoiceFilter(field_name="classified_by", choices=ClassifiedBy.choices)
    matchedBy = filters.ChoiceFilter(field_name="matched_by", choices=MatchedBy.choices)
    verified = filters.BooleanFilter(field_name="is_verified")
    automatic = filters.BooleanFilter(field_name="is_machine")
    unsure = filters.BooleanFilter(field_name="is_unsure")
    handled = filters.BooleanFilter(method="by_handled")
    fromEmail = filters.CharFilter(field_name="from_email", lookup_expr="iexact")
    subject = filters.CharFilter(lookup_expr="icontains")

    class Meta:
        model = Reply
        fields: list[str] = []

    def by_handled(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.filter(~Q(handled_at=None) if value else Q(handled_at=None))


class ReplyList(ListAPIView[Reply]):
    """What came back by mail, the latest first. What belongs to nobody is shown to ops."""

    serializer_class = ReplyBody
    queryset = Reply.objects.none()
    filterset_class = ReplyFilter
    ordering_names = {
        "receivedAt": "received_at",
        "handledAt": "handled_at",
        "classification": "classification",
        "fromEmail": "from_email",
        "subject": "subject",
        "returnDate": "return_date",
    }

    def get_queryset(self) -> QuerySet[Reply]:
        rows: QuerySet[Reply] = list_replies(caller_of(self.request)).order_by("-received_at", "pk")
        return rows


class ReplyDetail(APIView):
    """One mail that came in."""

    @extend_schema(responses=ReplyDetailBody)
    def get(self, request: Request, id: uuid.UUID) -> Response:
        return Response(ReplyDetailBody(_find(request, id)).data)

    @extend_schema(request=ReplyChange, responses=ReplyDetailBody)
    def patch(self, request: Request, id: uuid.UUID) -> Response:
        """Correct what the reply is. What it had moved goes back as it was, and what it moves now is set.

        Every class but `unverified` vouches for the sender.
        """
        reply, now, by = _find(request, id), timezone.now(), caller_of(request)
        asked = ReplyChange(data=request.data)
        asked.is_valid(raise_exception=True)
        if "classification" in asked.validated_data:
            correct_reply(
                reply,
                classification=ReplyClass(asked.validated_data["classification"]),
                return_date=asked.validated_data.get("return_date"),
                now=now,
                by=by,
            )
        if asked.validated_data.get("handled"):
            handle_reply(reply, now=now, by=by)
        return Response(ReplyDetailBody(_find(request, id)).data)


def _find(request: Request, reply_id: uuid.UUID) -> Reply:
    found: Reply | None = list_replies(caller_of(request)).filter(pk=reply_id).first()
    if found is None:
        raise NotThere("There is no such reply, or it is not yours.")
    return found
