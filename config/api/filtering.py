"""`?state=draft`: filters named like the fields. One that is named and left without a value is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


class NamedFilters(DjangoFilterBackend):
    """Whoever names an id, a number or a choice and gives none has forgotten it; an empty text finds everything."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        filterset = self.get_filterset_class(view, queryset)
        declared = filterset.base_filters if filterset else {}
        empty = [name for name, kind in declared.items() if request.query_params.get(name) == "" and _is_exact(kind)]
        if empty:
            raise ValidationError({name: ["Give a value, or leave the filter out."] for name in empty})
        unclear = [name for name, kind in declared.items() if _is_flag(kind) and _is_unclear(request, name)]
        if unclear:
            raise ValidationError({name: ["true or false."] for name in unclear})
        return super().filter_queryset(request, queryset, view)


def _is_exact(kind: django_filters.Filter) -> bool:
    return not isinstance(kind, django_filters.CharFilter)


def _is_flag(kind: django_filters.Filter) -> bool:
    return isinstance(kind, django_filters.BooleanFilter)


def _is_unclear(request: Request, name: str) -> bool:
    """The library takes what is neither true nor false for no filter at all, and finds everything."""
    return request.query_params.get(name, "true") not in ("true", "false")
