"""Expansion by API: what speaks for it, introducing it, and what was asked for."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api_base import OfCustomer, read_body
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from emails.models import Draft
from outreach.api.expansion_bodies import (
    ExpansionContextBody,
    FeatureRequestBody,
    FeatureRequestIn,
    IntroductionBody,
    IntroductionIn,
)
from outreach.enums import Directness, Framing
from outreach.models import FeatureRequest, UpsellIntroduction
from outreach.queries.expansion import read_expansion_context
from outreach.services.feature_requests import Wish, add_requests, remove_request
from outreach.services.introductions import write_introduction


class ExpansionContextView(OfCustomer):
    @extend_schema(responses=ExpansionContextBody)
    def get(self, request: Request, id: str) -> Response:
        """Usage against limits, what speaks for an expansion, how to introduce it, and what to optimise first."""
        context = read_expansion_context(self.get_customer(), now=timezone.now())
        return Response(ExpansionContextBody(context).data)


class UpsellIntroductionView(OfCustomer):
    @extend_schema(request=IntroductionIn, responses={201: IntroductionBody})
    def post(self, request: Request, id: str) -> Response:
        """Write an introduction as a draft. Nothing leaves before a person approves it; each call writes another."""
        customer, asked = self.get_customer(), read_body(IntroductionIn, request)
        introduction = write_introduction(
            customer.pk,
            by=caller_of(request),
            now=timezone.now(),
            framing=Framing(asked["approach"]) if "approach" in asked else None,
            directness=Directness(asked["directness"]),
            copies_account_executive=asked["ccAccountExecutive"],
        )
        return Response(_show(introduction), status=status.HTTP_201_CREATED)


class FeatureRequestsView(OfCustomer, ListAPIView[FeatureRequest]):
    """What the account asked for."""

    serializer_class = FeatureRequestBody
    filter_backends = ()
    queryset = FeatureRequest.objects.none()

    def get_queryset(self) -> QuerySet[Any]:
        return FeatureRequest.objects.filter(customer=self.get_customer())

    @extend_schema(request=FeatureRequestIn(many=True), responses={201: FeatureRequestBody(many=True)})
    def post(self, request: Request, id: str) -> Response:
        """Keep what was asked for, one or a list; each text is kept once per account. Gives those that are new."""
        customer = self.get_customer()
        body = FeatureRequestIn(data=request.data if isinstance(request.data, list) else [request.data], many=True)
        body.is_valid(raise_exception=True)
        made = add_requests(
            customer, [Wish(**row) for row in body.validated_data], now=timezone.now(), by=caller_of(request)
        )
        return Response(FeatureRequestBody(made, many=True).data, status=status.HTTP_201_CREATED)


class FeatureRequestView(OfCustomer, GenericAPIView[FeatureRequest]):
    """One thing that the account asked for."""

    serializer_class = FeatureRequestBody
    filter_backends = ()

    @extend_schema(responses={204: None})
    def delete(self, request: Request, id: str, requestId: uuid.UUID) -> Response:
        """Take it off, as when it was delivered."""
        found = FeatureRequest.objects.filter(customer=self.get_customer(), pk=requestId).first()
        if found is None or not remove_request(found, now=timezone.now(), by=caller_of(request)):
            raise NotThere("There is no such request at this account.")
        return Response(status=status.HTTP_204_NO_CONTENT)


def _show(introduction: UpsellIntroduction) -> Any:
    draft: Any = Draft.objects.with_people().get(pk=introduction.draft_id)
    draft.introduction = introduction
    return IntroductionBody(draft).data
