"""Pages of long lists: found by the ids of their rows, so that only the rows that are shown are read whole."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import QuerySet

from customers.queries.minute import while_dear


class LeanPaginator(Paginator):
    """Django's own, for querysets: it walks ids in their order, and reads the rows of one page by their ids.

    On PostgreSQL the length of a list that takes long to count serves for a minute whoever asks for the same rows.
    """

    object_list: QuerySet[Any]

    @cached_property
    def count(self) -> int:
        """How many rows there are in all."""
        if connection.vendor == "sqlite":
            return int(self.object_list.count())
        try:
            asked = self.object_list.query.sql_with_params()
        except EmptyResultSet:
            return 0
        return int(while_dear("list", "anybody", asked, self.object_list.count))

    def page(self, number: int | str) -> Page[Any]:
        """This will give a page with its rows in order. Raises InvalidPage, as Django's own."""
        number = self.validate_number(number)
        begin = (number - 1) * self.per_page
        end = begin + self.per_page
        if end + self.orphans >= self.count:
            end = self.count
        ids = self._ids(begin, end)
        rows = list(self.object_list.filter(pk__in=ids)) if ids else []
        return Page(rows, number, self)

    def _ids(self, begin: int, end: int) -> list[Any]:
        return list(self.object_list.values_list("pk", flat=True)[begin:end])


class NearerEndPaginator(LeanPaginator):
    """A lean one that walks from the nearer end. The order is a whole one, down to the pk, or pages would overlap."""

    def _ids(self, begin: int, end: int) -> list[Any]:
        ids = self.object_list.values_list("pk", flat=True)
        after = self.count - end
        if begin <= after:
            return list(ids[begin:end])
        return list(ids.reverse()[after : self.count - begin])[::-1]
