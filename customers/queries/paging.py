"""Pages of long lists: found by the ids of their rows, so that only the rows that are shown are read whole."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple, cast

from django.core.exceptions import EmptyResultSet
from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import QuerySet

from customers.queries.minute import while_dear

MOST_COUNTED = 1_000
"""So many rows of a list are counted where counting all is dear: of a longer one its page says that there are more."""


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


class SomePaginator(LeanPaginator):
    """A lean one for pages among the first MOST_COUNTED rows, of which no more are counted. is_open: there are more."""

    @cached_property
    def count(self) -> int:
        """As many as are counted, and one more where there are more."""
        return self._counted.total + self._counted.are_more

    @cached_property
    def _counted(self) -> Counted:
        return count_some(self.object_list)

    @property
    def is_open(self) -> bool:
        return self._counted.are_more

    @property
    def most(self) -> int:
        return MOST_COUNTED


class NearerEndPaginator(LeanPaginator):
    """A lean one that walks from the nearer end. The order is a whole one, down to the pk, or pages would overlap."""

    def _ids(self, begin: int, end: int) -> list[Any]:
        ids = self.object_list.values_list("pk", flat=True)
        after = self.count - end
        if begin <= after:
            return list(ids[begin:end])
        return list(ids.reverse()[after : self.count - begin])[::-1]


class PlacePage(Page):
    """The places in a list that stand on one page. is_open: there are more than `most`, nobody has counted how many."""

    is_open = False
    most = MOST_COUNTED

    @property
    def start(self) -> int:
        """Where it begins and, by `end`, ends, as a slice counts."""
        return (self.number - 1) * self.paginator.per_page

    @property
    def end(self) -> int:
        return self.start + self.paginator.per_page


class PlacePaginator(Paginator):
    """Pages of the places in a list, for who reads its rows elsewhere."""

    def get_page(self, number: Any) -> PlacePage:
        return cast(PlacePage, super().get_page(number))

    def _get_page(self, *args: Any, **kwargs: Any) -> PlacePage:
        return PlacePage(*args, **kwargs)


class Counted(NamedTuple):
    """How many rows there are. are_more: than so many, nobody has counted how many."""

    total: int
    are_more: bool = False


def count_some(*parts: QuerySet[Any, Any]) -> Counted:
    """This will count the rows of all parts as far as MOST_COUNTED; on SQLite all of them, for there they are few."""
    if connection.vendor != "sqlite":
        parts = tuple(rows.order_by()[: MOST_COUNTED + 1] for rows in parts)
    first, *others = parts
    found = int((first.union(*others, all=True) if others else first).count())
    if connection.vendor == "sqlite":
        return Counted(found)
    return Counted(min(found, MOST_COUNTED), are_more=found > MOST_COUNTED)


def is_far(number: str | None, per_page: int) -> bool:
    """Whether the page that is asked for lies behind what is counted: only there it matters where the list ends."""
    try:
        return int(number or 1) * per_page > MOST_COUNTED
    except ValueError:
        return False


def find_page(number: str | None, per_page: int, *, total: int, are_more: bool = False) -> PlacePage:
    """This will give the places on the page that is asked for, or on the nearest that there is.

    total, are_more: see `Counted`; of a page that `is_far` all has to be counted.
    """
    page = PlacePaginator(range(total + are_more), per_page).get_page(number)
    page.is_open = are_more
    return page
