"""Holds and brakes: what stops mail to an account, set and lifted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.fields import moment_of
from customers.api.serializers import (
    BrakeSerializer,
    HeldSerializer,
    HoldPreviewSerializer,
    HoldSerializer,
    PreviewedHoldSerializer,
)
from customers.api_base import OfCustomer, read_flag
from customers.enums import HoldScope
from customers.models import Hold
from customers.queries.calendars import zone
from customers.queries.callers import caller_of
from customers.queries.holds import HoldPreview, preview_hold
from customers.queries.lookup import NotThere
from customers.queries.stops import list_open_holds
from customers.registry.holds import list_moved_dates
from customers.services.holds import check_end, clear_brake, end_hold, hold_customer, set_brake


class HoldView(OfCustomer):
    """The hold of an account: of its journey, or of everything."""

    @extend_schema(
        request=HoldSerializer,
        parameters=[OpenApiParameter("preview", bool, description="The same answer (200), and nothing is held.")],
        responses={201: HeldSerializer, 200: PreviewedHoldSerializer},
    )
    def post(self, request: Request, id: str) -> Response:
        """Put the account on hold; without `until`, until somebody resumes. A date ends when it begins there.

        The answer names what waits from now on, what was away before, and the notice deadline where it lies inside.
        """
        customer, is_preview = self.get_customer(), read_flag(request, "preview")
        body = HoldSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        scope, now = HoldScope(body.validated_data["scope"]), timezone.now()
        until = moment_of(body.validated_data.get("until"), zone=zone(customer.timezone))
        reason = body.validated_data["reason"]
        moves = list_moved_dates(customer, scope, until=until, now=now)
        preview = replace(preview_hold(customer, scope=scope, until=until, now=now), moves=moves)
        if is_preview:
            check_end(until, now=now)
            return Response(_held(Hold(scope=scope, until=until, reason=reason), preview))
        hold = hold_customer(customer, scope=scope, until=until, reason=reason, now=now, by=caller_of(request))
        return Response(_held(hold, replace(preview, in_flight=list(hold.in_flight))), status=status.HTTP_201_CREATED)

    @extend_schema(
        parameters=[OpenApiParameter("scope", enum=HoldScope.values, description="Only the hold of this scope.")],
        responses={204: None},
    )
    def delete(self, request: Request, id: str) -> Response:
        """Resume: end the hold of the scope, or every hold that is open."""
        customer = self.get_customer()
        scope = request.query_params.get("scope", "")
        if scope and scope not in HoldScope.values:
            raise ValidationError({"scope": [f"One of {', '.join(HoldScope.values)}."]})
        ended = [
            end_hold(hold, now=timezone.now(), by=caller_of(request)) for hold in list_open_holds(customer, scope=scope)
        ]
        if not any(ended):
            raise NotThere("This account is not on hold.")
        return Response(status=status.HTTP_204_NO_CONTENT)


def _held(hold: Hold, preview: HoldPreview) -> dict[str, Any]:
    body = {**HoldSerializer(hold).data, **HoldPreviewSerializer(preview).data}
    return body if hold.starts_at else {**body, "id": None, "startsAt": None}


class BrakeView(OfCustomer):
    """The brake of an account: every pending touch stops until a person decides."""

    @extend_schema(request=BrakeSerializer, responses={201: BrakeSerializer})
    def post(self, request: Request, id: str) -> Response:
        """Set the brake; the one that is on already is given back."""
        customer = self.get_customer()
        body = BrakeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        reason = body.validated_data["reason"] or "Set by API"
        brake = set_brake(customer, reason=reason, now=timezone.now(), by=caller_of(request))
        return Response(BrakeSerializer(brake).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, id: str) -> Response:
        """Clear the brake."""
        if not clear_brake(self.get_customer(), now=timezone.now(), by=caller_of(request)):
            raise NotThere("No brake is set on this account.")
        return Response(status=status.HTTP_204_NO_CONTENT)
