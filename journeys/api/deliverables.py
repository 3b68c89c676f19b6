"""Deliverables by API: listed, read, changed, approved, sent back."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api_base import OfCustomer, TextField, read_body
from customers.enums import Scope
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from emails.enums import Writer
from journeys.enums import DeliverableState
from journeys.models import Deliverable
from journeys.queries.deliverables import deliverable_url, find_deliverable, find_month, judge_text, list_of_customer
from journeys.queries.journeys import get_open_journey
from journeys.rules.documents import MOST_BODY, MOST_TITLE
from journeys.services.deliverables import write_deliverable_by_hand
from journeys.services.reviewing import MOST_NOTE, approve_deliverable, reject_deliverable
from journeys.services.texts import save_text

HIGHEST = 2**31 - 1


class VersionIn(serializers.Serializer[Any]):
    """version: what the caller saw; without it the present one is meant."""

    version = serializers.IntegerField(required=False, min_value=1, max_value=HIGHEST)


@extend_schema_serializer(
    examples=[OpenApiExample("Another title", value={"version": 2, "title": "Market entry in June"}, request_only=True)]
)
class DeliverableChange(serializers.Serializer[Any]):
    """version: the one that was read, which must be the present one. Fields that are not sent stay as they are."""

    version = serializers.IntegerField(min_value=1, max_value=HIGHEST)
    title = TextField(required=False, max_length=MOST_TITLE)
    body = TextField(required=False, allow_blank=True, max_length=MOST_BODY, trim_whitespace=False)


@extend_schema_serializer(
    examples=[OpenApiExample("A note", value={"note": "Name the three hotels you mean."}, request_only=True)]
)
class RejectIn(VersionIn):
    note = TextField(max_length=MOST_NOTE, trim_whitespace=False)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "By hand",
            value={"month": 3, "title": "Market entry", "body": "## Where we stand\n\nThe shop opens in June."},
            request_only=True,
        )
    ]
)
class ByHandIn(serializers.Serializer[Any]):
    """title: without it the month's. “## ” heads a section, “- ” begins a point, an empty line parts paragraphs."""

    month = serializers.IntegerField(min_value=1, max_value=HIGHEST)
    title = TextField(required=False, max_length=MOST_TITLE)
    body = TextField(max_length=MOST_BODY, trim_whitespace=False)


class DeliverableRow(serializers.Serializer[Any]):
    """A deliverable without its text."""

    id = serializers.UUIDField()
    clientId = serializers.UUIDField(source="customer_id")
    journeyId = serializers.UUIDField(source="journey_id")
    month = serializers.IntegerField(source="month.number")
    dueDate = serializers.DateField(source="month.due_date")
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=DeliverableState.choices)
    version = serializers.IntegerField()
    writer = serializers.ChoiceField(choices=Writer.choices)
    outcome = serializers.CharField(help_text="Why it is not written yet, or could not be.")
    rejectionNote = serializers.CharField(source="rejection_note")
    deliveredAt = serializers.DateTimeField(source="delivered_at", allow_null=True)
    openedAt = serializers.DateTimeField(source="opened_at", allow_null=True)
    url = serializers.SerializerMethodField()

    def get_url(self, row: Deliverable) -> str:
        return deliverable_url(row.pk)


class ClaimBody(serializers.Serializer[Any]):
    """A figure, date or name of the text that must be removed or confirmed before it is approved."""

    part = serializers.SerializerMethodField()
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    text = serializers.CharField()
    state = serializers.ChoiceField(choices=["unsupported", "stale"], source="state.value")

    @extend_schema_field({"type": "string", "enum": ["title", "body"]})
    def get_part(self, span: Any) -> str:
        return "title" if span.part == "subject" else "body"


class DeliverableBody(DeliverableRow):
    body = serializers.CharField()
    openClaims = serializers.SerializerMethodField("find_claims")

    @extend_schema_field(ClaimBody(many=True))
    def find_claims(self, row: Deliverable) -> Any:
        return ClaimBody(judge_text(row).open_spans, many=True).data


class OfDeliverable(APIView):
    def get_deliverable(self) -> Deliverable:
        """This will find the deliverable. Raises NotThere."""
        found = find_deliverable(self.kwargs["id"], user=caller_of(self.request))
        if found is None:
            raise NotThere("There is no such deliverable, or it is not yours.")
        return found


class DeliverableView(OfDeliverable):
    @extend_schema(responses=DeliverableBody)
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """The deliverable with its text and what in it is not on record."""
        return Response(DeliverableBody(self.get_deliverable()).data)

    @extend_schema(request=DeliverableChange, responses=DeliverableBody)
    def patch(self, request: Request, id: uuid.UUID) -> Response:
        """Change title or text while it is in review, or is to be revised. What was delivered stays as it is."""
        deliverable, asked = self.get_deliverable(), read_body(DeliverableChange, request)
        version = asked.pop("version")
        saved = save_text(deliverable, version=version, now=timezone.now(), by=caller_of(request), **asked)
        return Response(DeliverableBody(saved).data)


class DeliverableApproval(OfDeliverable):
    scopes = {"POST": Scope.APPROVE}

    @extend_schema(request=VersionIn, responses=DeliverableBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Deliver exactly the version that was seen: the client is told, and the next month is released."""
        deliverable, asked = self.get_deliverable(), read_body(VersionIn, request)
        version = asked.get("version", deliverable.version)
        delivered = approve_deliverable(deliverable, version=version, now=timezone.now(), by=caller_of(request))
        return Response(DeliverableBody(delivered).data)


class DeliverableRejection(OfDeliverable):
    scopes = {"POST": Scope.APPROVE}

    @extend_schema(request=RejectIn, responses=DeliverableBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Send it back with a note; a reminder of the revision comes three days later."""
        deliverable, asked = self.get_deliverable(), read_body(RejectIn, request)
        rejected = reject_deliverable(
            deliverable,
            note=asked["note"],
            version=asked.get("version", deliverable.version),
            now=timezone.now(),
            by=caller_of(request),
        )
        return Response(DeliverableBody(rejected).data)


class ClientDeliverables(OfCustomer):
    @extend_schema(responses=DeliverableRow(many=True))
    def get(self, request: Request, id: str) -> Response:
        """The client's deliverables, the newest journey first, then by month."""
        rows = list_of_customer(self.get_customer())
        return Response(DeliverableRow(rows, many=True).data)

    @extend_schema(request=ByHandIn, responses={201: DeliverableBody})
    def post(self, request: Request, id: str) -> Response:
        """Write the deliverable of a month of the open journey by hand, where there is none; it waits for review."""
        customer, asked = self.get_customer(), read_body(ByHandIn, request)
        journey = get_open_journey(customer)
        month = find_month(customer.pk, journey.pk, asked["month"]) if journey else None
        if month is None:
            raise NotThere("There is no such month in an open journey of this client.")
        by, title = caller_of(request), asked.get("title", month.step.title)
        made = write_deliverable_by_hand(month, title=title, body=asked["body"], now=timezone.now(), by=by)
        return Response(DeliverableBody(made).data, status=status.HTTP_201_CREATED)
