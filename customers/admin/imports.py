"""Imports and what each changed. The uploaded file itself is not shown: it may hold anything."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from customers.admin_base import EverybodysAdmin
from customers.models import ImportChange, ImportRun

WIDE = ("content", "report")
"""As long as the book that was imported; a list shows neither."""


@admin.register(ImportRun)
class ImportRunAdmin(EverybodysAdmin):
    list_display = ("filename", "kind", "user", "state", "done_rows", "total_rows", "created_at")
    list_filter = ("state", "kind")
    list_select_related = ("user",)
    search_fields = ("filename", "user__username")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportRun]:
        return super().get_queryset(request).defer(*WIDE)


@admin.register(ImportChange)
class ImportChangeAdmin(EverybodysAdmin):
    list_display = ("kind", "object_id", "run")
    list_select_related = ("run",)
    search_fields = ("=object_id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportChange]:
        return super().get_queryset(request).defer(*(f"run__{name}" for name in WIDE))
