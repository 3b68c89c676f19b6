"""What the admin pages of all apps share: rows are looked at here, and changed through services alone.

Not a door itself, so that every app's `admin.py` may build on it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR
from django.core.cache import cache
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from customers.queries.paging import MOST_COUNTED, LeanPaginator, SomePaginator

COMING_DAYS = 30
KEPT_FOR_S = 60


class DayFilter(admin.DateFieldListFilter):
    """Spans of days, past and coming. Reads nothing, where `date_hierarchy` reads every row for the days there are."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        anytime, today, *others = self.links
        begin: Any = today[1][self.lookup_kwarg_since]
        coming = {self.lookup_kwarg_since: begin, self.lookup_kwarg_until: begin + timedelta(days=COMING_DAYS + 1)}
        self.links = (anytime, today, (f"Next {COMING_DAYS} days", coming), *others)


class ValueFilter(admin.AllValuesFieldListFilter):
    """The values that a column has, looked for once a minute: to find them every row is read."""

    def __init__(self, field: Any, request: Any, params: Any, model: type[Model], *args: Any, **kwargs: Any) -> None:
        super().__init__(field, request, params, model, *args, **kwargs)
        found: Any = self.lookup_choices
        key = f"values:{model._meta.label_lower}.{self.field_path}:{request.user.pk}"
        kept: Any = cache.get_or_set(key, lambda: list(found), timeout=KEPT_FOR_S)
        self.lookup_choices = kept


class DeskAdmin(admin.ModelAdmin):
    """Rows that the person may see; adding and changing is allowed where a service is wired in, deleting nowhere."""

    list_per_page = 25
    paginator = LeanPaginator
    # Counting a big table for "n results (m total)" costs more than the page.
    show_full_result_count = False
    empty_value_display = "–"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model._default_manager.visible_to(request.user)
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ViewOnlyAdmin(DeskAdmin):
    """Rows that are written by services alone: a hand on them would break what they promise."""

    def get_paginator(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Paginator[Any]:
        """A list on which nothing can be done to all of it does not say how long it is, if it is long.

        How many a search found is said, and behind what is counted it matters where the list ends.
        """
        if self.actions or request.GET.get(SEARCH_VAR) or self._place(request) > MOST_COUNTED:
            return super().get_paginator(request, *args, **kwargs)
        return SomePaginator(*args, **kwargs)

    def _place(self, request: HttpRequest) -> int:
        """Of the last row of the page; a page that is none is refused elsewhere."""
        number = request.GET.get(PAGE_VAR, "1")
        return int(number) * self.list_per_page if number.isascii() and number.isdecimal() else 0

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class EverybodysAdmin(ViewOnlyAdmin):
    """Rows that pages show to their person alone; ops see everybody's here."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return admin.ModelAdmin.get_queryset(self, request)
