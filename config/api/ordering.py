"""`?ordering=name,-healthScore`: fields by the names that the API gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


class NamedOrdering(BaseFilterBackend):
    """A view names in `ordering_names` what may be ordered by: the API's name → the column."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        names: dict[str, str] = getattr(view, "ordering_names", {})
        asked = request.query_params.get("ordering", "").strip()
        if not names or not asked:
            return queryset
        # The id last: rows that are equal otherwise keep their place from page to page.
        return queryset.order_by(*(_column(name.strip(), names) for name in asked.split(",")), "pk")

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        names = getattr(view, "ordering_names", {})
        if not names:
            return []
        one = f"-?({'|'.join(names)})"
        return [
            {
                "name": "ordering",
                "in": "query",
                "required": False,
                "description": f"One or more of {', '.join(names)}, separated by commas; a minus in front reverses.",
                "schema": {"type": "string", "pattern": f"^({one}(,{one})*)?$"},
            }
        ]


def _column(asked: str, names: dict[str, str]) -> str:
    column = names.get(asked.removeprefix("-"))
    if column is None:
        raise ValidationError({"ordering": [f"Order by {', '.join(names)}, each with or without a minus."]})
    return f"-{column}" if asked.startswith("-") else column
