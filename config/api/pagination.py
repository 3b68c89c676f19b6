"""Lists: {"count", "next", "previous", "results"}, `?page=` and `?pageSize=`."""

from __future__ import annotations

from typing import Any

from rest_framework import pagination
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request

MOST_ROWS = 500
FURTHEST_PAGE = 10**9


class PageNumberPagination(pagination.PageNumberPagination):
    """A page that is none is refused, never answered with another one."""

    page_size = 50
    max_page_size = MOST_ROWS
    page_size_query_param = "pageSize"

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except NotFound:
            raise ValidationError({"page": ["There is no such page."]}) from None

    def get_page_number(self, request: Request, paginator: Any) -> int | str:
        asked = request.query_params.get(self.page_query_param, "1")
        if not (asked.isascii() and asked.isdigit() and asked.strip("0")):
            raise ValidationError({"page": ["A whole number from 1."]})
        # However long the number is, it is no page of ours then; the database need not learn of it.
        return min(int(asked[:20]), FURTHEST_PAGE)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        limits = {"page": {"minimum": 1}, "pageSize": {"minimum": 1, "maximum": MOST_ROWS}}
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            parameter["schema"].update(limits[parameter["name"]])
        return parameters

    def get_page_size(self, request: Request) -> int | None:
        asked = request.query_params.get("pageSize")
        if asked is None:
            return self.page_size
        if not (_is_whole(asked) and int(asked) <= MOST_ROWS):
            raise ValidationError({"pageSize": [f"A whole number from 1 to {MOST_ROWS}."]})
        return int(asked)


def _is_whole(asked: str) -> bool:
    return asked.isascii() and asked.isdigit() and len(asked) <= 6 and int(asked) >= 1
