"""The list of addresses to which nothing is written, by API: read and lifted by leads, added to by who writes."""

from __future__ import annotations

import uuid
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api_base import CustomerIdFilter, OfCustomer, TextField, read_body, require_leader
from customers.models import Customer, Stakeholder
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from emails.enums import Lane, SuppressionCause
from emails.models import Suppression
from emails.queries.listing import require_stakeholder
from emails.queries.suppression_list import ListFilter, list_suppressions
from emails.services.erasing import erase_contact
from emails.services.suppression import LONGEST_NOTE, CannotLift, lift, suppress

EVERY_ROW = ListFilter(state="all")


class SuppressionBody(serializers.Serializer[Any]):
    """One reason not to write to one address. `topic` empty: everything; `address` empty: it was erased."""

    id = serializers.UUIDField()
    address = serializers.CharField()
    cause = serializers.ChoiceField(choices=SuppressionCause.choices)
    topic = serializers.CharField()
    customerId = serializers.UUIDField(source="customer_id", allow_null=True, help_text="Where it came from.")
    emailId = serializers.UUIDField(source="draft_id", allow_null=True, help_text="The email that it came by.")
    note = serializers.CharField()
    at = serializers.DateTimeField()
    by = serializers.CharField(source="by.username", default=None, allow_null=True)
    liftedAt = serializers.DateTimeField(source="lifted_at", allow_null=True)
    liftedBy = serializers.CharField(source="lifted_by.username", default=None, allow_null=True)
    liftReason = serializers.CharField(source="lift_reason")


class LetterNameBody(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    subject = serializers.CharField()


class TakenOffBody(SuppressionBody):
    inFlight = LetterNameBody(many=True, help_text="Letters that are away already.")


class TakeOffIn(serializers.Serializer[Any]):
    note = TextField(
        max_length=LONGEST_NOTE, required=False, allow_blank=True, default="", help_text="Why, for colleagues."
    )


class LiftSuppressionIn(serializers.Serializer[Any]):
    reason = TextField(max_length=LONGEST_NOTE, help_text="Why they may be written to again.")


class ErasedContactBody(serializers.Serializer[Any]):
    """What was erased, in numbers."""

    accounts = serializers.IntegerField()
    letters = serializers.IntegerField()
    replies = serializers.IntegerField()
    otherRows = serializers.IntegerField(source="other_rows")


class SuppressionFilter(filters.FilterSet):
    customerId = CustomerIdFilter()
    address = filters.CharFilter(lookup_expr="iexact")
    cause = filters.ChoiceFilter(choices=SuppressionCause.choices)
    topic = filters.ChoiceFilter(choices=Lane.choices)
    lifted = filters.BooleanFilter(field_name="lifted_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Suppression
        fields: list[str] = []


class SuppressionList(ListAPIView[Suppression]):
    """Addresses to which nothing is written, or nothing on one topic, and those lifted since; the latest first."""

    serializer_class = SuppressionBody
    queryset = Suppression.objects.none()
    filterset_class = SuppressionFilter
    ordering_names = {"at": "at", "address": "address", "cause": "cause", "liftedAt": "lifted_at"}

    def get_queryset(self) -> QuerySet[Suppression]:
        return list_suppressions(require_leader(self.request), EVERY_ROW)


class SuppressionLift(APIView):
    @extend_schema(request=LiftSuppressionIn, responses=SuppressionBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Let the address be written to again. A spam report is never lifted by API, an erased contact never."""
        by = require_leader(request)
        row = _find(by, id)
        is_lifted = lift(
            row, reason=read_body(LiftSuppressionIn, request)["reason"], by=by, now=timezone.now(), is_api=True
        )
        if not is_lifted:
            raise CannotLift("It was lifted already.")
        return Response(SuppressionBody(_find(by, id)).data)


class StakeholderSuppress(OfCustomer):
    @extend_schema(request=TakeOffIn, responses={201: TakenOffBody, 200: TakenOffBody})
    def post(self, request: Request, id: str, stakeholderId: uuid.UUID) -> Response:
        """Stop mail to the person on a colleague's word. Repeated (200), it changes nothing."""
        customer: Customer = self.get_customer()
        person = require_stakeholder(stakeholderId, customer=customer)
        if not person.email:
            raise serializers.ValidationError({"stakeholderId": ["There is no address to write to."]})
        done = suppress(
            person.email,
            cause=SuppressionCause.PERSON,
            customer=customer,
            note=read_body(TakeOffIn, request)["note"],
            now=timezone.now(),
            by=caller_of(request),
        )
        away = LetterNameBody(done.letters.in_flight, many=True).data
        body = {**SuppressionBody(done.row).data, "inFlight": away}
        return Response(body, status=status.HTTP_201_CREATED if done.is_new else status.HTTP_200_OK)


class StakeholderErase(OfCustomer):
    @extend_schema(request=None, responses=ErasedContactBody)
    def post(self, request: Request, id: str, stakeholderId: uuid.UUID) -> Response:
        """Erase the contact at every account that the caller sees, with the text of letters. There is no way back."""
        person: Stakeholder = require_stakeholder(stakeholderId, customer=self.get_customer())
        return Response(ErasedContactBody(erase_contact(person, now=timezone.now(), by=caller_of(request))).data)


def _find(by: Any, suppression_id: uuid.UUID) -> Suppression:
    found = list_suppressions(by, EVERY_ROW).filter(pk=suppression_id).first()
    if found is None:
        raise NotThere("There is no such row, or it is not yours.")
    return found
