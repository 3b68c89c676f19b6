"""Outreach.io by API: consent begun and taken, and the sequences that people can be put into."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.enums import Scope
from customers.models import User
from customers.queries.callers import caller_of
from outreach.api.outreach_io_bodies import AuthorizationBody, OutreachSequenceBody
from outreach.models import OutreachSequence
from outreach.queries.outreach_io import list_offered, list_sequences
from outreach.services.outreach_connection import Consent, ConsentRefused, begin_consent, take_consent
from outreach.views.outreach_settings import PAGE, SESSION_KEY, session_secret


class OutreachConnect(APIView):
    """Session only: the consent is bound to the browser that will come back with it."""

    scopes = {"POST": Scope.ADMIN}

    @extend_schema(request=None, responses=AuthorizationBody)
    def post(self, request: Request) -> Response:
        """Begin a consent: the browser goes to authorizationUrl. Ops only; a bearer token is refused."""
        if request.auth is not None:
            raise PermissionDenied("This needs the session of the pages, not a token.", code="session_only")
        secret = session_secret(request._request)
        url = begin_consent(session_secret=secret, now=timezone.now(), by=caller_of(request))
        return Response(AuthorizationBody({"authorizationUrl": url}).data)


class OutreachCallback(APIView):
    """Where Outreach.io sends the browser back to."""

    permission_classes = (AllowAny,)

    @extend_schema(
        parameters=[OpenApiParameter(name, str) for name in ("state", "code", "error")], responses={302: None}
    )
    def get(self, request: Request) -> HttpResponse:
        """Take the answer of a consent. Always redirects to the integration page, which says what came of it."""
        page, person = HttpResponseRedirect(reverse(PAGE)), request.user
        if not isinstance(person, User) or not person.is_active:
            return page
        said = {name: request.query_params.get(name, "") for name in ("state", "code", "error")}
        consent = Consent(**said, session_secret=str(request._request.session.get(SESSION_KEY, "")))
        try:
            take_consent(consent, now=timezone.now(), by=person)
        except ConsentRefused as error:
            messages.error(request._request, str(error))
        else:
            messages.success(request._request, "Outreach.io is connected.")
        return page


class SequenceFilter(filters.FilterSet):
    """offered: false gives also those that nobody can be put into."""

    offered = filters.BooleanFilter(method="keep", help_text="true unless said otherwise.")

    class Meta:
        model = OutreachSequence
        fields: list[str] = []

    def keep(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Chosen in the view already."""
        return rows


class OutreachSequences(ListAPIView[OutreachSequence]):
    """The sequences that people can be put into, as they were read last."""

    serializer_class = OutreachSequenceBody
    filterset_class = SequenceFilter
    queryset = OutreachSequence.objects.none()
    ordering_names = {"name": "name", "replyCount": "reply_count", "deliverCount": "deliver_count"}

    def get_queryset(self) -> QuerySet[Any]:
        shows_all = self.request.query_params.get("offered") == "false"
        return list_sequences() if shows_all else list_offered()
