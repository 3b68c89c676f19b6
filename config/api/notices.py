"""A person's notices by API: what they were told, and marking it as read."""

from __future__ import annotations

import uuid
from typing import Any

import django_filters as filters
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.desk.notices_page import url_of
from customers.enums import NoticeKind
from customers.models import Notice
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from customers.queries.notices import list_notices
from customers.services.notice_reading import read_all, read_notice


class NoticeBody(serializers.Serializer[Any]):
    """One thing that the caller was told. url: where it leads."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=NoticeKind.choices)
    event = serializers.CharField()
    title = serializers.CharField()
    customerId = serializers.UUIDField(source="customer_id")
    customerName = serializers.CharField(source="customer.name")
    happenedAt = serializers.DateTimeField(source="happened_at")
    readAt = serializers.DateTimeField(source="read_at", allow_null=True)
    url = serializers.SerializerMethodField()

    def get_url(self, notice: Notice) -> str:
        return f"{settings.PUBLIC_URL}{url_of(notice)}"


class NoticeFilter(filters.FilterSet):
    unread = filters.BooleanFilter(field_name="read_at", lookup_expr="isnull")
    kind = filters.ChoiceFilter(choices=NoticeKind.choices)
    customerId = filters.UUIDFilter(field_name="customer_id")

    class Meta:
        model = Notice
        fields = ()


class ReadAllBody(serializers.Serializer[Any]):
    """read: how many were not read before."""

    read = serializers.IntegerField()


EXAMPLE = OpenApiExample(
    "A reply arrived",
    value={
        "id": "5f0c1d1e-6f0f-4b0c-9d38-1d5c7f0e2a11",
        "kind": "reply",
        "event": "reply.received",
        "title": "A reply from Castellan Insurance Group needs an answer",
        "customerId": "0d3f7a52-2c1b-4d5e-8a44-95e0f1b2c3d4",
        "customerName": "Castellan Insurance Group",
        "happenedAt": "2026-03-04T09:12:00Z",
        "readAt": None,
        "url": "https://evergreen.example.com/replies/9b2d4c6e-1a3f-4e5d-8c7b-6a5f4e3d2c1b",
    },
    response_only=True,
)


class NoticeList(ListAPIView[Notice]):
    """What the caller was told, the newest first; nobody sees another's."""

    serializer_class = NoticeBody
    queryset = Notice.objects.none()
    filterset_class = NoticeFilter
    ordering_names = {"happenedAt": "happened_at"}
    for_people = ("GET",)

    @extend_schema(examples=[EXAMPLE])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List them."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        return list_notices(caller_of(self.request))


class NoticeRead(APIView):
    is_own = True
    for_people = ("POST",)

    @extend_schema(request=None, responses=NoticeBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Mark one as read; again changes nothing."""
        caller = caller_of(request)
        read_notice(id, by=caller, now=timezone.now())
        found = list_notices(caller).filter(pk=id).first()
        if found is None:
            raise NotThere("There is no such notice.")
        return Response(NoticeBody(found).data)


class NoticeReadAll(APIView):
    is_own = True
    for_people = ("POST",)

    @extend_schema(request=None, responses=ReadAllBody)
    def post(self, request: Request) -> Response:
        """Mark all as read that came until now."""
        return Response({"read": read_all(by=caller_of(request), now=timezone.now())})
