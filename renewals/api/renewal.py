"""The renewal of an account: read, entered, its price locked, its outcome set."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api_base import OfCustomer
from customers.enums import Scope
from customers.models import Customer
from customers.queries.callers import caller_of, may_approve
from renewals.api.renewal_bodies import OutcomeBody, OutcomeIn, RenewalBody, RenewalChange
from renewals.enums import Outcome
from renewals.queries.shown import require_shown_renewal
from renewals.rules.authority import needs_lead
from renewals.services.entering import change_renewal
from renewals.services.renewals import (
    Ending,
    RenewalClosed,
    lock_price,
    open_renewal_of,
    set_outcome,
    unlock_price,
)
from renewals.services.repeats import refuse_repeat


class OfRenewal(OfCustomer):
    def show_renewal(self, customer: Customer) -> Response:
        return Response(RenewalBody(require_shown_renewal(customer, now=timezone.now())).data)


class RenewalView(OfRenewal):
    @extend_schema(responses=RenewalBody)
    def get(self, request: Request, id: str) -> Response:
        """The renewal as it stands today at the customer's place."""
        return self.show_renewal(self.get_customer())

    @extend_schema(request=RenewalChange, responses=RenewalBody)
    def patch(self, request: Request, id: str) -> Response:
        """Write contract, target price and what Prepare found; fields that are not sent stay as they are."""
        customer = self.get_customer()
        asked = RenewalChange(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        change_renewal(customer, asked.validated_data, now=timezone.now(), by=caller_of(request))
        return self.show_renewal(customer)


class LockPriceView(OfRenewal):
    for_people = ("POST", "DELETE")

    @extend_schema(request=None, responses=RenewalBody)
    def post(self, request: Request, id: str) -> Response:
        """Lock the target price, so that proposals and emails may state it. A lead's takes `approve`."""
        customer, now = self.get_customer(), timezone.now()
        renewal = open_renewal_of(customer, now=now, by=caller_of(request))
        if needs_lead(renewal.contract.increase_pct) and not may_approve(request):
            raise PermissionDenied(f"This price needs a token with the scope {Scope.APPROVE}.", code="missing_scope")
        lock_price(renewal, now=now, by=caller_of(request))
        return self.show_renewal(customer)

    @extend_schema(responses={200: RenewalBody})
    def delete(self, request: Request, id: str) -> Response:
        """Unlock it; what states it is stopped until it is locked again."""
        customer, now = self.get_customer(), timezone.now()
        unlock_price(open_renewal_of(customer, now=now, by=caller_of(request)), now=now, by=caller_of(request))
        return self.show_renewal(customer)


class OutcomeView(OfRenewal):
    @extend_schema(request=OutcomeIn, responses={201: OutcomeBody})
    def post(self, request: Request, id: str) -> Response:
        """Say how the renewal ended; the next cycle opens unless the customer churned."""
        customer, now = self.get_customer(), timezone.now()
        asked = OutcomeIn(data=request.data)
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        ending = Ending(
            Outcome(values["result"]), values.get("price"), values.get("term_months"), values["reason"].strip()
        )
        closed = open_renewal_of(customer, now=now, by=caller_of(request))
        if "renewal_id" not in values:
            refuse_repeat(closed, ending=ending, now=now)
        elif values["renewal_id"] != closed.pk:
            raise RenewalClosed("This is not the renewal that is open.")
        following = set_outcome(closed, ending=ending, now=now, by=caller_of(request))
        shown = require_shown_renewal(customer, now=now) if following else None
        return Response(OutcomeBody({"closed": closed, "next": shown}).data, status=status.HTTP_201_CREATED)
