"""What speaks for an expansion of an account."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api_base import OfCustomer
from outreach.api.expansion_bodies import ExpansionContextBody
from outreach.queries.expansion import read_expansion_context


class ExpansionContextView(OfCustomer):
    @extend_schema(responses=ExpansionContextBody)
    def get(self, request: Request, id: str) -> Response:
        """Usage against limits, what speaks for an expansion, how to introduce it, and what to optimise first."""
        context = read_expansion_context(self.get_customer(), now=timezone.now())
        return Response(ExpansionContextBody(context).data)
