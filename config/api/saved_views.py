"""A person's saved views of Today and of the book, by API."""

from __future__ import annotations

import uuid
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.desk.today_page import PAGE as TODAY
from config.desk.today_page import kept_query
from customers.api_base import TextField, read_body
from customers.models import SavedView
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from customers.services.saved_views import save_view
from renewals.forms.book import clean_view_name

BOOK = "book"
VIEW_PAGES = ((TODAY, "Today"), (BOOK, "The book"))


class SavedViewIn(serializers.Serializer[Any]):
    """of: which page. query: as it has it behind the question mark; the same name again replaces it."""

    of = serializers.ChoiceField(source="page", choices=VIEW_PAGES)
    name = TextField(max_length=80)
    query = TextField(max_length=1000, required=False, allow_blank=True, default="")


class SavedViewBody(SavedViewIn):
    id = serializers.UUIDField()


class SavedViewFilter(filters.FilterSet):
    of = filters.ChoiceFilter(field_name="page", choices=VIEW_PAGES)

    class Meta:
        model = SavedView
        fields = ()


class SavedViewList(ListAPIView[SavedView]):
    """The caller's views by name; nobody sees another's."""

    serializer_class = SavedViewBody
    queryset = SavedView.objects.none()
    filterset_class = SavedViewFilter
    ordering_names = {"name": "name"}
    is_own = True
    for_people = ("GET", "POST")

    def get_queryset(self) -> QuerySet[SavedView]:
        return SavedView.objects.visible_to(caller_of(self.request)).order_by("name", "page", "pk")

    @extend_schema(request=SavedViewIn, responses={201: SavedViewBody})
    def post(self, request: Request) -> Response:
        """Keep a filter and an order under a name."""
        asked, by = read_body(SavedViewIn, request), caller_of(request)
        query = kept_query(asked["query"]) if asked["page"] == TODAY else asked["query"]
        view = save_view(user=by, page=asked["page"], name=clean_view_name(asked["name"]), query=query)
        return Response(SavedViewBody(view).data, status=status.HTTP_201_CREATED)


class SavedViewDetail(APIView):
    is_own = True
    for_people = ("DELETE",)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, id: uuid.UUID) -> Response:
        """Remove it."""
        view = SavedView.objects.visible_to(caller_of(request)).filter(pk=id).first()
        if view is None:
            raise NotThere("There is no such view, or it is not yours.")
        view.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)
