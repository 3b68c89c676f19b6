"""The price list by API: read by all of us, kept by leads and ops."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.generics import ListAPIView
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api_base import TextField
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from outreach.models import Offer
from outreach.models.offers import LONGEST_FEATURE, MOST_FEATURES
from outreach.services.feature_requests import save_offer

HIGHEST_POSITION = 32_767


class OfferBody(serializers.Serializer[Any]):
    """A plan of the price list. annualPrice: null where it is agreed case by case; no letter states it.

    position: from small to large, where prices do not say which plan comes next. active: only these are offered.
    """

    id = serializers.UUIDField(read_only=True)
    name = TextField(max_length=120)
    annualPrice = serializers.DecimalField(
        source="annual_price", max_digits=14, decimal_places=2, min_value=0, required=False, allow_null=True
    )
    currency = serializers.RegexField(r"^[A-Za-z]{3}$", required=False, help_text="Three letters of ISO 4217.")
    position = serializers.IntegerField(required=False, min_value=0, max_value=HIGHEST_POSITION)
    features = serializers.ListField(
        child=TextField(max_length=LONGEST_FEATURE), max_length=MOST_FEATURES, required=False
    )
    resourcesUrl = serializers.CharField(
        source="resources_url", max_length=200, required=False, allow_blank=True, help_text="https alone."
    )
    active = serializers.BooleanField(source="is_active", required=False)


class OfLeaders(APIView):
    """A view that all may read and leads and ops alone may write by."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in SAFE_METHODS and not caller_of(request).is_leader:
            raise PermissionDenied("A lead or ops keeps the price list.", code="leaders_only")


class OfferList(OfLeaders, ListAPIView[Offer]):
    """The plans, cheapest first."""

    serializer_class = OfferBody
    filter_backends = ()
    queryset = Offer.objects.none()

    def get_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = Offer.objects.visible_to(caller_of(self.request))
        return rows

    @extend_schema(request=OfferBody, responses={201: OfferBody})
    def post(self, request: Request) -> Response:
        """Put a plan on the list."""
        body = OfferBody(data=request.data)
        body.is_valid(raise_exception=True)
        made = save_offer(None, body.validated_data, now=timezone.now(), by=caller_of(request))
        return Response(OfferBody(made).data, status=status.HTTP_201_CREATED)


class OfferDetail(OfLeaders):
    @extend_schema(request=OfferBody(partial=True), responses=OfferBody)
    def patch(self, request: Request, id: uuid.UUID) -> Response:
        """Change a plan, or take it off what is offered; what is left out stays."""
        by = caller_of(request)
        offer = Offer.objects.visible_to(by).filter(pk=id).first()
        if offer is None:
            raise NotThere("There is no such plan on the price list.")
        body = OfferBody(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        return Response(OfferBody(save_offer(offer, body.validated_data, now=timezone.now(), by=by)).data)
