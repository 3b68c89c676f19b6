"""Accounts and the people there: read and written by other systems."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.base import Conflict
from customers.api.filters import CustomerFilter, StakeholderFilter
from customers.api.serializers import CustomerSerializer, StakeholderSerializer
from customers.api_base import OfCustomer
from customers.models import Customer, Stakeholder
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from customers.queries.stops import with_open_stops
from customers.registry.mail_stops import attach_mail_stops
from customers.services.accounts import create_customer, update_customer
from customers.services.sending_rules import WRITABLE as SENDING_FIELDS
from customers.services.sending_rules import change_sending_rules
from customers.services.stakeholders import (
    add_stakeholder,
    mark_back,
    mark_left,
    remove_stakeholder,
    update_stakeholder,
)


class CustomerList(ListAPIView[Customer]):
    """The accounts that the caller may see."""

    serializer_class = CustomerSerializer
    queryset = Customer.objects.none()
    filterset_class = CustomerFilter
    ordering_names = {
        "name": "name",
        "externalId": "external_id",
        "segment": "segment",
        "timezone": "timezone",
        "country": "country",
        "currency": "currency",
        "owner": "owner__username",
        "accountExecutive": "account_executive__username",
        "executive": "executive__username",
        "healthScore": "health_score",
        "relationshipStrength": "relationship_strength",
        "churnRisk": "churn_risk",
        "programmeStartDate": "programme_start_date",
        "createdAt": "created_at",
        "updatedAt": "updated_at",
    }

    def get_queryset(self) -> QuerySet[Customer]:
        return full_customers().visible_to(caller_of(self.request)).order_by("name", "pk")

    @extend_schema(request=CustomerSerializer, responses={201: CustomerSerializer})
    def post(self, request: Request) -> Response:
        """Make an account; without an owner it is the caller's."""
        body = CustomerSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        now, by = timezone.now(), caller_of(request)
        own, sending = _split(body.validated_data)
        with transaction.atomic():
            customer = create_customer(own, now=now, by=by)
            change_sending_rules(customer, sending, now=now, by=by)
        return Response(_shown(customer), status=status.HTTP_201_CREATED)


class CustomerDetail(OfCustomer, GenericAPIView[Customer]):
    """One account."""

    serializer_class = CustomerSerializer
    filter_backends = ()

    def get(self, request: Request, id: str) -> Response:
        return Response(CustomerSerializer(self.get_customer(full_customers())).data)

    def patch(self, request: Request, id: str) -> Response:
        """Change the account; fields that are not sent stay as they are."""
        customer = self.get_customer()
        body = CustomerSerializer(customer, data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        now, by = timezone.now(), caller_of(request)
        own, sending = _split(body.validated_data)
        with transaction.atomic():
            update_customer(customer, own, now=now, by=by)
            change_sending_rules(customer, sending, now=now, by=by)
        return Response(_shown(customer))


class StakeholderList(OfCustomer, ListAPIView[Stakeholder]):
    """The people at the account, those who have left among them."""

    serializer_class = StakeholderSerializer
    queryset = Stakeholder.objects.none()
    filterset_class = StakeholderFilter
    ordering_names = {
        "name": "name",
        "email": "email",
        "title": "title",
        "primary": "primary",
        "relationshipStrength": "relationship_strength",
        "left": "left_at",
    }

    def get_queryset(self) -> QuerySet[Stakeholder]:
        return Stakeholder.objects.filter(customer=self.get_customer()).order_by("-primary", "name", "pk")

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        attach_mail_stops(page or ())
        return page

    @extend_schema(request=StakeholderSerializer, responses={201: StakeholderSerializer})
    def post(self, request: Request, id: str) -> Response:
        """Add a person."""
        customer = self.get_customer()
        body = StakeholderSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        values = dict(body.validated_data)
        has_left = values.pop("has_left", False)
        now = timezone.now()
        person = add_stakeholder(customer, values, now=now, by=caller_of(request))
        if has_left:
            mark_left(person, now=now, by=caller_of(request))
            person.refresh_from_db()
        return Response(_shown_person(person), status=status.HTTP_201_CREATED)


class StakeholderDetail(OfCustomer, GenericAPIView[Stakeholder]):
    """One person at the account."""

    serializer_class = StakeholderSerializer
    filter_backends = ()

    def get(self, request: Request, id: str, stakeholderId: uuid.UUID) -> Response:
        return Response(_shown_person(self._person(stakeholderId)))

    def patch(self, request: Request, id: str, stakeholderId: uuid.UUID) -> Response:
        """Change the person; `left` marks them as gone, or takes that back."""
        person = self._person(stakeholderId)
        body = StakeholderSerializer(person, data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        _change(person, dict(body.validated_data), by=caller_of(request))
        return Response(_shown_person(self._person(stakeholderId)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, id: str, stakeholderId: uuid.UUID) -> Response:
        """Take the person out. Somebody who is part of the record is marked as left instead (409)."""
        try:
            remove_stakeholder(self._person(stakeholderId), now=timezone.now(), by=caller_of(request))
        except ValidationError as error:
            raise Conflict(" ".join(error.messages)) from None
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _person(self, stakeholder_id: uuid.UUID) -> Stakeholder:
        person = Stakeholder.objects.filter(customer=self.get_customer(), pk=stakeholder_id).first()
        if person is None:
            raise NotThere("There is no such person at this account.")
        return person


def _change(person: Stakeholder, values: dict[str, Any], *, by: Any) -> None:
    """This will mark as back before and as left after the other changes, so that both may come in one body."""
    has_left, now = values.pop("has_left", None), timezone.now()
    if has_left and values.get("primary"):
        raise ValidationError({"primary": "Somebody who has left cannot be the primary contact."})
    if has_left is False and mark_back(person, now=now, by=by):
        person.left_at = None
    update_stakeholder(person, values, now=now, by=by)
    if has_left:
        mark_left(person, now=now, by=by)


def _split(values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """This will part the account's own fields from those of `sendingRules`."""
    sending = {name: values[name] for name in values.keys() & SENDING_FIELDS}
    return {name: value for name, value in values.items() if name not in sending}, sending


def full_customers() -> Any:
    """This will give accounts with all that their body shows, in a fixed number of queries."""
    return with_open_stops(Customer.objects.select_related("owner", "account_executive", "executive"))


def _shown(customer: Customer) -> Any:
    return CustomerSerializer(full_customers().get(pk=customer.pk)).data


def _shown_person(person: Stakeholder) -> Any:
    attach_mail_stops([person])
    return StakeholderSerializer(person).data
